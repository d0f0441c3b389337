import { Router } from "express";
import { BoardController } from "../controllers/board.controller";
import { BoardRepository } from "../repositories/board.repository";
import { BoardService } from "../services/board.service";
import { Routes } from "../types/routes";

export class BoardRoutes implements Routes {
  public path = "/boards";
  public router = Router();
  private controller = new BoardController(new BoardService(new BoardRepository()));

  constructor() {
    this.initializeRoutes();
  }

  private initializeRoutes() {
    this.router.route(this.path).get(this.controller.list).post(this.controller.create);
    this.router.get(`${this.path}/:slug`, this.controller.get);
    this.router.patch(`${this.path}/:slug`, this.controller.update);
    this.router.delete(`${this.path}/:slug`, this.controller.remove);
    this.router.get(`${this.path}/:slug/summary`, this.controller.summary);
    this.router.post(`${this.path}/:slug/archive`, this.controller.archive);
  }
}
