"""The function behind a reference, in every form in which routes name their handlers."""

from __future__ import annotations

import pytest
from questions import Ask, Files

from codemods.workspace import External, FunctionRef, Unknown

FORMS: dict[str, Files] = {
    "a function of the same file": {
        "a.ts": "⟦function list() {}⟧\nrouter.get('/', ⟨list⟩);",
    },
    "an imported function": {
        "users.ts": "export ⟦function list() {}⟧",
        "a.ts": "import { list as all } from './users';\n⟨all⟩;",
    },
    "an imported arrow": {
        "users.ts": "export const list = ⟦async (req, res) => {}⟧;",
        "a.ts": "import { list } from './users.js';\n⟨list⟩;",
    },
    "a member of a namespace": {
        "users.ts": "export const list = ⟦async () => {}⟧;",
        "a.ts": "import * as users from './users';\n⟨users.list⟩;",
    },
    "a property of an exported object": {
        "users.ts": "const list = ⟦() => {}⟧;\nexport const Users = { list };",
        "a.ts": "import { Users } from './users';\n⟨Users.list⟩;",
    },
    "a method of a default export": {
        "users.ts": "export default { ⟦async list() {}⟧ };",
        "a.ts": "import users from './users';\n⟨users.list⟩;",
    },
    "a named default export": {
        "users.ts": "const users = { list: ⟦() => {}⟧ };\nexport default users;",
        "a.ts": "import users from './users';\n⟨users.list⟩;",
    },
    "CommonJS: a property of module.exports": {
        "users.js": "const list = ⟦async () => {}⟧;\nmodule.exports = { list };",
        "a.js": "const users = require('./users');\n⟨users.list⟩;",
    },
    "CommonJS: a destructured require": {
        "users.js": "exports.list = ⟦async () => {}⟧;",
        "a.js": "const { list } = require('./users');\n⟨list⟩;",
    },
    "CommonJS: the module is the function": {
        "auth.js": "module.exports = ⟦function (req, res, next) {}⟧;",
        "a.js": "const auth = require('./auth');\n⟨auth⟩;",
    },
    "CommonJS: an index that collects modules": {
        "users/list.js": "const list = ⟦() => {}⟧;\nmodule.exports = list;",
        "users/index.js": "module.exports = { list: require('./list') };",
        "a.js": "const { list } = require('./users');\n⟨list⟩;",
    },
    "CommonJS: an index of exports": {
        "models/user.js": "class User { ⟦static find() {}⟧ }\nmodule.exports = User;",
        "models/index.js": "module.exports.User = require('./user');",
        "a.js": "const { User } = require('./models');\n⟨User.find⟩;",
    },
    "a barrel": {
        "users/list.ts": "export ⟦function list() {}⟧",
        "users/index.ts": "export * from './list';",
        "a.ts": "import { list } from './users';\n⟨list⟩;",
    },
    "a renamed default in a barrel": {
        "users/users.ts": "export default { list: ⟦() => {}⟧ };",
        "users/index.ts": "export { default as users } from './users';",
        "a.ts": "import { users } from './users';\n⟨users.list⟩;",
    },
    "a method of an instance": {
        "users.ts": "export class Users { ⟦async list() {}⟧ }",
        "a.ts": "import { Users } from './users';\nconst users = new Users();\n⟨users.list⟩;",
    },
    "a bound method": {
        "users.ts": "export class Users { ⟦async list() {}⟧ }",
        "a.ts": "import { Users } from './users';\nconst users = new Users();\n⟨users.list.bind(users)⟩;",
    },
    "an exported instance": {
        "users.ts": "class Users { ⟦list() {}⟧ }\nexport default new Users();",
        "a.ts": "import users from './users';\n⟨users.list⟩;",
    },
    "an arrow in a field": {
        "users.ts": "export class Users { list = ⟦async () => {}⟧; }",
        "a.ts": "import { Users } from './users';\nconst users = new Users();\n⟨users.list⟩;",
    },
    "a static method": {
        "users.ts": "export class Users { ⟦static list() {}⟧ }",
        "a.ts": "import { Users } from './users';\n⟨Users.list⟩;",
    },
    "an inherited method": {
        "base.ts": "export abstract class Base { ⟦list() {}⟧ }",
        "users.ts": "import { Base } from './base';\nexport class Users extends Base {}",
        "a.ts": "import { Users } from './users';\nconst users = new Users();\n⟨users.list⟩;",
    },
    "a method of a singleton": {
        "users.ts": (
            "export class Users { private static one: Users;\n"
            "static getInstance(): Users { return (Users.one ??= new Users()); }\n⟦list() {}⟧ }"
        ),
        "a.ts": "import { Users } from './users';\n⟨Users.getInstance().list⟩;",
    },
    "a method of a singleton without types": {
        "users.js": (
            "class Users { static getInstance() { if (!Users.one) Users.one = new Users(); return Users.one; }\n"
            "⟦list() {}⟧ }\nmodule.exports = Users;"
        ),
        "a.js": "const Users = require('./users');\n⟨Users.getInstance().list⟩;",
    },
    "a member of a container": {
        "services.ts": "class Users { ⟦list() {}⟧ }\nexport const services = { users: new Users() };",
        "a.ts": "import { services } from './services';\n⟨services.users.list⟩;",
    },
    "what a factory returns": {
        "users.ts": "export const make = (db) => { const list = ⟦() => db.all()⟧; return { list }; };",
        "a.ts": "import { make } from './users';\nconst users = make(db);\n⟨users.list⟩;",
    },
    "an object filled by assignment": {
        "users.js": "const users = {};\nusers.list = ⟦async () => {}⟧;\nmodule.exports = users;",
        "a.js": "const users = require('./users');\n⟨users.list⟩;",
    },
    "a function in a namespace": {
        "users.ts": "export namespace Users { export ⟦function list() {}⟧ }",
        "a.ts": "import { Users } from './users';\n⟨Users.list⟩;",
    },
    "a destructured member": {
        "users.ts": "export const Users = { list: ⟦() => {}⟧ };",
        "a.ts": "import { Users } from './users';\nconst { list: all } = Users;\n⟨all⟩;",
    },
    "a spread object": {
        "users.ts": "const base = { list: ⟦() => {}⟧ };\nexport const Users = { ...base, other() {} };",
        "a.ts": "import { Users } from './users';\n⟨Users.list⟩;",
    },
}


