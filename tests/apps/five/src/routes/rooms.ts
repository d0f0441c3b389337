import { type NextFunction, type Request, type Response, Router } from "express";
import { ROOMS, close, findRoom } from "../collection.js";

export const router = Router();

async function show(req: Request<{ id: string }>, res: Response) {
  const room = await findRoom(req.params.id);
  res.json(room);
}

const works = async (req: Request<{ id: string; index?: string }>, res: Response, next: NextFunction) => {
  const { works } = await findRoom(req.params.id);
  const { index } = req.params;
  if (index === undefined) return void res.json(works);
  const work = works[Number(index)];
  if (work === undefined) return next();
  res.json({ work });
};

router.get("/", (_req, res) => {
  res.json(ROOMS.map(({ id, name }) => ({ id, name })));
});
router.get("/closed", async (_req, res) => {
  await close();
  res.json({ closed: false });
});
router.get("/:id", show);
router.get("/:id/works{/:index}", works);
router.get("/:id/files/*path", (req, res) => {
  const path = req.params.path as unknown as string[];
  res.json({ room: req.params.id, path });
});
