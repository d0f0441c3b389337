"""Receivers of calls: fields, injected services, parameters, interfaces, values of packages and of the language."""

from __future__ import annotations

import pytest
from questions import Ask, Files

from codemods.workspace import Declared, External, FunctionRef, Global, Unknown

SERVICE = "export class Service { ⟦find() {}⟧ }"

INJECTED: dict[str, str] = {
    "a field initialiser": "private service = new Service();",
    "a field set by the constructor": "service: any; constructor() { this.service = new Service(); }",
    "a parameter property": "constructor(private readonly service: Service) {}",
    "a typed parameter": "private service; constructor(service: Service) { this.service = service; }",
    "a default": "service: Service; constructor(service?: Service) { this.service = service ?? new Service(); }",
    "a typed field": "@Inject() service!: Service;",
    "a getter": "get service(): Service { return container.get(); }",
    "a static field": "static shared = new Service(); service = Controller.shared;",
}


@pytest.mark.parametrize("member", INJECTED.values(), ids=INJECTED)
def test_a_service_in_a_field_is_found(ask: Ask, member: str) -> None:
    question = ask(
        {
            "service.ts": SERVICE,
            "a.ts": f"import {{ Service }} from './service';\n"
            f"export class Controller {{ {member} async run() {{ await ⟨this.service.find()⟩; }} }}",
        }
    )
    assert question.is_answered_by(question.callee())


def test_an_untyped_constructor_parameter_is_what_the_only_construction_passes(ask: Ask) -> None:
    question = ask(
        {
            "service.js": "class Service { ⟦find() {}⟧ }\nmodule.exports = Service;",
            "controller.js": (
                "class Controller { constructor(service) { this.service = service; } run() { ⟨this.service.find()⟩; } }"
                "\nmodule.exports = { Controller };"
            ),
            "a.js": (
                "const Service = require('./service');\nconst { Controller } = require('./controller');\n"
                "const controller = new Controller(new Service());"
            ),
        }
    )
    assert question.is_answered_by(question.callee())


def test_two_constructions_that_disagree_leave_it_unknown(ask: Ask) -> None:
    answer = ask(
        {
            "a.js": (
                "class One { find() {} }\nclass Two { find() {} }\n"
                "class Controller { constructor(service) { this.service = service; } run() { ⟨this.service.find()⟩; } }"
                "\nnew Controller(new One());\nnew Controller(new Two());"
            )
        }
    ).callee()
    assert isinstance(answer, Unknown)
    assert len(answer.candidates) == 2


INTERFACE = "export interface IService { find(): Promise<void> }"
CONTROLLER = (
    "import { IService } from './types';\n"
    "export class Controller { constructor(private service: IService) {} run() { ⟨this.service.find()⟩; } }"
)


def test_an_interface_with_one_implementation_is_that_class(ask: Ask) -> None:
    question = ask(
        {
            "types.ts": INTERFACE,
            "service.ts": (
                "import { IService } from './types';\nexport class Service implements IService { ⟦async find() {}⟧ }"
            ),
            "service.test.ts": (
                "import { IService } from './types';\nclass Fake implements IService { async find() {} }"
            ),
            "a.ts": CONTROLLER,
        }
    )
    assert question.is_answered_by(question.callee())


def test_an_interface_with_two_implementations_is_unknown(ask: Ask) -> None:
    answer = ask(
        {
            "types.ts": INTERFACE,
            "one.ts": "import { IService } from './types';\nclass One implements IService { async find() {} }",
            "two.ts": "import { IService } from './types';\nexport const two: IService = { async find() {} };",
            "a.ts": CONTROLLER,
        }
    ).callee()
    assert isinstance(answer, Unknown)
    assert "2 implementations" in answer.reason
    assert [candidate.file for candidate in answer.candidates] == ["one.ts", "two.ts"]


