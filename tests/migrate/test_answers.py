"""What the answers of a handler become: returned values, thrown errors, or a status with its body."""

from __future__ import annotations

import pytest
from express_app import handler_in, route_in, users_app
from harness import CodemodTest, dedented

ANSWERS = {
    "json is returned": (
        "(req, res) => { res.json({ ok: true }); }",
        "async () => { return toJson({ ok: true }); }",
    ),
    "an arrow that is its answer stays one": (
        "(_req, res) => res.json({ ok: true })",
        "async () => toJson({ ok: true })",
    ),
    "an arrow in parentheses": (
        "(_req, res) => (res.json({ ok: true }))",
        "async () => toJson({ ok: true })",
    ),
    "an arrow that refuses gets a block": (
        '(_req, res) => res.status(403).json({ error: "closed" })',
        'async () => { throw new HttpError(403, { error: "closed" }); }',
    ),
    "an arrow that forwards an error": (
        '(_req, _res, next) => next(new Error("closed"))',
        'async () => { throw new ApplicationError("closed"); }',
    ),
    "a function that is not async": (
        "function (req, res) { return res.json([]); }",
        "async () => { return toJson([]); }",
    ),
    "void before the answer goes": (
        "async (req, res) => { return void res.json([]); }",
        "async () => { return toJson([]); }",
    ),
    "an awaited body": (
        "async (req, res) => res.json(await prisma.user.count())",
        'async (ctx) => toJson(await countRows(ctx.db.query("users").collect()))',
    ),
    "204 has no body": (
        "(req, res) => { res.status(204).send(); }",
        "async () => { return null; }",
    ),
    "204 drops the body that it was given": (
        '(req, res) => res.status(204).json({ message: "gone" })',
        "async () => null",
    ),
    "work in the body of a 204 is done": (
        """
        async (req, res) => {
          res.status(204).json(await prisma.note.deleteMany());
        }
        """,
        """
        async (ctx) => {
          await each(ctx.db.query("notes").collect(), (note) => deleteNote(ctx, note));
          return null;
        }
        """,
    ),
    "sendStatus of a success": (
        "(req, res) => { res.sendStatus(204); }",
        "async () => { return null; }",
    ),
    "sendStatus of a failure sends its phrase as text": (
        "(req, res) => { res.sendStatus(404); }",
        'async () => { throw new HttpError(404, "Not Found", "text"); }',
    ),
    "a text is HTML to Express": (
        "(req, res) => { res.send(`hi`); }",
        "async () => { return `hi`; }",
    ),
    "a text of a failure": (
        '(req, res) => { res.status(400).send("bad"); }',
        'async () => { throw new HttpError(400, "bad", "html"); }',
    ),
    "an object that is sent is JSON": (
        "(req, res) => { res.send({ ok: true }); }",
        "async () => { return toJson({ ok: true }); }",
    ),
    "a value of unknown type that fails": (
        "(req, res) => { const problem = lookup(); res.status(400).send(problem); }",
        'async () => { const problem = lookup(); throw new HttpError(400, problem, "auto"); }',
    ),
    "a failure without a body": (
        "(req, res) => { res.status(404).end(); }",
        "async () => { throw new HttpError(404); }",
    ),
    "end() behind the answer does nothing": (
        "(req, res) => { res.status(404).json({ error: 1 }).end(); }",
        "async () => { throw new HttpError(404, { error: 1 }); }",
    ),
    "a status behind the answer does nothing": (
        "(req, res) => { res.json({ ok: true }).status(404); }",
        "async () => { return toJson({ ok: true }); }",
    ),
    "a status of its own statement": (
        """
        (req, res) => {
          res.status(403);
          res.json({ error: "closed" });
        }
        """,
        """
        async () => {
          throw new HttpError(403, { error: "closed" });
        }
        """,
    ),
    "an assigned status": (
        """
        (req, res) => {
          res.statusCode = 403;
          return res.json({ error: "closed" });
        }
        """,
        """
        async () => {
          throw new HttpError(403, { error: "closed" });
        }
        """,
    ),
    "a return behind the answer goes with it": (
        """
        (req, res) => {
          if (!req.query.page) {
            res.status(400).json({ error: "page" });
            return;
          }
          res.json([]);
        }
        """,
        """
        async (ctx, args) => {
          if (!args.page) {
            throw new HttpError(400, { error: "page" });
          }
          return toJson([]);
        }
        """,
    ),
    "branches without braces": (
        """
        async (req, res) => {
          const user = await prisma.user.findUnique({ where: { id: req.params.id } });
          if (user) res.json(user);
          else res.status(404).json({ error: "no user" });
        }
        """,
        """
        async (ctx, args) => {
          const user = await row(find(ctx, "users", args.id), toUser);
          if (user) return toJson(user);
          else throw new HttpError(404, { error: "no user" });
        }
        """,
    ),
    "a conditional guard that falls through": (
        """
        (req, res) => {
          if (req.query.strict) {
            if (!req.query.page) return res.status(400).json({ error: "page" });
          }
          res.json([]);
        }
        """,
        """
        async (ctx, args) => {
          if (args.strict) {
            if (!args.page) throw new HttpError(400, { error: "page" });
          }
          return toJson([]);
        }
        """,
    ),
    "cases of a switch": (
        """
        (req, res) => {
          switch (req.query.kind) {
            case "a":
              res.json({ kind: 1 });
              break;
            default:
              res.status(400).json({ error: "kind" });
          }
        }
        """,
        """
        async (ctx, args) => {
          switch (args.kind) {
            case "a":
              return toJson({ kind: 1 });
            default:
              throw new HttpError(400, { error: "kind" });
          }
        }
        """,
    ),
    "logs behind the answer come before it": (
        """
        (req, res) => {
          res.json([]);
          // Who asked?
          console.log("listed", req.query.page);
        }
        """,
        """
        async (ctx, args) => {
          // Who asked?
          console.log("listed", args.page);
          return toJson([]);
        }
        """,
    ),
    "a finally block runs behind the answer": (
        """
        (req, res) => {
          try {
            return res.json([]);
          } finally {
            console.log("done");
          }
        }
        """,
        """
        async () => {
          try {
            return toJson([]);
          } finally {
            console.log("done");
          }
        }
        """,
    ),
}


