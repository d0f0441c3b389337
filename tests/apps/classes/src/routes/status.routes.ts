import { Router } from "express";
import statusController, { StatusController } from "../controllers/status.controller";
import { Routes } from "../types/routes";

export class StatusRoutes implements Routes {
  public path = "/status";
  public router = Router();

  constructor() {
    this.initializeRoutes();
  }

  private initializeRoutes() {
    this.router.get(`${this.path}`, statusController.status.bind(statusController));
    this.router.get(`${this.path}/version`, StatusController.version);
  }
}
