"""What an import specifier stands for."""

from __future__ import annotations

import json

import pytest
from questions import Files, Open

from codemods.workspace import Asset, Builtin, InFile, InPackage, Missing, Resolved

RELATIVE: dict[str, tuple[list[str], str, str]] = {
    "without extension": (["src/b.ts"], "./b", "src/b.ts"),
    "with the extension it compiles to": (["src/b.ts"], "./b.js", "src/b.ts"),
    "a .js file under its own name": (["src/b.js"], "./b.js", "src/b.js"),
    "the source before its own output": (["src/b.ts", "src/b.js"], "./b.js", "src/b.ts"),
    "a .tsx file": (["src/b.tsx"], "./b.js", "src/b.tsx"),
    "a .mts file": (["src/b.mts"], "./b.mjs", "src/b.mts"),
    "a .cts file": (["src/b.cts"], "./b.cjs", "src/b.cts"),
    "an index": (["src/b/index.ts"], "./b", "src/b/index.ts"),
    "the index of the own folder": (["src/index.ts"], ".", "src/index.ts"),
    "the index of the parent": (["index.ts"], "..", "index.ts"),
    "a file before a folder": (["src/b.ts", "src/b/index.ts"], "./b", "src/b.ts"),
    "a folder with a slash": (["src/b/index.js"], "./b/", "src/b/index.js"),
    "a name with a dot": (["src/user.service.ts"], "./user.service", "src/user.service.ts"),
    "code before declarations": (["src/b.js", "src/b.d.ts"], "./b", "src/b.js"),
    "declarations alone": (["src/b.d.ts"], "./b", "src/b.d.ts"),
    "from the root": (["lib/b.ts"], "../lib/b", "lib/b.ts"),
}


@pytest.mark.parametrize(("paths", "spec", "expected"), RELATIVE.values(), ids=RELATIVE)
def test_a_relative_import(repository: Open, paths: list[str], spec: str, expected: str) -> None:
    workspace = repository(dict.fromkeys(["src/a.ts", *paths], ""))
    assert workspace.resolve_import("src/a.ts", spec) == InFile(expected)


def test_a_folder_with_a_package_json(repository: Open) -> None:
    workspace = repository({"a.js": "", "lib/package.json": '{"main": "./start.js"}', "lib/start.js": ""})
    assert workspace.resolve_import("a.js", "./lib") == InFile("lib/start.js")


OTHER: dict[str, Resolved] = {
    "express": InPackage("express"),
    "date-fns/add": InPackage("date-fns", "add"),
    "@prisma/client": InPackage("@prisma/client"),
    "@prisma/client/edge": InPackage("@prisma/client", "edge"),
    "fs": Builtin("fs"),
    "node:fs": Builtin("fs"),
    "fs/promises": Builtin("fs/promises"),
    "node:test": Builtin("test"),
    "test": InPackage("test"),
    "./data.json": Asset("data.json"),
    "./missing": Missing("./missing", "no such file"),
    "../up": Missing("../up", "leads out of the repository"),
    "./dist/a": Missing("./dist/a", "was not read: build output"),
    "https://esm.sh/x": Missing("https://esm.sh/x", "a URL, not a module of this repository"),
    "": Missing("", "the import names nothing"),
    "#db": Missing("#db", 'not in the "imports" of package.json'),
}


@pytest.mark.parametrize(("spec", "expected"), OTHER.items())
def test_what_is_no_file(repository: Open, spec: str, expected: Resolved) -> None:
    workspace = repository({"a.ts": "", "data.json": "{}", "dist/a.js": "", "package.json": "{}"})
    assert workspace.resolve_import("a.ts", spec) == expected


def tsconfig(**options: object) -> str:
    return json.dumps({"compilerOptions": options})