SEVERAL = {
    "two statuses of success": (
        """
        async (req, res) => {
          const user = await prisma.user.findUnique({ where: { id: req.params.id } });
          if (user) return res.json(user);
          return res.status(201).json(await prisma.user.create({ data: { email: "a", name: "b" } }));
        }
        """,
        """
        async (ctx, args) => {
          const user = await row(find(ctx, "users", args.id), toUser);
          if (user) return reply(200, user);
          return reply(201, await row(insertUser(ctx, { email: "a", name: "b" }), toUser));
        }
        """,
    ),
    "a computed status": (
        """
        async (req, res) => {
          const users = await prisma.user.count();
          res.status(users > 0 ? 200 : 404).json({ users });
        }
        """,
        """
        async (ctx) => {
          const users = await countRows(ctx.db.query("users").collect());
          return reply(users > 0 ? 200 : 404, { users });
        }
        """,
    ),
    "a status in a variable": (
        """
        (req, res) => {
          const status = req.query.strict ? 422 : 200;
          res.status(status);
          return res.json([]);
        }
        """,
        """
        async (ctx, args) => {
          const status = args.strict ? 422 : 200;
          return reply(status, []);
        }
        """,
    ),
    "JSON or nothing": (
        """
        (req, res) => {
          if (req.query.page) return res.json([]);
          res.sendStatus(204);
        }
        """,
        """
        async (ctx, args) => {
          if (args.page) return reply(200, []);
          return reply(204);
        }
        """,
    ),
    "JSON or text": (
        """
        (req, res) => {
          if (req.query.page) return res.json([]);
          return res.send("nothing");
        }
        """,
        """
        async (ctx, args) => {
          if (args.page) return reply(200, []);
          return reply(200, "nothing", "html");
        }
        """,
    ),
    "a conditional expression": (
        """
        async (req, res) => {
          const user = await prisma.user.findUnique({ where: { id: req.params.id } });
          return user ? res.status(200).json(user) : res.status(404).json({ error: "no user" });
        }
        """,
        """
        async (ctx, args) => {
          const user = await row(find(ctx, "users", args.id), toUser);
          return user ? reply(200, user) : reply(404, { error: "no user" });
        }
        """,
    ),
    "a conditional statement": (
        """
        (req, res) => {
          req.query.page ? res.json([]) : res.status(400).json({ error: "page" });
        }
        """,
        """
        async (ctx, args) => {
          return args.page ? reply(200, []) : reply(400, { error: "page" });
        }
        """,
    ),
    "a conditional arrow": (
        '(req, res) => (req.query.page ? res.json([]) : res.status(400).json({ error: "page" }))',
        'async (ctx, args) => (args.page ? reply(200, []) : reply(400, { error: "page" }))',
    ),
    "failures beside are thrown": (
        """
        (req, res) => {
          if (!req.query.page) return res.status(400).json({ error: "page" });
          res.status(Number(req.query.page)).json([]);
        }
        """,
        """
        async (ctx, args) => {
          if (!args.page) throw new HttpError(400, { error: "page" });
          return reply(Number(args.page), []);
        }
        """,
    ),
    "a header": (
        """
        async (req, res) => {
          const users = await prisma.user.count();
          res.set("X-Total-Count", String(users)).json({ users });
        }
        """,
        """
        async (ctx) => {
          const users = await countRows(ctx.db.query("users").collect());
          return withHeaders(reply(200, { users }), { "X-Total-Count": String(users) });
        }
        """,
    ),
    "headers and a status of their own statements": (
        """
        (req, res) => {
          res.setHeader("Content-Type", "text/csv");
          res.header("X-Page", req.query.page as string);
          res.status(203);
          return res.send("a,b");
        }
        """,
        """
        async (ctx, args) => {
          return withHeaders(reply(203, "a,b", "html"), { "Content-Type": "text/csv", "X-Page": args.page as string });
        }
        """,
    ),
    "a header of a failure": (
        """
        (req, res) => {
          if (req.query.page) return res.set("Retry-After", "5").status(429).json({ error: "slow down" });
          res.json([]);
        }
        """,
        """
        async (ctx, args) => {
          if (args.page) return withHeaders(reply(429, { error: "slow down" }), { "Retry-After": "5" });
          return reply(200, []);
        }
        """,
    ),
    "names that the file has for its own": (
        """
        (req, res) => {
          const reply = req.query.page;
          if (reply) return res.status(202).json({ reply });
          res.json([]);
        }
        """,
        """
        async (ctx, args) => {
          const reply = args.page;
          if (reply) return convexReply(202, { reply });
          return convexReply(200, []);
        }
        """,
    ),
}