def test_an_interface_of_the_same_name_elsewhere_does_not_count(ask: Ask) -> None:
    question = ask(
        {
            "types.ts": INTERFACE,
            "other.ts": "interface IService { find(): void }\nclass Other implements IService { find() {} }",
            "service.ts": (
                "import { IService } from './types';\nexport class Service implements IService { ⟦async find() {}⟧ }"
            ),
            "a.ts": CONTROLLER,
        }
    )
    assert question.is_answered_by(question.callee())


def test_an_abstract_method_with_one_definition_is_that_method(ask: Ask) -> None:
    question = ask(
        {
            "a.ts": (
                "abstract class Base { abstract find(): void; run() { ⟨this.find()⟩; } }\n"
                "class Only extends Base { ⟦find() {}⟧ }"
            )
        }
    )
    assert question.is_answered_by(question.callee())


def test_a_constructor_is_what_new_runs(ask: Ask) -> None:
    question = ask({"a.ts": "class A { ⟦constructor() {}⟧ }\nclass B extends A {}\n⟨new B()⟩;"})
    assert question.is_answered_by(question.callee())


def test_super_calls_run_the_methods_of_the_base(ask: Ask) -> None:
    question = ask({"a.ts": "class A { ⟦f() {}⟧ }\nclass B extends A { f() { ⟨super.f()⟩; } }"})
    assert question.is_answered_by(question.callee())


EXTERNAL: dict[str, tuple[str, External]] = {
    "a named import": ("import { Router } from 'express';\n⟨Router()⟩;", External("express", ("Router",))),
    "a default import": (
        "import express from 'express';\n⟨express.Router()⟩;",
        External("express", ("default", "Router")),
    ),
    "a namespace import": ("import * as e from 'express';\n⟨e.Router()⟩;", External("express", ("Router",))),
    "a require": ("const { Router } = require('express');\n⟨Router()⟩;", External("express", ("Router",))),
    "the result of a call": (
        "import express from 'express';\nconst app = express();\n⟨app.get('/')⟩;",
        External("express", ("default", "()", "get")),
    ),
    "a method of an instance": (
        "import { PrismaClient } from '@prisma/client';\nconst db = new PrismaClient();\n⟨db.user.findMany()⟩;",
        External("@prisma/client", ("PrismaClient", "user", "findMany")),
    ),
    "a value kept on the global object": (
        "import { PrismaClient } from '@prisma/client';\nconst g = globalThis as unknown as { db?: PrismaClient };\n"
        "export const db = g.db ?? new PrismaClient();\n⟨db.user.findMany()⟩;",
        External("@prisma/client", ("PrismaClient", "user", "findMany")),
    ),
    "a declared global": (
        "import { PrismaClient } from '@prisma/client';\ndeclare global { var db: PrismaClient }\n"
        "⟨global.db.$connect()⟩;",
        External("@prisma/client", ("PrismaClient", "$connect")),
    ),
    "a type": (
        "import type { Prisma } from '@prisma/client';\n"
        "function f(tx: Prisma.TransactionClient) { ⟨tx.user.create()⟩; }",
        External("@prisma/client", ("Prisma", "TransactionClient", "user", "create")),
    ),
    "a parameter of a callback": (
        "import { PrismaClient } from '@prisma/client';\nconst db = new PrismaClient();\n"
        "db.$transaction(async (tx) => { await ⟨tx.user.create()⟩; });",
        External("@prisma/client", ("PrismaClient", "$transaction", "=>0", "user", "create")),
    ),
    "a module of Node": (
        "import fs from 'node:fs/promises';\n⟨fs.readFile('x')⟩;",
        External("fs/promises", ("default", "readFile")),
    ),
    "a base class of a package": (
        "import { Model } from 'objection';\nclass User extends Model {}\n⟨User.query()⟩;",
        External("objection", ("Model", "query")),
    ),
    "an awaited result": (
        "import axios from 'axios';\nasync function f() { const { data } = await axios.get('/'); ⟨data.map(g)⟩; }",
        External("axios", ("default", "get", "()", "data", "map")),
    ),
    "this of a callback": (
        "const { Schema } = require('mongoose');\nconst user = new Schema({});\n"
        "user.pre('save', async function () { ⟨this.isModified('x')⟩; });",
        External("mongoose", ("Schema", "pre", "=>this", "isModified")),
    ),
}