ALIASES: dict[str, tuple[Files, str, str]] = {
    "a pattern": ({"tsconfig.json": tsconfig(baseUrl=".", paths={"@/*": ["./src/*"]})}, "@/b", "src/b.ts"),
    "without baseUrl": ({"tsconfig.json": tsconfig(paths={"@/*": ["./src/*"]})}, "@/b", "src/b.ts"),
    "an exact name": ({"tsconfig.json": tsconfig(paths={"b": ["./src/b.ts"]})}, "b", "src/b.ts"),
    "below baseUrl": ({"tsconfig.json": tsconfig(baseUrl="./src")}, "b", "src/b.ts"),
    "relative to baseUrl": ({"tsconfig.json": tsconfig(baseUrl="./src", paths={"~/*": ["*"]})}, "~/b", "src/b.ts"),
    "the catch-all": ({"tsconfig.json": tsconfig(baseUrl="src", paths={"*": ["./*"]})}, "b", "src/b.ts"),
    "the second target": (
        {"tsconfig.json": tsconfig(paths={"@/*": ["./lib/*", "./src/*"]})},
        "@/b",
        "src/b.ts",
    ),
    "the longer pattern first": (
        {"tsconfig.json": tsconfig(paths={"@/*": ["./src/*"], "@/lib/*": ["./lib/*"]}), "lib/b.ts": ""},
        "@/lib/b",
        "lib/b.ts",
    ),
    "comments and trailing commas": (
        {"tsconfig.json": '{ // on\n "compilerOptions": { /* "paths": {} */ "paths": { "@/*": ["./src/*",], }, },\n}'},
        "@/b",
        "src/b.ts",
    ),
    "inherited": (
        {
            "tsconfig.json": '{"extends": "./config/base"}',
            "config/base.json": tsconfig(paths={"@/*": ["../src/*"]}),
        },
        "@/b",
        "src/b.ts",
    ),
    "inherited from the last of several": (
        {
            "tsconfig.json": '{"extends": ["./one.json", "./two.json"]}',
            "one.json": tsconfig(paths={"@/*": ["./lib/*"]}),
            "two.json": tsconfig(paths={"@/*": ["./src/*"]}),
        },
        "@/b",
        "src/b.ts",
    ),
    "relative to the config that inherits": (
        {
            "tsconfig.json": '{"extends": "./config/base.json"}',
            "config/base.json": tsconfig(paths={"@/*": ["${configDir}/src/*"]}),
        },
        "@/b",
        "src/b.ts",
    ),
    "a referenced config of the same folder": (
        {
            "tsconfig.json": '{"references": [{"path": "./tsconfig.app.json"}]}',
            "tsconfig.app.json": tsconfig(paths={"@/*": ["./src/*"]}),
        },
        "@/b",
        "src/b.ts",
    ),
    "a jsconfig": ({"jsconfig.json": tsconfig(paths={"@/*": ["./src/*"]})}, "@/b", "src/b.ts"),
    "the nearest config": (
        {
            "tsconfig.json": tsconfig(paths={"@/*": ["./lib/*"]}),
            "lib/b.ts": "",
            "src/tsconfig.json": tsconfig(paths={"@/*": ["./*"]}),
        },
        "@/b",
        "src/b.ts",
    ),
    "module-alias": ({"package.json": '{"_moduleAliases": {"@": "src"}}'}, "@/b", "src/b.ts"),
    "imports of package.json": ({"package.json": '{"imports": {"#lib/*": "./dist/*.js"}}'}, "#lib/b", "src/b.ts"),
    "conditional imports": (
        {"package.json": '{"imports": {"#b": {"types": "./x.d.ts", "default": "./src/b.js"}}}'},
        "#b",
        "src/b.ts",
    ),
}


@pytest.mark.parametrize(("files", "spec", "expected"), ALIASES.values(), ids=ALIASES)
def test_an_alias(repository: Open, files: Files, spec: str, expected: str) -> None:
    workspace = repository({"src/a.ts": "", "src/b.ts": "", **files})
    assert workspace.resolve_import("src/a.ts", spec) == InFile(expected)


