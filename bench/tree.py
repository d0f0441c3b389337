"""A large Express back end, the same every time: six files a domain, each about five entities."""

from pathlib import Path
from string import Template

NOUNS = ("invoice", "ticket", "course", "vehicle", "recipe", "room", "shipment", "patient", "article", "meeting")
PARTS = ("", "Note", "Tag", "Entry", "Comment")
FILES_PER_DOMAIN = 6

ROUTES_HEAD = Template("""import { Router } from "express";
import * as controller from "../controllers/$file.controller";
import { asyncHandler } from "../middleware/asyncHandler";
import { validate } from "../middleware/validate";
import * as schemas from "../schemas/$file.schema";

const router = Router();

""")

ROUTES = Template("""router.get("$path/", asyncHandler(controller.list${Type}s));
router.get("$path/:id", asyncHandler(controller.get$Type));
router.post("$path/", validate(schemas.create${Type}Schema), asyncHandler(controller.create$Type));
router.patch("$path/:id", validate(schemas.update${Type}Schema), asyncHandler(controller.update$Type));
router.delete("$path/:id", asyncHandler(controller.delete$Type));
""")

CONTROLLER_HEAD = Template("""import { Request, Response } from "express";
import * as service from "../services/$file.service";

""")

CONTROLLER = Template("""/** Answers with one page of ${file}s. */
export async function list${Type}s(req: Request, res: Response) {
  const limit = Number(req.query.limit) || 20;
  const items = await service.list${Type}s(limit);
  res.json({ data: items, count: items.length });
}

export async function get$Type(req: Request, res: Response) {
  const item = await service.get$Type(req.params.id);
  if (!item) {
    return res.status(404).json({ error: "$Type not found" });
  }
  return res.json({ data: item });
}

export async function create$Type(req: Request, res: Response) {
  const { name, notes, amount } = req.body;
  if (amount < 0) {
    return res.status(422).json({ error: "The amount must not be negative" });
  }
  const item = await service.create$Type({ name, notes, amount });
  return res.status(201).json({ data: item });
}

export async function update$Type(req: Request, res: Response) {
  const item = await service.update$Type(req.params.id, req.body);
  res.json({ data: item });
}

export async function delete$Type(req: Request, res: Response) {
  await service.delete$Type(req.params.id);
  res.status(204).send();
}
""")

SERVICE_HEAD = Template("""import { prisma } from "../lib/prisma";
import * as types from "../types/$file";

""")

SERVICE = Template("""export function list${Type}s(limit: number) {
  return prisma.$model.findMany({ orderBy: { createdAt: "desc" }, take: limit });
}

export function get$Type(id: string) {
  return prisma.$model.findUnique({ where: { id } });
}

export async function create$Type(input: types.Create${Type}Input) {
  const existing = await prisma.$model.findUnique({ where: { name: input.name } });
  if (existing) {
    throw new Error(`$${input.name} exists`);
  }
  return prisma.$model.create({
    data: { name: input.name, notes: input.notes ?? null, amount: input.amount },
  });
}

export async function update$Type(id: string, input: types.Update${Type}Input) {
  return prisma.$model.update({ where: { id }, data: { notes: input.notes, amount: input.amount } });
}

export async function delete$Type(id: string) {
  await prisma.$model.delete({ where: { id } });
}
""")

SCHEMA_HEAD = Template("""import { z } from "zod";

""")

SCHEMA = Template("""export const create${Type}Schema = z.object({
  body: z.object({
    name: z.string().min(1).max(120),
    notes: z.string().max(2000).optional(),
    amount: z.number().int(),
  }),
});

export const update${Type}Schema = z.object({
  params: z.object({ id: z.string() }),
  body: z.object({
    notes: z.string().max(2000).nullable().optional(),
    amount: z.number().int().optional(),
  }),
});
""")

TYPES = Template("""export interface Create${Type}Input {
  name: string;
  notes?: string;
  amount: number;
}

export type Update${Type}Input = Partial<Omit<Create${Type}Input, "name">>;

export interface ${Type}View extends Create${Type}Input {
  id: string;
  createdAt: string;
}
""")

PAGE_HEAD = Template("""import { useEffect, useState } from "react";
import type * as types from "../../server/types/$file";

""")

