"""Schemas run on both sides: by Zod itself, and as routes of an application that was migrated."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from convex_project import ConvexProject, Request
from harness import PACKAGE, write_files
from side_by_side import EXPRESS
from zod_constructs import Json
from zod_family import Made

from codemods.changes import Options, settle
from codemods.changes.apply import apply
from codemods.migrate import plan
from codemods.outcome import ItemKind, Outcome

PARSE = Path(__file__).parent / "differential" / "zod.mjs"
CONSTANTS = """
export const COLORS = ["red", "blue"] as const;
export const LEVELS = { Low: "low", High: 2 } as const;
export enum Side { Left = "left", Right = "right" }
export const ONE = 1;
export const toNumber = (text: string) => Number(text);
"""
TELL = """
/** A value with its types, as JSON. */
export function tell(value: any): any {
  if (value === undefined) return { type: "undefined" };
  if (typeof value === "bigint") return { type: "bigint", value: String(value) };
  if (typeof value === "number" && !Number.isFinite(value)) return { type: "number", value: String(value) };
  if (value instanceof Date) return { type: "date", value: value.getTime() };
  if (Array.isArray(value)) return value.map(tell);
  if (typeof value !== "object" || value === null) return value;
  const known = Object.entries(value).filter(([, inner]) => inner !== undefined);
  return Object.fromEntries(known.map(([key, inner]) => [key, tell(inner)]));
}
"""
CHECK = """
import { NextFunction, Request, Response } from "express";

const issues = (error: any) => error.issues.map((issue: any) => [issue.path.join("."), issue.message]);

export const replaced = (schema: any) => (req: Request, res: Response, next: NextFunction) => {
  const result = schema.safeParse(req.body);
  if (!result.success) return res.status(400).json(issues(result.error));
  req.body = result.data;
  next();
};

export const checked = (schema: any) => async (req: Request, res: Response, next: NextFunction) => {
  const result = await schema.safeParseAsync(req.body);
  if (!result.success) {
    res.status(400).json(issues(result.error));
    return;
  }
  next();
};
"""
REFUSED = "return res.status(400).json(error.issues.map((issue: any) => [issue.path.join('.'), issue.message]));"
USES: Mapping[str, str] = {
    "replaced": 'router.post("/{0}", replaced(S{0}), (req, res) => {{ res.json(tell(req.body)); }});',
    "checked": 'router.post("/{0}", checked(S{0}), (req, res) => {{ res.json(tell(req.body)); }});',
    "parsed": """router.post("/{0}", (req, res) => {{
  try {{
    return res.json(tell(S{0}.parse(req.body)));
  }} catch (error: any) {{
    if (error instanceof z.ZodError) REFUSED
    throw error;
  }}
}});""".replace("REFUSED", REFUSED),
    "tried": """router.post("/{0}", async (req, res) => {{
  const {{ success, data, error }} = await S{0}.safeParseAsync(req.body);
  if (!success) REFUSED
  res.json(tell(data));
}});""".replace("REFUSED", REFUSED),
}
"""How a route uses its schema."""
_PER_FILE = 50


@dataclass(frozen=True, slots=True)
class Case:
    """One schema with its use and the bodies that are sent to it."""

    number: int
    use: str
    made: Made
    bodies: tuple[Json, ...]

    @property
    def waits(self) -> bool:
        return self.use in ("checked", "tried")

    @property
    def route(self) -> str:
        return USES[self.use].format(self.number)


@dataclass(frozen=True, slots=True)
class Said:
    """What one side made of a body: whether it was accepted, and the value or the issues."""

    accepted: bool
    value: Json


def by_zod(major: int, constants: Mapping[str, str], cases: Sequence[Case]) -> dict[int, list[Said]]:
    """What Zod itself says, by case; schemas that Zod does not even make are left out."""
    given = {
        "module": "zod" if major == 3 else "zod/v4",
        "constants": list(constants.items()),
        "cases": [[case.number, case.made.text, case.waits, list(case.bodies)] for case in cases],
    }
    done = subprocess.run(
        ["node", str(PARSE)], input=json.dumps(given), cwd=EXPRESS, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    return {number: [Said(*each) for each in said] for number, said in found}


def by_migration(root: Path, major: int, constants: Mapping[str, str], cases: Sequence[Case]) -> dict[int, list[Said]]:
    """What the migrated routes say; those that are not carried over are left out."""
    write_files(root, {"package.json": PACKAGE, **application(major, constants, cases)})
    settled = settle(plan(root, Options()))
    apply(root, settled.files)
    outcomes = {item.name: item.outcome for item in settled.items if item.kind is ItemKind.ROUTE}
    carried = [
        case for case in cases if outcomes[f"POST /{case.number // _PER_FILE}/{case.number}"] is Outcome.MIGRATED
    ]
    project = ConvexProject(root)
    assert project.codegen() == []
    requests = [
        Request("POST", f"/{case.number // _PER_FILE}/{case.number}", body) for case in carried for body in case.bodies
    ]
    answers = iter(project.serve(requests))
    found: dict[int, list[Said]] = {case.number: [] for case in carried}
    for case in carried:
        for _ in case.bodies:
            answer = next(answers)
            value = answer.body if answer.status in (200, 400) else f"{answer.status} {answer.failure or answer.text}"
            found[case.number].append(Said(answer.status == 200, value))
    return found


def application(major: int, constants: Mapping[str, str], cases: Sequence[Case]) -> dict[str, str]:
    """An Express application with a route for each case, its schemas in files of their own."""
    zod = f'import {{ z }} from "{"zod" if major == 3 else "zod/v4"}";\n'
    names = "COLORS, LEVELS, ONE, Side, toNumber"
    shared = f'{zod}import {{ {names} }} from "./constants";\n' + "".join(
        f"export const {name}: any = {text};\n" for name, text in constants.items()
    )
    files = {"src/constants.ts": CONSTANTS, "src/tell.ts": TELL, "src/check.ts": CHECK, "src/shared.ts": shared}
    groups: dict[int, list[Case]] = {}
    for case in cases:
        groups.setdefault(case.number // _PER_FILE, []).append(case)
    for group, own in groups.items():
        used = sorted({name for case in own for name in re.findall(r"\bNode\d+\b", case.made.text)})
        nodes = f'import {{ {", ".join(used)} }} from "./shared";\n' if used else ""
        schemas = "".join(f"export const S{case.number} = {case.made.text};\n" for case in own)
        files[f"src/schemas{group}.ts"] = f'{zod}import {{ {names} }} from "./constants";\n{nodes}{schemas}'
        imported = ", ".join(f"S{case.number}" for case in own)
        head = f'import {{ Router }} from "express";\n{zod}import {{ checked, replaced }} from "./check";\n'
        head += f'import {{ {imported} }} from "./schemas{group}";\nimport {{ tell }} from "./tell";\n'
        routes = "\n".join(case.route for case in own)
        files[f"src/routes{group}.ts"] = f"{head}export const router = Router();\n{routes}\n"
    mounts = "".join(f'app.use("/{group}", routes{group});\n' for group in groups)
    imports = "".join(f'import {{ router as routes{group} }} from "./routes{group}";\n' for group in groups)
    head = 'import express from "express";'
    files["src/app.ts"] = (
        f"{head}\n{imports}const app = express();\napp.use(express.json());\n{mounts}app.listen(3000);\n"
    )
    return files