def test_an_alias_without_a_file_is_no_package(repository: Open) -> None:
    workspace = repository({"a.ts": "", "tsconfig.json": tsconfig(paths={"@/*": ["./src/*"]})})
    assert workspace.resolve_import("a.ts", "@/x") == Missing("@/x", "a path alias under which no file lies")


def test_packages_win_over_a_catch_all_without_a_file(repository: Open) -> None:
    workspace = repository({"a.ts": "", "tsconfig.json": tsconfig(baseUrl=".", paths={"*": ["./src/*"]})})
    assert workspace.resolve_import("a.ts", "express") == InPackage("express")


CONFIG_PROBLEMS: dict[str, tuple[Files, str]] = {
    "a package as base": (
        {"tsconfig.json": '{"extends": "@tsconfig/node20/tsconfig.json"}'},
        "tsconfig.json extends the package @tsconfig/node20/tsconfig.json, whose options are not read",
    ),
    "a missing base": (
        {"tsconfig.json": '{"extends": "./base"}'},
        "tsconfig.json extends ./base, which does not exist",
    ),
    "a cycle": (
        {"tsconfig.json": '{"extends": "./tsconfig.json"}'},
        "tsconfig.json extends itself through tsconfig.json",
    ),
    "no JSON": ({"tsconfig.json": "{\n  x\n}"}, "tsconfig.json: not valid JSON"),
}


@pytest.mark.parametrize(("files", "message"), CONFIG_PROBLEMS.values(), ids=CONFIG_PROBLEMS)
def test_a_config_that_cannot_be_followed_is_reported(repository: Open, files: Files, message: str) -> None:
    workspace = repository({"package.json": "{}", "a.ts": "", **files})
    (diagnostic,) = workspace.diagnostics
    assert diagnostic.code == "CX903"
    assert diagnostic.message.startswith(message)


ENTRIES: dict[str, tuple[Files, str, str]] = {
    "src/index": ({}, "@acme/core", "packages/core/src/index.ts"),
    "main": (
        {"packages/core/package.json": '{"name": "@acme/core", "main": "dist/index.js"}'},
        "@acme/core",
        "packages/core/src/index.ts",
    ),
    "exports": (
        {"packages/core/package.json": '{"name": "@acme/core", "exports": {".": {"import": "./src/mail.ts"}}}'},
        "@acme/core",
        "packages/core/src/mail.ts",
    ),
    "exports of a subpath": (
        {"packages/core/package.json": '{"name": "@acme/core", "exports": {"./*": "./dist/*.js"}}'},
        "@acme/core/mail",
        "packages/core/src/mail.ts",
    ),
    "a subpath": ({}, "@acme/core/src/mail", "packages/core/src/mail.ts"),
    "a subpath of the sources": ({}, "@acme/core/mail", "packages/core/src/mail.ts"),
}


@pytest.mark.parametrize(("files", "spec", "expected"), ENTRIES.values(), ids=ENTRIES)
def test_a_package_of_the_workspace(repository: Open, files: Files, spec: str, expected: str) -> None:
    base: Files = {
        "package.json": '{"workspaces": ["packages/*"]}',
        "packages/core/package.json": '{"name": "@acme/core"}',
        "packages/core/src/index.ts": "",
        "packages/core/src/mail.ts": "",
        "packages/api/a.ts": "",
    }
    workspace = repository({**base, **files})
    assert workspace.resolve_import("packages/api/a.ts", spec) == InFile(expected)


def test_the_import_graph_goes_both_ways_without_parsing(repository: Open) -> None:
    workspace = repository(
        {
            "a.ts": "import b from './b';\nexport * from './c';\n// import './d';\nconst fs = require('fs');",
            "b.ts": "const c = require('./c');",
            "c.ts": "const lazy = () => import('./d');",
            "d.ts": "import type { A } from './a';",
        }
    )
    assert workspace.imports_of("a.ts") == ("b.ts", "c.ts")
    assert workspace.importers("c.ts") == ("a.ts", "b.ts")
    assert workspace.importers("d.ts") == ("c.ts",)
    assert workspace.importers("a.ts") == ("d.ts",)