PAGE = Template("""export function ${Type}Page() {
  const [items, setItems] = useState<types.${Type}View[]>([]);
  const [open, setOpen] = useState<string | null>(null);

  useEffect(() => {
    fetch("/api/${file}s$path")
      .then((response) => response.json())
      .then(({ data }) => setItems(data));
  }, []);

  return (
    <section className="page">
      <h1>${Type}s</h1>
      <ul>
        {items.map((item) => (
          <li key={item.id} onClick={() => setOpen(item.id)}>
            <strong>{item.name}</strong> {open === item.id ? <em>{item.notes}</em> : null}
          </li>
        ))}
      </ul>
    </section>
  );
}
""")

MODEL = Template("""model $Type {
  id        String   @id @default(cuid())
  name      String   @unique
  notes     String?
  amount    Int
  createdAt DateTime @default(now())
}
""")

EMPTY = Template("")
PER_DOMAIN = {
    "server/routes/$file.routes.ts": (ROUTES_HEAD, ROUTES, Template("\nexport default router;\n")),
    "server/controllers/$file.controller.ts": (CONTROLLER_HEAD, CONTROLLER, EMPTY),
    "server/services/$file.service.ts": (SERVICE_HEAD, SERVICE, EMPTY),
    "server/schemas/$file.schema.ts": (SCHEMA_HEAD, SCHEMA, EMPTY),
    "server/types/$file.ts": (EMPTY, TYPES, EMPTY),
    "client/pages/$file.tsx": (PAGE_HEAD, PAGE, EMPTY),
}

FIXED = {
    "package.json": """{
  "name": "large",
  "dependencies": { "@prisma/client": "^6.0.0", "express": "^4.21.0", "zod": "^3.24.0", "react": "^18.3.0" }
}
""",
    "tsconfig.json": '{ "compilerOptions": { "strict": true, "jsx": "react-jsx", "esModuleInterop": true } }\n',
    "server/lib/prisma.ts": """import { PrismaClient } from "@prisma/client";

export const prisma = new PrismaClient();
""",
    "server/middleware/asyncHandler.ts": """import { NextFunction, Request, RequestHandler, Response } from "express";

type Handler = (req: Request, res: Response, next: NextFunction) => Promise<unknown>;

export const asyncHandler =
  (handler: Handler): RequestHandler =>
  (req, res, next) => {
    Promise.resolve(handler(req, res, next)).catch(next);
  };
""",
    "server/middleware/validate.ts": """import { NextFunction, Request, Response } from "express";
import { AnyZodObject, ZodError } from "zod";

export const validate =
  (schema: AnyZodObject) => async (req: Request, res: Response, next: NextFunction) => {
    try {
      await schema.parseAsync({ body: req.body, query: req.query, params: req.params });
      return next();
    } catch (error) {
      if (error instanceof ZodError) {
        return res.status(400).json({ error: "Validation failed", details: error.errors });
      }
      return next(error);
    }
  };
""",
}

PRISMA_HEAD = """generator client {
  provider = "prisma-client-js"
}

datasource db {
  provider = "postgresql"
  url      = env("DATABASE_URL")
}

"""


def write_tree(root: Path, files: int) -> list[Path]:
    """Writes about `files` source files below `root` and returns their paths."""
    domains = [f"{NOUNS[number % len(NOUNS)]}{number}" for number in range(files // FILES_PER_DOMAIN)]
    texts = dict(FIXED)
    for domain in domains:
        texts.update(_files(domain))
    texts["server/app.ts"] = _app(domains)
    models = [MODEL.substitute(names) for domain in domains for names in _parts(domain)]
    texts["prisma/schema.prisma"] = PRISMA_HEAD + "\n".join(models)
    for path, text in texts.items():
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
    return sorted(root / path for path in texts if path.endswith((".ts", ".tsx")))


def _files(domain: str) -> dict[str, str]:
    names = {"file": domain}
    return {
        Template(path).substitute(names): head.substitute(names)
        + "\n".join(section.substitute(part) for part in _parts(domain))
        + tail.substitute(names)
        for path, (head, section, tail) in PER_DOMAIN.items()
    }


def _parts(domain: str) -> list[dict[str, str]]:
    return [
        {
            "file": domain,
            "model": domain + part,
            "Type": domain.capitalize() + part,
            "path": f"/parts/{part.lower()}s" if part else "",
        }
        for part in PARTS
    ]


def _app(domains: list[str]) -> str:
    imports = [f'import {domain}Routes from "./routes/{domain}.routes";' for domain in domains]
    mounts = [f'app.use("/api/{domain}s", {domain}Routes);' for domain in domains]
    head = ['import express from "express";', *imports, "", "const app = express();", "app.use(express.json());"]
    return "\n".join([*head, *mounts, "", "app.listen(3000);", ""])
