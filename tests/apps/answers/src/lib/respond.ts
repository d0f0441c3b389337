import type { Response } from "express";

interface Envelope {
  ok: boolean;
  payload?: unknown;
  problem?: string;
}

export function respond(res: Response, status: number, payload?: unknown): Response {
  const body: Envelope = { ok: status < 400 };
  if (status < 400) body.payload = payload;
  else body.problem = String(payload);
  return res.status(status).json(body);
}

export class Responder {
  constructor(private res: Response) {}

  created(payload: unknown) {
    return this.res.status(201).json({ ok: true, payload });
  }

  refused(status: number, problem: string) {
    return this.res.status(status).json({ ok: false, problem });
  }
}
