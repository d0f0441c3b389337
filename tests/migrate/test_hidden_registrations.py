"""Guards that no registration shows: what they guard is refused, and never comes out without them."""

from __future__ import annotations

import pytest
from harness import CodemodTest

GUARD = """
const guard = (req, res, next) => {
  if (req.headers["x-key"] !== "k") return res.status(401).json({ error: "no key" });
  next();
};
"""
APP = "const express = require('express');\nconst app = express();\n"
ROUTE = "app.get('/secret', (req, res) => res.json({ a: 1 }));\n"
OPEN = "(req, res, next) => next()"
SETUP = f"{GUARD}const guards = require('./guards');\n"

ESCAPES = {
    "a bound method": "const use = app.use.bind(app);\nuse(guard);",
    "a method taken from the application": "const { use } = app;\nuse.call(app, guard);",
    "a method that is called on it": "app.use.call(app, guard);",
    "a method that is applied to it": "app.use.apply(app, [guard]);",
    "a method that is no member any more": "(0, app.use)(guard);",
    "reflection": "Reflect.apply(app.use, app, [guard]);",
    "a function that is called on it": "function secure() { this.use(guard); }\nsecure.call(app);",
    "a function that is bound to it": "function secure() { this.use(guard); }\nconst run = secure.bind(app);\nrun();",
    "a method of its own": "app.secure = function () { this.use(guard); };\napp.secure();",
    "methods that are assigned": "Object.assign(app, { secure() { this.use(guard); } });\napp.secure();",
    "an element of a list": "const [first] = [app];\nfirst.use(guard);",
    "a value of a map": "const apps = new Map([['app', app]]);\napps.get('app').use(guard);",
    "one of two": "(process.env.X ? app : app).use(guard);",
    "its list of functions": "app._router.stack.push(guard);",
    "its own handler": "const inner = app.handle;\napp.handle = (q, s) => guard(q, s, () => inner.call(app, q, s));",
}

GLOBALS = {
    "the global object": ("globalThis.app = app;", "globalThis.app.use(guard);"),
    "a global name": ("global.app = app;", "app.use(guard);"),
}

MEMBERS = {
    "in another file": (f"const guards = {{ auth: {OPEN} }};\nmodule.exports = guards;\n", "guards.auth = guard;\n"),
    "of a module": (f"exports.auth = {OPEN};\n", "guards.auth = guard;\n"),
    "of a module that has no name": (f"exports.auth = {OPEN};\n", "require('./guards').auth = guard;\n"),
    "by a computed name": (f"exports.auth = {OPEN};\n", "guards['auth'] = guard;\n"),
    "by Object.assign": (f"module.exports = {{ auth: {OPEN} }};\n", "Object.assign(guards, { auth: guard });\n"),
    "by a spread": (f"exports.auth = {OPEN};\n", "const all = { auth: guard };\nObject.assign(guards, { ...all });\n"),
    "by a property": (f"exports.auth = {OPEN};\n", "Object.defineProperty(guards, 'auth', { value: guard });\n"),
    "of a class": (
        "class Guards { static auth(req, res, next) { next(); } }\nmodule.exports = Guards;\n",
        "guards.auth = guard;\n",
    ),
    "by a function": (
        f"exports.auth = {OPEN};\n",
        "const install = (holder) => { holder.auth = guard; };\ninstall(guards);\n",
    ),
}


@pytest.mark.parametrize("registered", ESCAPES.values(), ids=ESCAPES)
def test_what_is_registered_past_the_application_takes_its_routes_back(codemod: CodemodTest, registered: str) -> None:
    migrated = codemod.migrate({"src/app.js": f"{APP}{GUARD}{registered}\n{ROUTE}"})
    assert migrated.outcome("GET /secret").startswith("needs-review")


@pytest.mark.parametrize(("given", "used"), GLOBALS.values(), ids=GLOBALS)
def test_an_application_that_all_files_see_may_be_guarded_by_any(codemod: CodemodTest, given: str, used: str) -> None:
    app = f"{APP}{given}\nrequire('./setup');\n{ROUTE}"
    migrated = codemod.migrate({"src/app.js": app, "src/setup.js": f"{GUARD}{used}\n"})
    assert migrated.outcome("GET /secret").startswith("needs-review")


@pytest.mark.parametrize("use", ["guards.auth", "guards.auth.bind(guards)"])
@pytest.mark.parametrize(("guards", "written"), MEMBERS.values(), ids=MEMBERS)
def test_a_member_that_is_written_anew_is_not_what_it_was(
    codemod: CodemodTest, guards: str, written: str, use: str
) -> None:
    app = f"{APP}const guards = require('./guards');\nrequire('./setup');\napp.use({use});\n{ROUTE}"
    migrated = codemod.migrate({"src/app.js": app, "src/guards.js": guards, "src/setup.js": f"{SETUP}{written}"})
    assert migrated.outcome("GET /secret").startswith("needs-review CX801")


def test_a_name_that_is_taken_from_a_module_is_such_a_member(codemod: CodemodTest) -> None:
    app = f"{APP}require('./setup');\nconst {{ auth: check }} = require('./guards');\napp.use(check);\n{ROUTE}"
    files = {"src/guards.js": f"exports.auth = {OPEN};\n", "src/setup.js": f"{SETUP}guards.auth = guard;\n"}
    assert codemod.migrate({"src/app.js": app, **files}).outcome("GET /secret").startswith("needs-review")


def test_members_of_other_objects_are_no_matter(codemod: CodemodTest) -> None:
    app = f"""{APP}{GUARD}
const guards = {{ auth: guard }};
const other = {{}};
other.auth = (req, res, next) => next();
app.use((req, res, next) => {{
  req.auth = "none";
  next();
}});
app.use(guards.auth);
{ROUTE}"""
    assert codemod.migrate({"src/app.js": app}).outcome("GET /secret") == "migrated"
