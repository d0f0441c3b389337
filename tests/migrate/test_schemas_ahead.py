"""Schemas move to convex/ ahead of routes that stay behind, so that whoever writes those finds their validation."""

from __future__ import annotations

from convex_project import ConvexProject
from harness import CodemodTest

from codemods.changes import Options

APP = """
import express from "express";
import fs from "fs";
import { createOrder, reportOrder } from "./orders.schemas";

const app = express();
app.use(express.json());
app.post("/orders", (req, res) => {
  const order = createOrder.parse(req.body);
  fs.writeFileSync(`/tmp/${order.title}`, "");
  res.json(order);
});
app.post("/reports", (req, res) => {
  const schema = reportOrder.extend({ by: reportOrder.shape.title });
  fs.writeFileSync("/tmp/report", schema.parse(req.body).by);
  res.end();
});
app.listen(3000);
"""

SCHEMAS = """
import fs from "fs";
import { z } from "zod";
import { SIZES, title } from "./sizes";

export const createOrder = z.object({ title, size: z.enum(SIZES).default("small") });
export const reportOrder = createOrder.omit({ size: true });
export const stored = z.object({ title: z.string().refine((text) => fs.existsSync(text)) });
export type CreateOrder = z.infer<typeof createOrder>;
"""

SIZES = """
import { z } from "zod";

export const SIZES = ["small", "large"] as const;
export const title = z.string().min(1, "Required").max(100);
"""

FILES = {"src/app.ts": APP, "src/orders.schemas.ts": SCHEMAS, "src/sizes.ts": SIZES}


def test_schemas_of_routes_that_stay_move_along(codemod: CodemodTest) -> None:
    migrated = codemod.migrate(FILES)
    assert migrated.outcome("POST /orders").startswith("needs-review")
    assert [migrated.outcome(name) for name in ("createOrder", "reportOrder", "title")] == ["migrated"] * 3
    assert 'export const createOrder = z.object({ title, size: z.enum(SIZES).default("small") });' in "".join(
        migrated.convex.values()
    )
    project = ConvexProject(migrated.root)
    assert (project.codegen(), project.tsc(), project.bundle()) == ([], [], [])


def test_enums_of_drizzle_are_written_out(codemod: CodemodTest) -> None:
    table = 'import { pgEnum } from "drizzle-orm/pg-core";\nexport const sizes = pgEnum("size", ["small", "large"]);\n'
    schemas = """
        import { z } from "zod";
        import { sizes } from "./table";

        export const createOrder = z.object({ title: z.string(), size: z.enum(sizes.enumValues) });
        export const reportOrder = createOrder.omit({ size: true });
    """
    migrated = codemod.migrate({**FILES, "src/orders.schemas.ts": schemas, "src/table.ts": table})
    assert migrated.outcome("createOrder") == "migrated"
    text = "".join(migrated.convex.values())
    assert 'z.object({ title: z.string(), size: z.enum(["small", "large"]) })' in text
    assert "drizzle-orm" not in text


def test_the_source_keeps_what_its_routes_use(codemod: CodemodTest) -> None:
    migrated = codemod.migrate(FILES)
    assert "export const createOrder" in migrated.files["src/orders.schemas.ts"]


def test_schemas_that_do_more_than_state_stay(codemod: CodemodTest) -> None:
    assert codemod.migrate(FILES).outcome("stored").startswith("needs-review")


def test_a_migration_of_some_routes_leaves_other_schemas(codemod: CodemodTest) -> None:
    migrated = codemod.migrate(FILES, options=Options(routes=("GET /none",)))
    assert not any("createOrder" in text for text in migrated.convex.values())
