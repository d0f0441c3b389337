"""Guards of express-jwt: who gets in, what the error handler sees, and what handlers know."""

from __future__ import annotations

import pytest
from bearer_tokens import SECRET, token
from convex_project import ConvexProject, Request
from harness import CodemodTest

PACKAGE = '{ "name": "app", "dependencies": { "express": "^4.21.0", "express-jwt": "^8.0.0" } }'

AUTH = """
    import * as express from "express";
    import { expressjwt as jwt } from "express-jwt";

    const tokenOf = (req: express.Request): string | null => {
      if (
        (req.headers.authorization && req.headers.authorization.split(" ")[0] === "Token") ||
        (req.headers.authorization && req.headers.authorization.split(" ")[0] === "Bearer")
      ) {
        return req.headers.authorization.split(" ")[1];
      }
      return null;
    };

    const auth = {
      required: jwt({ secret: process.env.JWT_SECRET || "secret", getToken: tokenOf, algorithms: ["HS256"] }),
      optional: jwt({
        secret: process.env.JWT_SECRET || "secret",
        credentialsRequired: false,
        getToken: tokenOf,
        algorithms: ["HS256"],
      }),
    };

    export default auth;
    """

APP = """
    import express from "express";
    import { expressjwt } from "express-jwt";
    import auth from "./auth";

    const app = express();
    app.use(express.json());
    app.get("/user", auth.required, (req: any, res) => {
      res.json({ user: req.auth?.user?.id });
    });
    app.get("/tags", auth.optional, (req: any, res) => {
      res.json({ user: req.auth?.user?.id ?? "nobody" });
    });
    app.get(
      "/plain",
      expressjwt({ secret: process.env.JWT_SECRET!, algorithms: ["HS256"], requestProperty: "claims" }),
      (req: any, res) => res.json({ user: req.claims.user.id }),
    );
    app.use((err: any, req: express.Request, res: express.Response, next: express.NextFunction) => {
      if (err && err.name === "UnauthorizedError") {
        return res.status(401).json({ status: "error", message: "missing authorization credentials" });
      }
      res.status(500).json(err.message);
    });
    export default app;
    """

FILES = {"package.json": PACKAGE, "src/auth.ts": AUTH, "src/app.ts": APP}


def test_tokens_get_in_as_with_express_jwt(codemod: CodemodTest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JWT_SECRET", SECRET)
    migrated = codemod.migrate(FILES)
    outcomes = {item.name: item.reason or str(item.outcome) for item in migrated.settled.items if item.kind == "route"}
    assert set(outcomes.values()) == {"migrated"}
    project = ConvexProject(migrated.root)
    assert (project.codegen(), project.tsc(), project.bundle()) == ([], [], [])
    good, foreign = token({"user": {"id": "a"}}), token({"user": {"id": "a"}}, "other")
    sent = [{}, *({"authorization": text} for text in (f"Token {good}", f"Bearer {foreign}", "Basic x", "Bearer a b"))]
    asked = [Request("GET", path, headers=headers) for path in ("/user", "/tags", "/plain") for headers in sent]
    answers = [(answer.status, answer.body) for answer in project.serve(asked)]
    refused = (401, {"status": "error", "message": "missing authorization credentials"})
    known, nobody = (200, {"user": "a"}), (200, {"user": "nobody"})
    assert answers[:5] == [refused, known, refused, refused, refused]
    assert answers[5:10] == [nobody, known, refused, nobody, refused]
    assert answers[10:] == [refused] * 5


REFUSED = {
    "a key pair": 'secret: process.env.KEY!, algorithms: ["RS256"]',
    "a secret that is looked up": "secret: keysOf({ cache: true }), algorithms: ['HS256']",
    "an option that is not understood": "secret: process.env.KEY!, algorithms: ['HS256'], isRevoked: async () => false",
}


@pytest.mark.parametrize("options", REFUSED.values(), ids=REFUSED)
def test_other_guards_of_express_jwt_stay_closed(codemod: CodemodTest, options: str) -> None:
    text = f"""
        import express from "express";
        import {{ expressjwt }} from "express-jwt";

        declare function keysOf(options: object): any;
        const app = express();
        app.get("/user", expressjwt({{ {options} }}), (req: any, res) => res.json(req.auth));
        export default app;
        """
    migrated = codemod.migrate({"package.json": PACKAGE, "src/app.ts": text})
    assert migrated.outcome("GET /user").startswith("needs-review CX801")
    assert "req.auth" not in "".join(migrated.convex.values())
