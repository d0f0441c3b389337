"""A small migration to report on."""

from pathlib import Path

from codemods.changes import FileChange, Settled
from codemods.outcome import Diagnostic, Item, ItemKind, Outcome, Place, Severity, Target
from codemods.report import Mode, Report

FILES = (
    FileChange("create", "convex/model/users.ts", None, None, b"export const a = 1;\nexport const b = 2;\n"),
    FileChange("rename", "convex/users.ts", "src/users.ts", b"one\ntwo\nthree\n", b"one\n2\nthree\n"),
    FileChange("modify", "package.json", None, b'{\n  "name": "app"\n}\n', b'{\n  "name": "apps"\n}\n'),
    FileChange("delete", "src/gone.ts", None, b"bye\n"),
)
ITEMS = (
    Item(
        ItemKind.ROUTE,
        "GET /users/:id",
        Outcome.MIGRATED,
        Place("src/users.ts", 4, 1),
        None,
        Target("convex/users.ts", "getUser", "query"),
        "users",
    ),
    Item(ItemKind.ROUTE, "GET /file", Outcome.UNSUPPORTED, Place("src/gone.ts", 9, 1), "CX703 static files"),
    Item(ItemKind.TIMER, "setTimeout", Outcome.NEEDS_REVIEW, Place("src/a.ts", 2, 3), "CX502 waits in a loop"),
    Item(ItemKind.FILE, "dist", Outcome.SKIPPED, Place("dist"), "CX901 build output"),
)
DIAGNOSTICS = (
    Diagnostic("CX502", Severity.WARNING, "waits in a loop", "Decide.", Place("src/a.ts", 2, 3)),
    Diagnostic("CX303", Severity.WARNING, "users is read whole", "Add an index.", Place("src/users.ts", 5, 3)),
    Diagnostic("CX402", Severity.INFO, "only told in JSON", "…", Place("src/users.ts", 6, 3)),
)


def report(
    *files: FileChange,
    mode: Mode = "dry-run",
    items: tuple[Item, ...] = (),
    diagnostics: tuple[Diagnostic, ...] = (),
    notes: tuple[str, ...] = (),
    path: str = ".",
) -> Report:
    return Report(Settled(Path("/app"), items, diagnostics, files, notes), mode, 12, path)


def full(mode: Mode = "dry-run") -> Report:
    return report(*FILES, mode=mode, items=ITEMS, diagnostics=DIAGNOSTICS)
