"""What the preview serves beside HTTP routes: stored files under their URLs, and scheduled work after its time."""

from __future__ import annotations

import json
import time
import urllib.request
from collections.abc import Iterator

import pytest
from convex_project import NODE_MODULES
from harness import write_files

from codemods.proof.preview import previewed
from codemods.proof.serve import Served

FILES = {
    "package.json": '{ "name": "files", "dependencies": { "convex": "^1.48.0" } }',
    "convex/schema.ts": """
        import { defineSchema, defineTable } from "convex/server";
        import { v } from "convex/values";

        export default defineSchema({ notes: defineTable({ text: v.string() }) });
        """,
    "convex/files.ts": """
        import { v } from "convex/values";
        import { internal } from "./_generated/api";
        import { internalMutation, internalQuery } from "./_generated/server";

        export const uploadUrl = internalMutation({ args: {}, handler: (ctx) => ctx.storage.generateUploadUrl() });

        export const url = internalQuery({
          args: { id: v.id("_storage") },
          handler: (ctx, { id }) => ctx.storage.getUrl(id),
        });

        export const later = internalMutation({
          args: {},
          handler: async (ctx) => {
            console.log("scheduling");
            await ctx.scheduler.runAfter(150, internal.files.note, { text: "done" });
          },
        });

        export const note = internalMutation({
          args: { text: v.string() },
          handler: async (ctx, { text }) => {
            await ctx.db.insert("notes", { text });
          },
        });

        export const notes = internalQuery({
          args: {},
          handler: async (ctx) => (await ctx.db.query("notes").collect()).map((note) => note.text),
        });
        """,
    "convex/http.ts": """
        import { httpRouter } from "convex/server";
        import { internal } from "./_generated/api";
        import type { Id } from "./_generated/dataModel";
        import { httpAction } from "./_generated/server";

        const http = httpRouter();

        http.route({
          path: "/upload-url",
          method: "POST",
          handler: httpAction(async (ctx) => Response.json(await ctx.runMutation(internal.files.uploadUrl))),
        });

        http.route({
          path: "/file",
          method: "GET",
          handler: httpAction(async (ctx, request) => {
            const id = new URL(request.url).searchParams.get("id") as Id<"_storage">;
            return Response.redirect((await ctx.runQuery(internal.files.url, { id }))!, 302);
          }),
        });

        http.route({
          path: "/notes",
          method: "POST",
          handler: httpAction(async (ctx) => Response.json(await ctx.runMutation(internal.files.later))),
        });

        http.route({
          path: "/notes",
          method: "GET",
          handler: httpAction(async (ctx) => Response.json(await ctx.runQuery(internal.files.notes))),
        });

        export default http;
        """,
}


@pytest.fixture(scope="module")
def preview(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, list[Served], list[str]]]:
    """The URL of a preview, what it was asked, and what its functions printed."""
    root = tmp_path_factory.mktemp("preview") / "app"
    write_files(root, FILES)
    (root / "node_modules").symlink_to(NODE_MODULES, target_is_directory=True)
    asked: list[Served] = []
    printed: list[str] = []
    with previewed(root, 0, False, asked.append, printed.append) as found:
        assert not found.is_plan
        yield found.url, asked, printed


def ask(url: str, method: str = "GET", body: bytes | None = None, kind: str = "") -> bytes:
    request = urllib.request.Request(url, data=body, method=method, headers={"content-type": kind} if kind else {})
    with urllib.request.urlopen(request, timeout=20) as answer:
        data: bytes = answer.read()
    return data


def test_a_file_that_is_uploaded_comes_back_byte_for_byte(preview: tuple[str, list[Served], list[str]]) -> None:
    url, asked, _ = preview
    content = bytes(range(256))
    target = json.loads(ask(f"{url}/upload-url", "POST"))
    assert target.startswith(f"{url}/api/storage/")
    stored = json.loads(ask(target, "POST", content, "application/octet-stream"))["storageId"]
    assert ask(f"{url}/file?id={stored}") == content
    assert ("POST", "/upload-url", 200) in {(each.method, each.url, each.status) for each in asked}


def test_scheduled_work_is_done_after_its_time_and_not_before(preview: tuple[str, list[Served], list[str]]) -> None:
    url, _, printed = preview
    ask(f"{url}/notes", "POST")
    assert json.loads(ask(f"{url}/notes")) == []
    until = time.monotonic() + 10
    while time.monotonic() < until and json.loads(ask(f"{url}/notes")) == []:
        time.sleep(0.05)
    assert json.loads(ask(f"{url}/notes")) == ["done"]
    assert "scheduling" in printed
