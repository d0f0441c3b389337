import { MuseumError } from "./errors.js";

export const ROOMS = [
  { id: 1, name: "Egypt", works: ["mask", "cat"] },
  { id: 2, name: "Greece", works: ["vase"] },
];

export async function findRoom(id: string) {
  const room = ROOMS.find((each) => each.id === Number(id));
  if (!room) throw new MuseumError(`no room ${id}`, 404);
  return room;
}

export async function close(): Promise<never> {
  throw new Error("the roof leaks");
}
