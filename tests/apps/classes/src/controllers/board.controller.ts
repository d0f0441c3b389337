import { NextFunction, Request, Response } from "express";
import { BoardService } from "../services/board.service";

export class BoardController {
  constructor(private readonly service: BoardService) {}

  public list = async (req: Request, res: Response, next: NextFunction) => {
    try {
      const boards = await this.service.list(req.query.archived === "true");
      res.status(200).json({ data: boards, count: boards.length });
    } catch (error) {
      next(error);
    }
  };

  public get = async (req: Request, res: Response, next: NextFunction): Promise<void> => {
    try {
      const board = await this.service.get(req.params.slug);
      res.json({ data: board });
    } catch (error) {
      next(error);
    }
  };

  public summary = async (req: Request, res: Response, next: NextFunction) => {
    try {
      res.json(await this.service.summary(req.params.slug));
    } catch (error) {
      next(error);
    }
  };

  public create = async (req: Request, res: Response, next: NextFunction) => {
    try {
      const board = await this.service.create(req.body);
      res.status(201).json({ data: board });
    } catch (error) {
      next(error);
    }
  };

  public update = async (req: Request, res: Response, next: NextFunction) => {
    const { title } = req.body;
    if (!title) {
      res.status(400).json({ message: "title is required" });
      return;
    }
    try {
      res.json({ data: await this.service.rename(req.params.slug, title) });
    } catch (error) {
      next(error);
    }
  };

  public archive = async (req: Request, res: Response, next: NextFunction) => {
    try {
      res.json({ data: await this.service.archive(req.params.slug) });
    } catch (error) {
      next(error);
    }
  };

  public remove = async (req: Request, res: Response, next: NextFunction) => {
    try {
      await this.service.remove(req.params.slug);
      res.status(204).send();
    } catch (error) {
      next(error);
    }
  };
}