@pytest.mark.parametrize(("source", "expected"), EXTERNAL.values(), ids=EXTERNAL)
def test_what_packages_hand_out_is_external(ask: Ask, source: str, expected: External) -> None:
    assert ask({"a.ts": source}).callee() == expected


def test_a_handler_gets_its_parameters_from_the_router_that_it_is_passed_to(ask: Ask) -> None:
    question = ask(
        {
            "wrap.js": "module.exports = (fn) => (req, res, next) => Promise.resolve(fn(req, res, next)).catch(next);",
            "users.js": (
                "const wrap = require('./wrap');\nconst list = wrap(async (req, res) => { ⟨res.json({})⟩; });\n"
                "module.exports = { list };"
            ),
            "routes.js": (
                "const { Router } = require('express');\nconst users = require('./users');\n"
                "const router = Router();\nrouter.get('/', users.list);"
            ),
        }
    )
    assert question.callee() == External("express", ("Router", "()", "get", "=>1", "json"))


def test_an_app_that_is_passed_to_a_module_is_known_there(ask: Ask) -> None:
    question = ask(
        {
            "routes.js": "module.exports = (app) => { ⟨app.get('/', list)⟩; };",
            "app.js": "const express = require('express');\nconst app = express();\nrequire('./routes')(app);",
        }
    )
    assert question.callee() == External("express", ("()", "get"))


def test_a_generated_prisma_client_is_the_package(ask: Ask) -> None:
    question = ask(
        {
            "schema.prisma": 'generator client {\n  provider = "prisma-client"\n  output = "./src/generated"\n}\n',
            "src/db.ts": "import { PrismaClient } from './generated/client';\n"
            "export const db = new PrismaClient();\n⟨db⟩;",
        }
    )
    assert question.instance() == External("@prisma/client", ("PrismaClient",))


LANGUAGE: dict[str, tuple[str, Global]] = {
    "a global": ("⟨fetch('/')⟩;", Global("fetch")),
    "a static of a global": ("⟨JSON.parse(x)⟩;", Global("JSON", ("parse",))),
    "a text": ("const s = `a${b}`;\n⟨s.trim()⟩;", Global("String", ("prototype", "trim"))),
    "a typed parameter": (
        "function f(names: string[]) { ⟨names.map(g)⟩; }",
        Global("Array", ("prototype", "map")),
    ),
    "an element": (
        "function f(names: string[]) { for (const name of names) ⟨name.trim()⟩; }",
        Global("String", ("prototype", "trim")),
    ),
    "a property of an interface": (
        "interface User { name: string }\nfunction f(u: User) { ⟨u.name.trim()⟩; }",
        Global("String", ("prototype", "trim")),
    ),
    "a value of a map": (
        "const m = new Map<string, Date>();\n⟨m.get('x')!.getTime()⟩;",
        Global("Date", ("prototype", "getTime")),
    ),
    "a method that only texts have": (
        "function f(x: any) { ⟨x.toLowerCase()⟩; }\nexport { f };",
        Global("String", ("prototype", "toLowerCase")),
    ),
    "binding a function": ("function f() {}\n⟨f.bind(x)⟩;", Global("Function", ("prototype", "bind"))),
}


@pytest.mark.parametrize(("source", "expected"), LANGUAGE.values(), ids=LANGUAGE)
def test_values_of_the_language_are_global(ask: Ask, source: str, expected: Global) -> None:
    assert ask({"a.ts": source}).callee() == expected


def test_a_shadowed_global_is_no_global(ask: Ask) -> None:
    question = ask({"a.ts": "⟦function fetch() {}⟧\n⟨fetch()⟩;"})
    assert question.is_answered_by(question.callee())