@pytest.mark.parametrize("before, after", SEVERAL.values(), ids=SEVERAL)
def test_an_answer_says_its_status_when_nobody_knows_it_beforehand(
    codemod: CodemodTest, before: str, after: str
) -> None:
    migrated = codemod.migrate(users_app(f'router.get("/:id", {dedented(before).strip()});'))
    assert migrated.outcome("GET /users/:id") == "migrated"
    assert handler_in(migrated.files["convex/users.ts"], "getUser").strip() == dedented(after).strip()
    assert "sendAnswer(c, " in route_in(migrated, "/users/:id")


FORWARDED = {
    "goes with the try": (
        """
        async (req, res, next) => {
          try {
            // The user.
            const user = await prisma.user.findUnique({ where: { id: req.params.id } });
            if (!user) return next(new Error("no user"));
            res.json(user);
          } catch (error) {
            next(error);
          }
        }
        """,
        """
        async (ctx, args) => {
          // The user.
          const user = await row(find(ctx, "users", args.id), toUser);
          if (!user) throw new ApplicationError("no user");
          return toJson(user);
        }
        """,
    ),
    "passes by a catch that answers": (
        """
        async (req, res, next) => {
          try {
            if (!req.query.page) return next(new Error("page"));
            return res.json([]);
          } catch (error) {
            return res.status(500).json({ error: "oops" });
          }
        }
        """,
        """
        async (ctx, args) => {
          try {
            if (!args.page) return Promise.reject(new ApplicationError("page"));
            return toJson([]);
          } catch (error) {
            throw new HttpError(500, { error: "oops" });
          }
        }
        """,
    ),
    "stays with what else is done": (
        """
        async (req, res, next) => {
          try {
            res.json(await prisma.user.count());
          } catch (error) {
            console.error(error);
            return next(error);
          }
        }
        """,
        """
        async (ctx) => {
          try {
            return toJson(await countRows(ctx.db.query("users").collect()));
          } catch (error) {
            console.error(error);
            throw error;
          }
        }
        """,
    ),
    "stays with names that would come together": (
        """
        async (req, res, next) => {
          const user = req.params.id;
          console.log(user);
          try {
            const user = await prisma.user.count();
            res.json({ user });
          } catch (error) {
            next(error);
          }
        }
        """,
        None,
    ),
    "keeps template literals": (
        """
        async (req, res, next) => {
          try {
            res.send(`one
          two ${req.params.id}`);
          } catch (error) {
            next(error);
          }
        }
        """,
        """
        async (ctx, args) => {
          return `one
          two ${args.id}`;
        }
        """,
    ),
}


