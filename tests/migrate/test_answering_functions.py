"""Functions that are given the response to answer: they return the answer, and the handler returns it in turn."""

from __future__ import annotations

import pytest
from express_app import function_in, handler_in, route_in, users_app
from harness import CodemodTest, Migrated, dedented

RESPOND = """
    import { Response } from "express";

    interface Envelope<T> {
      success: boolean;
      data?: T;
      message?: string;
    }

    /** Sends a success. */
    export const sendSuccess = <T>(res: Response, data: T, message?: string, statusCode: number = 200): Response => {
      const envelope: Envelope<T> = { success: true, data, message };
      return res.status(statusCode).json(envelope);
    };

    export function sendError(res: Response, error: string, statusCode = 500): void {
      console.error(error);
      res.status(statusCode).json({ success: false, error });
    }
"""


def _migrated(codemod: CodemodTest, handler: str, imports: str, **files: str) -> Migrated:
    return codemod.migrate(users_app(f'router.get("/:id", {dedented(handler).strip()});', imports, **files))


def _handler(migrated: Migrated) -> str:
    assert migrated.outcome("GET /users/:id") == "migrated"
    return handler_in(migrated.files["convex/users.ts"], "getUser")


def test_the_handler_returns_what_they_return(codemod: CodemodTest) -> None:
    handler = """
        async (req: Request, res: Response): Promise<void> => {
          try {
            const user = await prisma.user.findUnique({ where: { id: req.params.id } });
            if (!user) {
              sendError(res, "no user", 404);
              return;
            }
            sendSuccess(res, user, "found");
          } catch (error: any) {
            sendError(res, error.message);
          }
        }
    """
    imports = 'import { Request, Response } from "express";\nimport { sendError, sendSuccess } from "./respond";'
    migrated = _migrated(codemod, handler, imports, respond=RESPOND)
    assert _handler(migrated) == dedented("""
        async (ctx, args) => {
          try {
            const user = await row(find(ctx, "users", args.id), toUser);
            if (!user) {
              return sendError("no user", 404);
            }
            return sendSuccess(user, "found");
          } catch (error: any) {
            return sendError(error.message);
          }
        }
    """)
    assert 'return sendAnswer(c, await c.env.runQuery(api.users.getUser, { id: c.req.param("id") }));' in route_in(
        migrated, "/users/:id"
    )


def test_they_lose_the_response_and_return_status_and_body(codemod: CodemodTest) -> None:
    handler = 'async (req, res) => req.query.page ? sendSuccess(res, []) : sendError(res, "page", 400)'
    imports = 'import { sendError, sendSuccess } from "./respond";'
    migrated = _migrated(codemod, handler, imports, respond=RESPOND)
    assert _handler(migrated) == 'async (ctx, args) => args.page ? sendSuccess([]) : sendError("page", 400)\n'
    assert migrated.files["convex/lib/respond.ts"] == dedented("""
        import { reply } from "./replies";

        interface Envelope<T> {
          success: boolean;
          data?: T;
          message?: string;
        }

        /** Sends a success. */
        export const sendSuccess = <T>(data: T, message?: string, statusCode: number = 200) => {
          const envelope: Envelope<T> = { success: true, data, message };
          return reply(statusCode, envelope);
        };

        export function sendError(error: string, statusCode = 500) {
          console.error(error);
          return reply(statusCode, { success: false, error });
        }
    """).replace("\ninterface", "\nexport interface")