@pytest.mark.parametrize("files", FORMS.values(), ids=FORMS)
def test_the_function_is_found(ask: Ask, files: Files) -> None:
    question = ask(files)
    assert question.is_answered_by(question.called())


def test_the_function_knows_its_name_and_class(ask: Ask) -> None:
    found = ask({"a.ts": "class Users { static list = wrap(async () => {}) }\n⟨Users⟩;"})
    method = ask({"a.ts": "class Users { static async list() {} }\n⟨Users.list⟩;"}).called()
    assert isinstance(method, FunctionRef)
    assert (method.name, method.is_method, method.is_static) == ("list", True, True)
    assert method.owner_class is not None
    assert found.meaning() is not None


def test_a_wrapper_of_a_package_is_external(ask: Ask) -> None:
    question = ask(
        {
            "package.json": "{}",
            "a.ts": "import asyncHandler from 'express-async-handler';\nconst list = asyncHandler(f);\n⟨list⟩;",
        }
    )
    assert question.called() == External("express-async-handler", ("default", "()"))


def test_a_call_of_a_wrapper_runs_what_the_wrapper_returns(ask: Ask) -> None:
    question = ask(
        {
            "wrap.ts": "export const wrap = (fn) => ⟦(req, res, next) => fn(req, res).catch(next)⟧;",
            "a.ts": "import { wrap } from './wrap';\nexport const list = wrap(async () => {});\n⟨list⟩;",
        }
    )
    assert question.is_answered_by(question.called())


def test_what_may_be_two_functions_is_unknown_and_lists_both(ask: Ask) -> None:
    answer = ask({"a.ts": "const f = x ? function one() {} : function two() {};\n⟨f⟩;"}).called()
    assert isinstance(answer, Unknown)
    assert [candidate.name for candidate in answer.candidates] == ["one", "two"]


@pytest.mark.parametrize(
    "source",
    [
        "let f = () => 1;\nf = other();\n⟨f⟩;",
        "function f() {}\nf = g;\n⟨f⟩;",
        "function run(callback) { ⟨callback⟩; }\nexport { run };\nrun(a); run(b.c); register(run);",
        "const o = { [key]() {} };\n⟨o.list⟩;",
        "export function f(x: any) { ⟨x.list⟩; }",
        "try { } catch (error) { ⟨error.list⟩; }",
        "import { a } from './missing';\n⟨a⟩;",
        "const a = b;\nconst b = a;\n⟨a⟩;",
        "class A { list() {} }\nclass B extends A { list() {} }\nfunction f(a: A) { ⟨a.list⟩; }",
    ],
)
def test_what_cannot_be_followed_is_unknown(ask: Ask, source: str) -> None:
    answer = ask({"a.ts": source}).called()
    assert isinstance(answer, Unknown), answer
    assert answer.reason
