"""Secrets that the source writes down: none is ever written into convex/, each becomes a variable to be set."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest
from bearer_tokens import token
from convex_project import ConvexProject
from harness import CodemodTest
from side_by_side import compare

WRITTEN = "hunter2-hunter2"

GUARDED = """
    const guard = (req, res, next) => {
      const header = req.headers.authorization;
      if (!header) return res.status(401).json({ error: "Who are you?" });
      jwt.verify(header.split(" ")[1], SECRET_HERE, (err, user) => {
        if (err) return res.sendStatus(403);
        req.user = user;
        next();
      });
    };

    app.use(express.json());
    app.post("/login", (req, res) => {
      res.json({ token: jwt.sign({ id: req.body.id }, SECRET_HERE, { expiresIn: "1h" }) });
    });
    app.get("/me", guard, (req, res) => {
      res.json({ id: req.user.id });
    });
    app.listen(process.env.PORT);
    """

HEAD = 'const express = require("express");\nconst jwt = require("jsonwebtoken");\n'

PLACES = {
    "in place": ("", f'"{WRITTEN}"', "JWT_SECRET"),
    "in a constant": (f'const SESSION_SECRET = "{WRITTEN}";\n', "SESSION_SECRET", "SESSION_SECRET"),
    "in a constant in lower case": (f"const secretKey = '{WRITTEN}';\n", "secretKey", "JWT_SECRET_KEY"),
    "in another file": ('const { secret } = require("./keys");\n', "secret", "JWT_SECRET"),
    "in an object": ('const keys = require("./keys");\n', "keys.jwt.secret", "JWT_SECRET"),
    "in a setting": (f'app.set("secret", "{WRITTEN}");\n', 'req.app.get("secret")', "JWT_SECRET"),
}

KEYS = {
    "in another file": f'exports.secret = "{WRITTEN}";\n',
    "in an object": f'module.exports = {{\n  jwt: {{\n    secret: "{WRITTEN}",\n    ttl: "1h",\n  }},\n}};\n',
}


def _files(name: str) -> dict[str, str]:
    before, expression, _ = PLACES[name]
    app = "const app = express();\n"
    text = HEAD + app + before + dedent(GUARDED).replace("SECRET_HERE", expression)
    return {"src/app.js": text} | ({"src/keys.js": KEYS[name]} if name in KEYS else {})


SCRIPT = f"""
    # @name login
    POST /login
    Content-Type: application/json

    {{"id": 7}}

    ###

    GET /me

    ###

    GET /me
    Authorization: Bearer {{{{login.response.body.token}}}}

    ###

    GET /me
    Authorization: Bearer {token({"id": 1}, "other")}

    ###

    GET /me
    Authorization: Bearer {token({"id": 1, "exp": 1700000000}, WRITTEN)}

    ###

    GET /me
    Authorization: words
    """


@pytest.mark.parametrize("name", PLACES)
def test_tokens_are_those_of_the_written_secret(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(PLACES[name][2], WRITTEN)
    found = compare(tmp_path, _files(name), dedent(SCRIPT), entry="src/app.js")
    assert found.differences == []
    assert found.note.startswith("6 of 6")


@pytest.mark.parametrize("name", PLACES)
def test_a_written_secret_is_left_out_and_named(codemod: CodemodTest, name: str) -> None:
    migrated = codemod.migrate(_files(name))
    variable = PLACES[name][2]
    assert (migrated.outcome("POST /login"), migrated.outcome("GET /me")) == ("migrated", "migrated")
    text = "".join(migrated.convex.values())
    assert WRITTEN not in text
    assert f'requireEnv(env.{variable}, "{variable}")' in text
    assert f"{variable}: v.optional(v.string())," in text
    told = [each.message for each in migrated.settled.diagnostics if each.code == "CX803"]
    assert any(f"set `{variable}` to it" in message for message in told)
    assert not any(WRITTEN in message for message in told)
    project = ConvexProject(migrated.root)
    assert (project.codegen(), project.tsc(), project.bundle()) == ([], [], [])


def test_other_secrets_and_variables_have_names_of_their_own(codemod: CodemodTest) -> None:
    text = HEAD + dedent(
        """
        const app = express();
        const JWT_SECRET = "one";

        app.use(express.json());
        app.post("/a", (req, res) => res.json(jwt.verify(req.body.token, JWT_SECRET)));
        app.post("/b", (req, res) => res.json(jwt.verify(req.body.token, "two")));
        app.post("/c", (req, res) => res.json(jwt.verify(req.body.token, process.env.JWT_SECRET)));
        app.post("/d", (req, res) => res.json(jwt.verify(req.body.token, "one")));
        """
    )
    migrated = codemod.migrate({"src/app.js": text})
    written = "".join(migrated.convex.values())
    asked = [f'verifyJwt(args.token, requireEnv(env.JWT_SECRET_{n}, "JWT_SECRET_{n}"))' for n in (2, 3, 2)]
    assert [written.count(each) for each in asked] == [2, 1, 2]
    assert "verifyJwt(args.token, env.JWT_SECRET)" in written


CONFIGURED = HEAD + dedent(
    """
    const config = require("config");

    const app = express();
    const guard = (req, res, next) => {
      try {
        req.user = jwt.verify(req.header("x-auth-token"), config.get("jwtSecret"));
        next();
      } catch (err) {
        res.status(401).json({ msg: "Token is not valid" });
      }
    };

    app.get("/me", guard, (req, res) => res.json({ id: req.user.id, ttl: config.get("token.ttl") }));
    """
)

CONFIGURATIONS = {
    "by its name": ({"default.json": '{"jwtSecret": "hunter2", "token": {"ttl": 60}}'}, "JWT_SECRET", "ttl: 60"),
    "by the list of variables": (
        {
            "default.json": '{"jwtSecret": "hunter2", "token": {"ttl": "1h"}}',
            "custom-environment-variables.json": '{"jwtSecret": "APP_KEY", "token": {"ttl": "APP_TTL"}}',
        },
        "APP_KEY",
        'ttl: (env.APP_TTL ?? "1h")',
    ),
}


@pytest.mark.parametrize(("found", "variable", "ttl"), CONFIGURATIONS.values(), ids=CONFIGURATIONS)
def test_configured_secrets_are_variables(codemod: CodemodTest, found: dict[str, str], variable: str, ttl: str) -> None:
    files = {f"config/{name}": text for name, text in found.items()}
    migrated = codemod.migrate({"src/app.js": CONFIGURED, **files})
    assert migrated.outcome("GET /me") == "migrated"
    text = "".join(migrated.convex.values())
    assert f'requireEnv(env.{variable}, "{variable}")' in text and ttl in text
    assert "hunter2" not in text
    project = ConvexProject(migrated.root)
    assert (project.codegen(), project.tsc(), project.bundle()) == ([], [], [])


GUARDS = {
    "express-jwt": (
        'const { expressjwt } = require("express-jwt");',
        f'expressjwt({{ secret: "{WRITTEN}", algorithms: ["HS256"] }})',
    ),
    "passport-jwt": (
        'const passport = require("passport");\nconst { ExtractJwt, Strategy } = require("passport-jwt");\n'
        "const bearer = { jwtFromRequest: ExtractJwt.fromAuthHeaderAsBearerToken(), "
        f'secretOrKey: "{WRITTEN}" }};\npassport.use(new Strategy(bearer, (p, done) => done(null, p)));',
        'passport.authenticate("jwt", { session: false })',
    ),
}


@pytest.mark.parametrize(("head", "guard"), GUARDS.values(), ids=GUARDS)
def test_secrets_of_package_guards_are_variables_too(codemod: CodemodTest, head: str, guard: str) -> None:
    route = f'app.get("/me", {guard}, (req, res) => res.json(1));\n'
    migrated = codemod.migrate({"src/app.js": f"{HEAD}{head}\nconst app = express();\n{route}"})
    assert migrated.outcome("GET /me") == "migrated"
    written = "".join(migrated.convex.values())
    assert WRITTEN not in written and 'requireEnv(env.JWT_SECRET, "JWT_SECRET")' in written


OPEN = {
    "an unknown value": {"default.json": '{"jwtSecret": "a"}'},
    "another value elsewhere": {"default.json": '{"token": {"ttl": 1}}', "production.json": '{"token": {"ttl": 2}}'},
    "files that are no JSON": {"default.yaml": "token:\n  ttl: 1\n"},
}


@pytest.mark.parametrize("found", OPEN.values(), ids=OPEN)
def test_what_the_configuration_leaves_open_is_refused(codemod: CodemodTest, found: dict[str, str]) -> None:
    files = {f"config/{name}": text for name, text in found.items()}
    migrated = codemod.migrate({"src/app.js": CONFIGURED, **files})
    assert "the package config" in migrated.outcome("GET /me") or "uses config" in migrated.outcome("GET /me")


MADE = {
    "two texts": ("", '"hunter2-" + "hunter2"'),
    "a constant and a text": (f'const SALT = "{WRITTEN}";\n', 'SALT + "tail"'),
    "a template": ("", '`${"hunter2-"}hunter2`'),
    "a list": ("", '["hunter2", "hunter2"].join("-")'),
    "a method of a text": ("", f'" {WRITTEN} ".trim()'),
    "bytes": ("", f'Buffer.from("{WRITTEN}")'),
    "what stands in for a variable of any name": ("", f'process.env.JWT_KEY || "{WRITTEN}"'),
    "a branch": ("", f'process.env.KEY ? process.env.KEY : "{WRITTEN}"'),
}


@pytest.mark.parametrize(("before", "expression"), MADE.values(), ids=MADE)
def test_secrets_that_are_made_of_texts_are_refused(codemod: CodemodTest, before: str, expression: str) -> None:
    text = HEAD + "const app = express();\n" + before + dedent(GUARDED).replace("SECRET_HERE", expression)
    migrated = codemod.migrate({"src/app.js": text})
    assert migrated.outcome("POST /login").startswith("needs-review CX803 signs with a secret")
    assert migrated.outcome("GET /me").startswith("needs-review CX801 is guarded by `guard`")
    assert "hunter2" not in "".join(migrated.convex.values())
