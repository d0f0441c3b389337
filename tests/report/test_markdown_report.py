"""The report for pull requests."""

from markdown_it import MarkdownIt
from sample_reports import full, report

from codemods.changes import FileChange
from codemods.outcome import Item, ItemKind, Outcome, Place
from codemods.report.markdown import markdown_report


def html(text: str) -> str:
    rendered: str = MarkdownIt("commonmark").enable("table").render(text)
    return rendered


def test_a_full_report() -> None:
    text = markdown_report(full())
    assert text.startswith("# Migration to Convex (dry run)\n\n| | migrated |")
    assert "| routes | 1 | 0 | 1 | 0 |" in text
    assert "<details><summary><code>src/users.ts -&gt; convex/users.ts</code> +1 -1</summary>" in text
    assert "### CX703 static files (1)" in text
    assert "- `src/gone.ts:9` route GET /file" in text
    assert "convexify migrate --apply  # write these changes" in text


def test_nothing_to_change() -> None:
    text = markdown_report(report(notes=("No Express application found",)))
    assert "No Express application found\n\n## Next\n\nNothing to change.\n" in text


def test_code_fences_in_a_file_do_not_end_the_hunk() -> None:
    text = markdown_report(report(FileChange("create", "a.ts", None, None, b"```\n<script>x</script>\n")))
    assert "````diff\n@@ -0,0 +1,2 @@\n+```\n+<script>" in text
    assert "<script>" not in html(text)


def test_names_have_no_meaning_in_markdown() -> None:
    evil = "a|b`c`<img src=x>[link](http://x) *bold* \x1b[31m"
    items = (Item(ItemKind.ROUTE, evil, Outcome.UNSUPPORTED, Place(evil), f"CX703 {evil}"),)
    rendered = html(markdown_report(report(FileChange("create", evil, None, None, b""), items=items)))
    for tag in ("<img", "<a ", "<em>", "\x1b"):
        assert tag not in rendered
