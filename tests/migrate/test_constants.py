"""Constants and configuration move with the code that reads them, in every form in which modules give them out."""

from __future__ import annotations

import pytest
from convex_project import ConvexProject
from express_app import users_app
from harness import CodemodTest, Migrated, dedented

VALUES = {
    "export default of an object": (
        'import settings from "./settings";',
        "settings.size",
        "export default { size: 10 };",
        "settings.size",
        "export const settings = { size: 10 };",
    ),
    "export default of an object that claims a type": (
        'import limits from "./settings";',
        "limits.size",
        "export default { size: 10 } as const;",
        "limits.size",
        "export const settings = { size: 10 } as const;",
    ),
    "export =": (
        'import settings = require("./settings");',
        "settings.size",
        "export = { size: 10 };",
        "settings.size",
        "export const settings = { size: 10 };",
    ),
    "members of a module": (
        'import * as settings from "./settings";',
        "settings.SIZE",
        "export const SIZE = 10;",
        "settings.SIZE",
        "export const SIZE = 10;",
    ),
    "names of a default export": (
        'import settings from "./settings";',
        "settings.SIZE",
        "const SIZE = 10;\n\nexport default { SIZE };",
        "settings.SIZE",
        "export const SIZE = 10;",
    ),
    "what is taken apart": (
        'import { size } from "./settings";',
        "size",
        "const all = { size: 10 };\n\nexport const { size } = all;",
        "size",
        "export const all = { size: 10 };\n\nexport const { size } = all;",
    ),
    "a static field": (
        'import { Settings } from "./settings";',
        "Settings.SIZE",
        "export class Settings {\n  /** Rows. */\n  static readonly SIZE: number = 10;\n}",
        "Settings.SIZE",
        "/** Rows. */\nexport const SIZE: number = 10;",
    ),
    "a field of an instance": (
        'import settings from "./settings";',
        "settings.size",
        "class Settings {\n  size = 10;\n}\n\nexport default new Settings();",
        "settings.size",
        "export const size = 10;",
    ),
    "a namespace": (
        'import { Settings } from "./settings";',
        "Settings.twice(Settings.size)",
        "export namespace Settings {\n  export const size = 10;\n  export const twice = (n: number) => n * 2;\n}",
        "Settings.twice(Settings.size)",
        "export namespace Settings {\n  export const size = 10;\n  export const twice = (n: number) => n * 2;\n}",
    ),
    "a property beside functions": (
        'import { settings } from "./settings";',
        "settings.twice(settings.size)",
        "export const settings = {\n  size: 10,\n  twice: (n: number) => n * 2,\n};",
        "settings.twice(settings.size)",
        "export const size = 10;\n\nexport const twice = (n: number) => n * 2;",
    ),
    "variables": (
        'import settings from "./settings";',
        "settings.name.length",
        'export default { name: process.env.APP_NAME || "app", debug: process.env.NODE_ENV !== "production" };',
        "settings.name.length",
        'export const settings = { name: env.APP_NAME || "app", debug: process.env.NODE_ENV !== "production" };',
    ),
    "variables that are taken apart": (
        'import { SIZE } from "./settings";',
        "Number(SIZE)",
        'export const { SIZE = "10", APP_NAME: name } = process.env;',
        "Number(SIZE)",
        'export const { SIZE = "10", APP_NAME: name } = env;',
    ),
    "a secret": (
        'import settings from "./settings";',
        "settings.secret.length",
        'export default {\n  secret: process.env.JWT_SECRET || "dev",\n};',
        "settings.secret.length",
        """
        export const settings = {
          get secret() {
            return requireEnv(env.JWT_SECRET, "JWT_SECRET");
          },
        };
        """,
    ),
    "variables behind a schema": (
        'import { env } from "./settings";',
        "env.SIZE",
        """
        import { z } from "zod";

        const schema = z.object({ SIZE: z.coerce.number().default(10) });

        export const env = schema.parse(process.env);
        """,
        "env.SIZE",
        """
        export const schema = z.object({ SIZE: z.coerce.number().default(10) });

        export const env = lazyEnv(schema.shape, convexEnv);
        """,
    ),
    "variables whose faults end the server": (
        'import { env } from "./settings";',
        "[env.SIZE, env.isTest]",
        """
        import { z } from "zod";

        const schema = z.object({
          NODE_ENV: z.enum(["production", "test"]).default("production"),
          SIZE: z.coerce.number().default(10),
        });

        const result = schema.safeParse(process.env);

        if (!result.success) {
          console.error("Bad variables", result.error.format());
          process.exit(1);
        }

        export const env = { ...result.data, isTest: result.data.NODE_ENV === "test" };
        """,
        "[env.SIZE, env.isTest]",
        """
        export const schema = z.object({
          NODE_ENV: z.enum(["production", "test"]).default("production"),
          SIZE: z.coerce.number().default(10),
        });

        export const result = safeEnv(schema.shape, { ...convexEnv, NODE_ENV: process.env.NODE_ENV });

        export const env = { ...result.data, isTest: result.data.NODE_ENV === "test" };
        """,
    ),
    "variables that Joi looks at": (
        'import config from "./settings";',
        "config.size",
        """
        import Joi from "joi";

        const schema = Joi.object().keys({ NODE_ENV: Joi.string(), SIZE: Joi.number().default(10) }).unknown();

        const { value: vars, error } = schema.validate(process.env);

        if (error) {
          throw new Error(`Bad variables: ${error.message}`);
        }

        export default { size: vars.SIZE };
        """,
        "config.size",
        """
        export const schema = Joi.object().keys({ NODE_ENV: Joi.string(), SIZE: Joi.number().default(10) }).unknown();

        export const { value: vars, error } = joiEnv(schema, { ...env, NODE_ENV: process.env.NODE_ENV });

        export const settings = { size: vars.SIZE };
        """,
    ),
}


