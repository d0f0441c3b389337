"""The pretty printer."""

from codemods.source import Span
from codemods.writers.layout import Hole, arrow, call, joined, layout, listed, record, text_of


def test_what_fits_stays_on_a_line() -> None:
    assert text_of(call("find", "ctx", '"users"', "id")) == 'find(ctx, "users", id)'
    assert text_of(record(["a", "b: 1"])) == "{ a, b: 1 }"
    assert text_of(record([])) == "{}"


def test_what_does_not_fit_takes_one_line_an_item() -> None:
    assert text_of(call("find", "first", "second"), width=12) == "find(\n  first,\n  second,\n)"


def test_a_last_object_hugs_its_call() -> None:
    assert text_of(call("patch", "ctx", record(["first: 1", "second: 2"])), width=20) == (
        "patch(ctx, {\n  first: 1,\n  second: 2,\n})"
    )


def test_a_last_object_does_not_hug_when_the_others_do_not_fit() -> None:
    doc = call("patch", "aLongFirstArgument", record(["a"]))
    assert text_of(doc, width=20) == "patch(\n  aLongFirstArgument,\n  { a },\n)"


def test_the_body_of_an_arrow_goes_to_a_line_of_its_own() -> None:
    assert text_of(arrow("(a)", "a.b.c === d"), width=12) == "(a) =>\n  a.b.c === d"


def test_a_pattern_takes_no_comma_after_its_rest() -> None:
    assert text_of(listed("{", ["a", "...rest"], "}", " ", trailing=False), width=5) == "{\n  a,\n  ...rest\n}"


def test_lines_keep_the_indentation_of_the_first() -> None:
    assert text_of(call("f", "first", "second"), "    ", 10, 14) == "f(\n      first,\n      second,\n    )"


def test_holes_count_by_their_text_and_come_out_as_spans() -> None:
    hole = Hole(Span(3, 9), "name")
    assert layout(call("f", hole)) == ("f(", Span(3, 9), ")")
    wide = Hole(Span(3, 9), "x" * 30)
    assert layout(call("f", wide), width=20) == ("f(\n  ", Span(3, 9), ",\n)")


def test_what_follows_a_group_counts_too() -> None:
    doc = joined([call("f", "aaa"), "bbbbbbbbbb"], "")
    assert text_of(doc, width=10) == "f(\n  aaa,\n)bbbbbbbbbb"