@pytest.mark.parametrize("before, after", FORWARDED.values(), ids=FORWARDED)
def test_a_catch_that_only_forwards(codemod: CodemodTest, before: str, after: str | None) -> None:
    migrated = codemod.migrate(users_app(f'router.get("/:id", {dedented(before).strip()});'))
    assert migrated.outcome("GET /users/:id") == "migrated"
    written = handler_in(migrated.files["convex/users.ts"], "getUser")
    if after is None:
        assert "try {" in written
    else:
        assert [line.strip() for line in written.splitlines()] == [
            line.strip() for line in dedented(after).splitlines()
        ]


NO_ANSWER = 'throw new ApplicationError("The request was not answered");'

OPEN = {
    "at the end": (
        """
        async (req, res) => {
          const user = await prisma.user.findUnique({ where: { id: req.params.id } });
          if (user) res.json(user);
        }
        """,
        """
        async (ctx, args) => {
          const user = await row(find(ctx, "users", args.id), toUser);
          if (user) return toJson(user);
          throw new ApplicationError("The request was not answered");
        }
        """,
    ),
    "at a return": (
        """
        (req, res) => {
          if (!req.query.page) return;
          res.json([]);
        }
        """,
        """
        async (ctx, args) => {
          if (!args.page) throw new ApplicationError("The request was not answered");
          return toJson([]);
        }
        """,
    ),
    "after a caught error": (
        """
        async (req, res) => {
          try {
            res.json(await prisma.user.findMany());
          } catch (error) {
            console.error(error);
          }
        }
        """,
        """
        async (ctx) => {
          try {
            return toJson(await rows(ctx.db.query("users").collect(), toUser));
          } catch (error) {
            console.error(error);
          }
          throw new ApplicationError("The request was not answered");
        }
        """,
    ),
    "in one line": (
        "(req, res) => { if (req.body) res.json(1); }",
        f"async (ctx, args) => {{ if (args.body) return toJson(1); {NO_ANSWER} }}",
    ),
}


@pytest.mark.parametrize("before, after", OPEN.values(), ids=OPEN)
def test_a_path_that_never_answered_throws(codemod: CodemodTest, before: str, after: str) -> None:
    migrated = codemod.migrate(users_app(f'router.get("/:id", {dedented(before).strip()});'))
    assert migrated.outcome("GET /users/:id") == "migrated"
    assert handler_in(migrated.files["convex/users.ts"], "getUser").strip() == dedented(after).strip()
    assert "CX207" in migrated.codes


