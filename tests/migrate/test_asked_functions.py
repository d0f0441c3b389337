"""Functions that are given the whole request are given what they read of it."""

from __future__ import annotations

from pathlib import Path

import pytest
from convex_project import ConvexProject
from express_app import function_in, handler_in, users_app
from harness import CodemodTest, Migrated, dedented
from side_by_side import compare

HEAD = 'import { Request } from "express";\n\n'


def _migrated(codemod: CodemodTest, handler: str, helpers: str, name: str = "read") -> Migrated:
    imports = f'import {{ {name} }} from "./helpers";'
    routes = f'router.post("/:id", {dedented(handler).strip()});'
    return codemod.migrate(users_app(routes, imports, helpers=HEAD + dedented(helpers)))


ASKED = {
    "a fact": (
        "export const read = (req: Request) => req.ip;",
        "read({ ip: args.ip })",
        "export const read = (req: { ip?: string }) => req.ip;",
    ),
    "headers by every form": (
        """
        export function read(req: Request) {
          const forwarded = req.headers["A-B"] as string;
          return forwarded || req.get("Host") || req.header("user-agent") || req.socket.remoteAddress;
        }
        """,
        'read({ headers: { "a-b": args.aB, "user-agent": args.userAgent }, host: args.host, ip: args.ip })',
        """
        export function read(req: { headers: { "a-b"?: string; "user-agent"?: string }; host: string; ip?: string }) {
          const forwarded = req.headers["a-b"] as string;
          return forwarded || req.host || req.headers["user-agent"] || req.ip;
        }
        """,
    ),
    "a parameter": (
        "export const read = (req: Request): number => Number(req.params.id);",
        "read({ params: { id: args.id } })",
        "export const read = (req: { params: { id: string } }): number => Number(req.params.id);",
    ),
    "fields of the body": (
        "export const read = ({ body, query: { page = 1 } }: Request) => [body.a, page];",
        "read({ query: { page: args.page }, body: { a: args.a } })",
        "export const read = ({ body, query: { page = 1 } }: { query: { page: any }; body: any }) => [body.a, page];",
    ),
    "the whole body": (
        "export const read = (req: Request) => Object.keys(req.body);",
        "read({ body: args.body })",
        "export const read = (req: { body: any }) => Object.keys(req.body);",
    ),
    "by another function": (
        """
        const by = (req: Request) => req.get("user-agent");

        export const read = (req: Request) => [req.method, by(req)];
        """,
        'read({ headers: { "user-agent": args.userAgent }, method: args.method })',
        'export const read = (req: { headers: { "user-agent"?: string }; method: string }) => [req.method, by(req)];',
    ),
}


@pytest.mark.parametrize("before, call, after", ASKED.values(), ids=ASKED)
def test_a_function_gets_what_it_reads(codemod: CodemodTest, before: str, call: str, after: str) -> None:
    migrated = _migrated(codemod, "(req, res) => { res.json(read(req)); }", before)
    assert migrated.outcome("POST /users/:id") == "migrated"
    handler = handler_in(migrated.files["convex/users.ts"], "createUser")
    assert handler == f"async (ctx, args) => {{ return toJson({call}); }}\n"
    assert function_in(migrated.files["convex/lib/helpers.ts"], "read").strip() == dedented(after).strip()


REFUSED = {
    "what nobody knows": "export const read = (req: Request) => (req as any).user;",
    "that keeps the request": "const all: Request[] = []; export const read = (req: Request) => all.push(req);",
    "that writes to it": "export const read = (req: Request) => { req.body = {}; };",
    "that calls itself": "export const read = (req: Request): any => read(req);",
}


@pytest.mark.parametrize("before", REFUSED.values(), ids=REFUSED)
def test_a_function_that_needs_more_is_left_to_its_owner(codemod: CodemodTest, before: str) -> None:
    migrated = _migrated(codemod, "(req, res) => { res.json(read(req)); }", before)
    reason = "CX205 hands the whole request on (src/users.routes.ts:6)"
    assert migrated.outcome("POST /users/:id") == f"needs-review {reason}"


APP = """
import express from "express";
import users from "./users.routes";

const app = express();
app.use(express.json());
app.use("/users", users);
app.listen(process.env.PORT);
"""

HELPERS = """
import { Request, Response } from "express";

export const agentOf = (req: Request): string => req.get("User-Agent") ?? "none";

export async function audit(req: Request, action: string) {
  const text = `${action} by ${agentOf(req)} at ${req.originalUrl}`;
  return prisma.note.count({ where: { text } });
}

export class Context {
  static of(req: Request) {
    return { id: req.params.id, agent: agentOf(req), method: req.method };
  }
}

export const sendPage = (req: Request, res: Response, data: unknown) => {
  res.json({ data, path: req.path, page: Number(req.query.page) || 1 });
};
"""

ROUTES = """
router.get("/context/:id", (req, res) => res.json(Context.of(req)));
router.post("/audit", async (req, res) => res.json({ count: await audit(req, req.body.action) }));
router.get("/page", (req, res) => sendPage(req, res, [1]));
"""

IMPORTS = 'import { audit, Context, sendPage } from "./helpers";'

REQUESTS = """
GET /users/context/7
User-Agent: test
###
POST /users/audit
User-Agent: test
Content-Type: application/json

{"action": "x"}
###
GET /users/page?page=3
###
GET /users/page
"""


def _files() -> dict[str, str]:
    helpers = 'import { prisma } from "./prisma";\n' + HELPERS
    return users_app(ROUTES, IMPORTS, app=APP, helpers=helpers)


def test_they_answer_as_express_did(tmp_path: Path) -> None:
    assert compare(tmp_path, _files(), REQUESTS).differences == []


def test_they_type_check(tmp_path: Path) -> None:
    migrated = CodemodTest(tmp_path).migrate(_files())
    assert [item.name for item in migrated.settled.items if item.outcome == "needs-review"] == []
    project = ConvexProject(migrated.root)
    assert project.codegen() == []
    assert project.tsc() == []
