import { Request, Response } from "express";

class StatusController {
  private readonly name = "boards";

  static version(_req: Request, res: Response) {
    res.json({ version: 3 });
  }

  status(req: Request, res: Response) {
    res.json({ name: this.name, ok: true });
  }
}

export { StatusController };
export default new StatusController();
