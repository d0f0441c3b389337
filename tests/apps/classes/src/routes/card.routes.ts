import { Router } from "express";
import { CardController } from "../controllers/card.controller";
import { asyncHandler } from "../middlewares/async.middleware";
import { BoardRepository } from "../repositories/board.repository";
import { CardRepository } from "../repositories/card.repository";
import { BoardService } from "../services/board.service";
import { CardService } from "../services/card.service";
import { Routes } from "../types/routes";

export class CardRoutes implements Routes {
  public path = "/cards";
  public router: Router;
  private cards: CardController;

  constructor() {
    const boardService = new BoardService(new BoardRepository());
    this.cards = new CardController(new CardService(new CardRepository(), boardService));
    this.router = Router();
    this.initializeRoutes();
  }

  private initializeRoutes() {
    this.router.get("/boards/:slug/cards", asyncHandler(this.cards.list.bind(this.cards) as never));
    this.router.post("/boards/:slug/cards", asyncHandler(this.cards.add.bind(this.cards)));
    this.router.get(`${this.path}/:id`, asyncHandler((req, res) => this.cards.get(req, res)));
    this.router.post(`${this.path}/:id/advance`, asyncHandler(this.cards.advance.bind(this.cards)));
    this.router
      .route(`${this.path}/:id/comments`)
      .get(asyncHandler(this.cards.comments.bind(this.cards)))
      .post(asyncHandler(this.cards.comment.bind(this.cards)));
  }
}