REFUSED = {
    "an answer for which more is done after the answer": (
        """
        async (req, res) => {
          const user = await prisma.user.findUnique({ where: { id: req.params.id } });
          if (!user) res.status(404).json({ error: "no user" });
          res.json(await prisma.note.findMany());
        }
        """,
        "CX207 goes on after its reply (src/users.routes.ts:8)",
    ),
    "work after the answer": (
        """
        async (req, res) => {
          res.json([]);
          await prisma.note.deleteMany();
        }
        """,
        "CX207 goes on after its reply (src/users.routes.ts:7)",
    ),
    "a log of what happens after the answer": (
        """
        async (req, res) => {
          res.json([]);
          console.log(await prisma.note.count());
        }
        """,
        "CX207 goes on after its reply (src/users.routes.ts:7)",
    ),
    "answers in a loop": (
        """
        (req, res) => {
          for (const page of [1, 2]) res.json({ page });
        }
        """,
        "CX207 goes on after its reply (src/users.routes.ts:7)",
    ),
    "a case that runs into the next one": (
        """
        (req, res) => {
          switch (req.query.kind) {
            case "a":
              res.json({ kind: 1 });
            default:
              res.json({ kind: 2 });
          }
        }
        """,
        "CX207 goes on after its reply (src/users.routes.ts:9)",
    ),
    "an error of the language": (
        '(req, res) => { if (req.query.page) throw new RangeError("Page?"); res.json([]); }',
        "CX207 throws a RangeError, whose class and message do not leave a function (src/users.routes.ts:6)",
    ),
    "a value that is returned instead": (
        "(req, res) => { if (req.query.page) return 1; res.json([]); }",
        "CX207 returns a value instead of an answer (src/users.routes.ts:6)",
    ),
    "no answer at all": (
        "(req, res) => { console.log(1); }",
        "CX207 never answers (src/users.routes.ts:6)",
    ),
    "callbacks": (
        "(req, res) => { [1].forEach((page) => res.json({ page })); }",
        "CX204 answers from a callback (src/users.routes.ts:6)",
    ),
    "the value of an answer": (
        "(req, res) => { const sent = res.json([]); return sent; }",
        "CX207 uses the value of a reply (src/users.routes.ts:6)",
    ),
    "a branch that does something else": (
        "(req, res) => req.query.page ? res.json([]) : undefined",
        "CX207 uses the value of a reply (src/users.routes.ts:6)",
    ),
    "a second answer in one chain": (
        "(req, res) => { res.json([]).send(req.get('more')); }",
        "CX207 answers twice (src/users.routes.ts:6)",
    ),
    "res.locals": (
        "(req, res) => { res.json(res.locals.user); }",
        "CX203 uses res.locals (src/users.routes.ts:6)",
    ),
    "a response taken apart": (
        "(req, { json }) => { json([]); }",
        "CX203 takes its response apart (src/users.routes.ts:6)",
    ),
    "a status that an error may find": (
        """
        (req, res) => {
          res.status(404);
          if (req.query.page) console.log("no");
          throw new Error("no");
        }
        """,
        "CX203 sets a status and answers elsewhere (src/users.routes.ts:7)",
    ),
    "a header that says how bytes travel": (
        '(req, res) => { res.set("Content-Encoding", "br").send(""); }',
        "CX203 sets a header that says how its bytes travel (src/users.routes.ts:6)",
    ),
    "a signed cookie": (
        '(req, res) => { res.cookie("a", "b", { signed: true }).json([]); }',
        "CX203 signs a cookie (src/users.routes.ts:6)",
    ),
    "a stream": ('(req, res) => { res.write("x"); res.end(); }', "CX203 streams its reply (src/users.routes.ts:6)"),
    "a number that Express takes for a status": (
        "(req, res) => { res.send(404); }",
        "CX203 sends a number (src/users.routes.ts:6)",
    ),
    "next() without an error": (
        "(req, res, next) => { if (req.query.page) return next(); res.json([]); }",
        "CX207 passes the request on with next() (src/users.routes.ts:6)",
    ),
    "a refusal inside a try that takes the error apart": (
        """
        async (req, res) => {
          try {
            if (!req.query.page) return res.status(400).json({ error: "page" });
            return res.json([]);
          } catch ({ message }) {
            return res.status(500).json({ message });
          }
        }
        """,
        "CX207 takes the caught error apart (src/users.routes.ts:10)",
    ),
}


IMPOSSIBLE = {
    "a file of the server": ("res.sendFile('/tmp/x');", "CX705 sends a file of the server, and Convex has no disk"),
    "a download": ("res.status(200).download('/tmp/x');", "CX705 sends a file of the server, and Convex has no disk"),
    "a view": ("res.render('index');", "CX706 renders a view, and Convex has no engine for views"),
}


@pytest.mark.parametrize("statement, reason", IMPOSSIBLE.values(), ids=IMPOSSIBLE)
def test_what_convex_has_no_means_for_is_said_to_be_unsupported(
    codemod: CodemodTest, statement: str, reason: str
) -> None:
    migrated = codemod.migrate(users_app(f'router.get("/:id", (req, res) => {{ {statement} }});'))
    assert migrated.outcome("GET /users/:id") == f"unsupported {reason} (src/users.routes.ts:6)"


@pytest.mark.parametrize("before, reason", REFUSED.values(), ids=REFUSED)
def test_an_answer_that_cannot_be_kept_is_left_to_its_owner(codemod: CodemodTest, before: str, reason: str) -> None:
    migrated = codemod.migrate(users_app(f'router.get("/:id", {dedented(before).strip()});'))
    assert migrated.outcome("GET /users/:id") == f"needs-review {reason}"
    assert "throw new Error" in handler_in(migrated.files["convex/users.ts"], "getUser")


@pytest.mark.parametrize("before, after", ANSWERS.values(), ids=ANSWERS)
def test_an_answer_is_returned_or_thrown(codemod: CodemodTest, before: str, after: str) -> None:
    routes = f'const lookup = () => "x";\n\nrouter.get("/:id", {dedented(before).strip()});\n'
    migrated = codemod.migrate(users_app(routes))
    assert migrated.outcome("GET /users/:id") == "migrated"
    assert handler_in(migrated.files["convex/users.ts"], "getUser").strip() == dedented(after).strip()