def _migrated(codemod: CodemodTest, imports: str, expression: str, settings: str) -> Migrated:
    routes = f'router.get("/", async (req, res) => res.json({expression}));'
    return codemod.migrate(users_app(routes, imports, settings=dedented(settings)))


def _body(text: str) -> str:
    """A module without its imports."""
    return "\n".join(line for line in text.split("\n") if not line.startswith("import ")).strip()


@pytest.mark.parametrize("imports, read, settings, written, moved", VALUES.values(), ids=VALUES)
def test_constants_move(codemod: CodemodTest, imports: str, read: str, settings: str, written: str, moved: str) -> None:
    migrated = _migrated(codemod, imports, read, settings)
    assert migrated.outcome("GET /users") == "migrated"
    assert f"toJson({written})" in migrated.files["convex/users.ts"]
    assert _body(migrated.files["convex/lib/settings.ts"]) == dedented(moved).strip()
    assert "src/settings.ts" not in migrated.files


@pytest.mark.parametrize(
    "name", ["a secret", "variables behind a schema", "variables whose faults end the server", "a field of an instance"]
)
def test_moved_constants_are_typed(codemod: CodemodTest, name: str) -> None:
    imports, read, settings, _, _ = VALUES[name]
    project = ConvexProject(_migrated(codemod, imports, read, settings).root)
    assert project.codegen() == []
    assert project.tsc() == []
    assert project.bundle() == []


STATE = {
    "a field that is written": (
        "settings.size",
        "class Settings {\n  size = 1;\n  grow() {\n    this.size++;\n  }\n}\n\nexport default new Settings();",
        "CX104 `settings.size` is state in the memory of the server",
    ),
    "a field whose content is written": (
        "settings.seen.size",
        """
        class Settings {
          seen = new Set();
          see() {
            this.seen.add(1);
          }
        }

        export default new Settings();
        """,
        "CX104 `settings.seen` is state in the memory of the server",
    ),
    "a secret that another constant is made of": (
        "settings",
        'const SECRET = process.env.JWT_SECRET || "dev";\nconst settings = `${SECRET}!`;\n\nexport default settings;',
        "CX803 falls back to a literal for the secret `JWT_SECRET`",
    ),
    "the whole environment": (
        "settings.PATH",
        "export default { ...process.env };",
        "CX501 uses `process.env`",
    ),
    "the rest of the environment": (
        "settings.PATH",
        "const { HOME, ...settings } = process.env;\n\nexport default settings;",
        "CX501 uses `process.env`",
    ),
}


@pytest.mark.parametrize("read, settings, reason", STATE.values(), ids=STATE)
def test_what_changes_or_cannot_be_told_stays(codemod: CodemodTest, read: str, settings: str, reason: str) -> None:
    migrated = _migrated(codemod, 'import settings from "./settings";', read, settings)
    assert migrated.outcome("GET /users").startswith(f"needs-review {reason}")