def test_an_instance_knows_its_class(ask: Ask) -> None:
    question = ask({"a.ts": "⟦class Users {}⟧\nconst users = new Users();\n⟨users⟩;"})
    assert question.is_answered_by(question.instance())


def test_results_of_functions_are_followed(ask: Ask) -> None:
    files: Files = {
        "a.ts": (
            "class Users { ⟦find() {}⟧ }\nasync function make() { return new Users(); }\n"
            "export async function run() { const [users] = await Promise.all([make()]); ⟨users.find()⟩; }"
        )
    }
    question = ask(files)
    assert question.is_answered_by(question.callee())


def test_an_awaited_generic_call_is_awaited(ask: Ask) -> None:
    question = ask(
        {
            "a.ts": (
                "class Users { ⟦find() {}⟧ }\nasync function get<T>(): Promise<Users> { return load(); }\n"
                "export async function run() { const users = await get<Users>(1); ⟨users.find()⟩; }"
            )
        }
    )
    assert question.is_answered_by(question.callee())


def test_a_container_makes_instances(ask: Ask) -> None:
    question = ask(
        {
            "a.ts": (
                "import { Container } from 'typedi';\nclass Users { ⟦find() {}⟧ }\n"
                "const users = Container.get(Users);\n⟨users.find()⟩;"
            )
        }
    )
    assert question.is_answered_by(question.callee())


def test_a_written_class_says_more_than_a_value_of_a_package(ask: Ask) -> None:
    question = ask(
        {
            "a.ts": (
                "import { container } from 'somewhere';\nclass Users { ⟦find() {}⟧ }\n"
                "const users: Users = container.lookup('users');\n⟨users.find()⟩;"
            )
        }
    )
    assert question.is_answered_by(question.callee())


def test_recursion_ends(ask: Ask) -> None:
    answer = ask({"a.ts": "function f(n) { return n ? f(n - 1) : new Map(); }\n⟨f(3).get('x')⟩;"}).callee()
    assert answer == Global("Map", ("prototype", "get"))


def test_the_declaration_behind_a_member_is_its_property(ask: Ask) -> None:
    question = ask(
        {
            "services.ts": "class Menu {}\nexport const services = { ⟦menu: new Menu()⟧ };",
            "a.ts": "import { services } from './services';\nconst { menu } = services;\n⟨menu⟩;",
        }
    )
    assert question.is_answered_by(question.meaning())


def test_the_declaration_behind_an_import_is_followed_to_its_file(ask: Ask) -> None:
    question = ask(
        {
            "schemas/user.ts": "export const ⟦createUser = z.object({})⟧;",
            "schemas/index.ts": "export * from './user';",
            "a.ts": "import { createUser as schema } from './schemas';\n⟨schema⟩;",
        }
    )
    meaning = question.meaning()
    assert question.is_answered_by(meaning)
    assert isinstance(meaning, Declared)
    assert meaning.binding is not None
    assert meaning.name == "createUser"


def test_a_function_ref_names_the_variable_that_holds_it(ask: Ask) -> None:
    found = ask({"a.ts": "const list = async () => {};\n⟨list⟩;"}).called()
    assert isinstance(found, FunctionRef)
    assert found.name == "list"


def test_a_name_assigned_from_itself_holds_what_it_held_whatever_is_asked_first(ask: Ask) -> None:
    question = ask(
        {
            "package.json": '{"dependencies": {"sequelize": "6"}}',
            "a.js": (
                "const { Model } = require('sequelize');\n"
                "async function update() { let row = await Model.findOne(); row = await ⟨row⟩.update(); }"
            ),
        }
    )
    [call] = [call for call in question.workspace.source("a.js").calls if call.text() == "row.update()"]
    question.workspace.callee("a.js", call)
    question.workspace.instance_of("a.js", call)
    assert question.instance() == External("sequelize", ("Model", "findOne", "()"))
