"""A small Express app around the handlers that a test is about, and its migrated functions by name."""

from __future__ import annotations

import re

from harness import Migrated, dedented

SCHEMA = """
datasource db {
  provider = "postgresql"
  url      = env("DATABASE_URL")
}

model User {
  id        String   @id @default(cuid())
  email     String   @unique
  name      String
  createdAt DateTime @default(now())
  notes     Note[]
}

model Note {
  id       String  @id @default(cuid())
  text     String
  done     Boolean @default(false)
  authorId String
  author   User    @relation(fields: [authorId], references: [id])
}
"""

PRISMA = """
import { PrismaClient } from "@prisma/client";

export const prisma = new PrismaClient();
"""

APP = """
import express from "express";
import users from "./users.routes";

const app = express();
app.use(express.json());
app.use("/users", users);
app.listen(3000);
"""

HEADER = """
import { Router } from "express";
import { prisma } from "./prisma";
{imports}
const router = Router();

"""


def users_app(routes: str, imports: str = "", app: str = APP, **files: str) -> dict[str, str]:
    """An app whose router for `/users` holds the routes; keyword names are paths below `src/`, `_` for the dot."""
    router = dedented(HEADER).replace("{imports}", imports) + dedented(routes) + "\nexport default router;\n"
    more = {f"src/{name.replace('_', '.')}.ts": text for name, text in files.items()}
    return {
        "prisma/schema.prisma": SCHEMA,
        "src/app.ts": app,
        "src/prisma.ts": PRISMA,
        "src/users.routes.ts": router,
        **more,
    }


def function_in(text: str, name: str) -> str:
    """The exported function of a module with the comments right above it."""
    start = rf"(?:^//[^\n]*\n)*^export (?:async )?(?:const|function) {name}\b"
    found = re.search(rf"{start}.*?(?=\n\n\S|\Z)", text, re.M | re.S)
    assert found is not None, f"no {name} in\n{text}"
    return found[0].rstrip() + "\n"


def handler_in(text: str, name: str) -> str:
    """The handler of a registered function, from `handler:` on, without the indentation of the registration."""
    found = re.search(r"^( +)handler: (.*?),?\n\}\);$", function_in(text, name), re.M | re.S)
    assert found is not None, function_in(text, name)
    return dedented(found[1] + found[2]) + "\n"


def route_in(migrated: Migrated, path: str) -> str:
    """The statement of http.ts that serves a path."""
    text = migrated.files["convex/http.ts"]
    found = re.search(rf'^app\.\w+\("{re.escape(path)}".*?^\}}\);$', text, re.M | re.S)
    assert found is not None, text
    return found[0] + "\n"