def test_code_asks_for_a_secret_itself_where_a_constant_had_a_literal_behind_it(codemod: CodemodTest) -> None:
    secrets = 'export const API_KEY = process.env.API_KEY ?? "dev";\nexport const TTL = process.env.TOKEN_TTL ?? "1h";'
    read = "{ size: API_KEY.length, TTL, API_KEY }"
    migrated = _migrated(codemod, 'import { API_KEY, TTL } from "./settings";', read, secrets)
    asked = 'requireEnv(env.API_KEY, "API_KEY")'
    written = "".join(migrated.convex.values())
    assert f"size: {asked}.length, TTL, API_KEY: {asked}" in written
    assert "dev" not in written and 'TTL = env.TOKEN_TTL ?? "1h"' in written
    assert "CX803" in migrated.codes


def test_a_constant_that_another_file_fills_is_state(codemod: CodemodTest) -> None:
    files = users_app(
        'router.get("/", (req, res) => res.json(sessions));',
        'import { sessions } from "./sessions";',
        sessions="export const sessions: string[] = [];\n",
        login='import { sessions } from "./sessions";\n\nsessions.push("a");\n',
    )
    reason = "CX104 `sessions` is state in the memory of the server (src/users.routes.ts:6)"
    assert codemod.migrate(files).outcome("GET /users") == f"needs-review {reason}"


LAZY = {
    "an object": ("let found: { size: number } | null = null;", "if (!found) found = { size: 10 };", True),
    "an assignment of nothing else": ("let found: { size: number } | undefined;", "found ??= { size: 10 };", True),
    "what a caller gives": ("let found: any;", "if (!found) found = { size };", False),
    "a map that is written": ("let found: any;", "if (!found) found = new Map(); found.set(size, 1);", False),
    "what is made anew": ("let found: any;", "found = { size: 10 };", False),
    "a count": ("let found = 0;", "found++;", False),
}


@pytest.mark.parametrize("declared, filled, moves", LAZY.values(), ids=LAZY)
def test_values_that_are_filled_in_once(codemod: CodemodTest, declared: str, filled: str, moves: bool) -> None:
    settings = f"{declared}\n\nexport function get(size: number) {{\n  {filled}\n  return found;\n}}\n"
    migrated = _migrated(codemod, 'import { get } from "./settings";', "get(1)", settings)
    reason = "needs-review CX104 `found` is state in the memory of the server (src/settings.ts:4)"
    assert migrated.outcome("GET /users") == ("migrated" if moves else reason)


JSON = {
    "whole": ('import limits from "./limits.json";', "limits.size", 'import limits from "../src/limits.json";'),
    "by name": ('import { size } from "./limits.json";', "size", 'import { size } from "../src/limits.json";'),
    "required": (
        'const limits = require("./limits.json");',
        "limits.size",
        'import limits from "../src/limits.json";',
    ),
}


@pytest.mark.parametrize("imports, read, written", JSON.values(), ids=JSON)
def test_json_stays_where_it_is(codemod: CodemodTest, imports: str, read: str, written: str) -> None:
    files = users_app(f'router.get("/", (req, res) => res.json({read}));', imports)
    migrated = codemod.migrate({**files, "src/limits.json": '{ "size": 10 }\n'})
    assert migrated.outcome("GET /users") == "migrated"
    assert written in migrated.files["convex/users.ts"]
    project = ConvexProject(migrated.root)
    assert project.codegen() == []
    assert project.tsc() == []
    assert project.bundle() == []


COMMON_JS = {
    "an object": ("module.exports = { size: 10 };", "settings.size", "export const settings = { size: 10 };"),
    "names": (
        'const SIZE = 10;\n\nmodule.exports = { SIZE, NAME: "x" };',
        "settings.SIZE",
        'export const SIZE = 10;\n\nexport const settings = { SIZE, NAME: "x" };',
    ),
    "names alone": ("const SIZE = 10;\n\nmodule.exports = { SIZE };", "settings.SIZE", "export const SIZE = 10;"),
    "a name": ("exports.SIZE = 10;", "settings.SIZE", "export const SIZE = 10;"),
    "a name of the module": ("module.exports.SIZE = 10;", "settings.SIZE", "export const SIZE = 10;"),
}


@pytest.mark.parametrize("settings, read, moved", COMMON_JS.values(), ids=COMMON_JS)
def test_constants_of_common_js_modules(codemod: CodemodTest, settings: str, read: str, moved: str) -> None:
    migrated = codemod.migrate(
        {
            "src/settings.js": f"// What holds.\n{settings}\n",
            "src/app.js": f"""
                const express = require("express");
                const settings = require("./settings");

                const app = express();
                app.get("/size", (req, res) => res.json({read}));
                app.listen(3000);
                """,
        }
    )
    assert migrated.outcome("GET /size") == "migrated"
    assert _body(migrated.files["convex/lib/settings.js"]) == f"// What holds.\n{moved}"