BEFORE_AND_AFTER = {
    "an arrow with nothing but the response": (
        "export const gone = (res: Response) => res.sendStatus(204);",
        "gone(res)",
        "export const gone = () => reply(204);",
        "gone()",
    ),
    "an arrow of one bare parameter": (
        "export const gone = res => res.sendStatus(410);",
        "gone(res)",
        'export const gone = () => reply(410, "Gone", "text");',
        "gone()",
    ),
    "the response as the last parameter": (
        """
        export function handleError(error: Error, res: Response) {
          if (error.message === "none") return res.status(404).json({ error: "none" });
          return res.status(500).json({ error: error.message });
        }
        """,
        'handleError(new Error("none"), res)',
        """
        export function handleError(error: Error) {
          if (error.message === "none") return reply(404, { error: "none" });
          return reply(500, { error: error.message });
        }
        """,
        'handleError(new ApplicationError("none"))',
    ),
    "the response in the middle": (
        "export const send = (status: number, res: Response, body: object) => res.status(status).json(body);",
        "send(200, res, { ok: true })",
        "export const send = (status: number, body: object) => reply(status, body);",
        "send(200, { ok: true })",
    ),
    "a cast of the response": (
        "export const send = (res: any, body: object) => { res.json(body); };",
        "send(res as any, { ok: true })",
        "export const send = (body: object) => { return reply(200, body); };",
        "send({ ok: true })",
    ),
    "the response among named arguments": (
        """
        export const send = ({ res, status = 200, body }: { res: Response; status?: number; body: object }) => {
          res.status(status).json(body);
        };
        """,
        "send({ res, body: { ok: true } })",
        """
        export const send = ({ status = 200, body }: { status?: number; body: object }) => {
          return reply(status, body);
        };
        """,
        "send({ body: { ok: true } })",
    ),
    "named arguments by other names": (
        """
        export const send = ({ body, response: res }: { body: object, response: Response }) => res.json(body);
        """,
        "send({ body: { ok: true }, response: res })",
        "export const send = ({ body }: { body: object }) => reply(200, body);",
        "send({ body: { ok: true } })",
    ),
    "a function that other functions answer through": (
        """
        export const send = (res: Response, body: object) => ok(res, body);
        export const ok = (res: Response, body: object) => res.json(body);
        """,
        "send(res, { ok: true })",
        "export const send = (body: object) => ok(body);",
        "send({ ok: true })",
    ),
}


@pytest.mark.parametrize("before, call, after, called", BEFORE_AND_AFTER.values(), ids=BEFORE_AND_AFTER)
def test_their_shapes(codemod: CodemodTest, before: str, call: str, after: str, called: str) -> None:
    name = call.partition("(")[0]
    source = 'import { Response } from "express";\n\n' + dedented(before)
    imports = f'import {{ {name} }} from "./answers";'
    migrated = _migrated(codemod, f"async (req, res) => {{ {call}; }}", imports, answers=source)
    assert _handler(migrated) == f"async () => {{ return {called}; }}\n"
    assert function_in(migrated.files["convex/lib/answers.ts"], name).strip() == dedented(after).strip()


def test_static_methods_become_functions_of_a_module(codemod: CodemodTest) -> None:
    source = """
        import { Response } from "express";

        export default class ApiResponse {
          static ok(res: Response, data: unknown) {
            return ApiResponse.send(res, 200, data);
          }

          private static send(res: Response, status: number, data: unknown) {
            return res.status(status).json({ status, data });
          }
        }
    """
    migrated = _migrated(
        codemod, "(req, res) => ApiResponse.ok(res, [])", 'import ApiResponse from "./ApiResponse";', ApiResponse=source
    )
    assert _handler(migrated) == "async () => ApiResponse.ok([])\n"
    assert migrated.files["convex/lib/apiResponse.ts"] == dedented("""
        import { reply } from "./replies";

        export function ok(data: unknown) {
          return send(200, data);
        }

        export function send(status: number, data: unknown) {
          return reply(status, { status, data });
        }
    """)


REFUSED = {
    "that may not answer": "export const send = (res: Response, body?: object) => { if (body) res.json(body); };",
    "that streams": 'export const send = (res: Response) => { res.write("x"); res.end(); };',
    "that keeps the response": "const all: Response[] = []; export const send = (res: Response) => { all.push(res); };",
    "that answers and goes on": "export const send = (res: Response) => { res.json([]); JSON.parse('1'); };",
    "that answers later": "export const send = (res: Response) => { setTimeout(() => res.json([]), 10); };",
    "that calls itself": "export const send = (res: Response): unknown => send(res);",
}


@pytest.mark.parametrize("source", REFUSED.values(), ids=REFUSED)
def test_a_function_that_does_more_than_answer_is_left_to_its_owner(codemod: CodemodTest, source: str) -> None:
    text = f'import {{ Response }} from "express";\n\n{source}\n'
    migrated = _migrated(codemod, "(req, res) => { send(res); }", 'import { send } from "./answers";', answers=text)
    reason = "CX203 hands the response on to `send` (src/users.routes.ts:6)"
    assert migrated.outcome("GET /users/:id") == f"needs-review {reason}"


def test_a_function_of_a_package_is_left_to_its_owner(codemod: CodemodTest) -> None:
    migrated = _migrated(codemod, "(req, res) => { send(res); }", 'import { send } from "answers";')
    assert migrated.outcome("GET /users/:id").startswith("needs-review CX203 hands the response on to `send`")
