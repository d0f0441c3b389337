"""Edits keep what they do not name, compose through holes, and never apply half a group."""

from __future__ import annotations

import itertools
import random

import pytest

from codemods.source.conflicts import BORDER, NOT_IN_A_HOLE, OUTSIDE, OVERLAP, SAME_SPAN
from codemods.source.edits import Edit, render
from codemods.source.span import Span


def span(text: str, part: str) -> Span:
    start = text.index(part)
    return Span(start, start + len(part))


def applied(text: str, *edits: Edit) -> str:
    rendered = render(text, edits)
    assert rendered.refused == ()
    return rendered.text


def test_no_edits_leave_the_text_as_it_is() -> None:
    assert applied("\r\n\tä = 1  ") == "\r\n\tä = 1  "


def test_replacements_insertions_and_deletions_count_code_points() -> None:
    text = "ä = '😀'; b(c);\r\n"
    edits = (
        Edit.replace(span(text, "b"), "é"),
        Edit.insert(text.index("c"), "x, "),
        Edit.delete(span(text, "ä = ")),
    )
    assert applied(text, *edits) == "'😀'; é(x, c);\r\n"


def test_a_wrap_keeps_the_rewrites_within_it() -> None:
    text = "res.json(prisma.user.count())"
    edits = (
        Edit(span(text, text), ("return ", span(text, "prisma.user.count()"))),
        Edit.replace(span(text, "prisma.user"), "ctx.db"),
    )
    assert applied(text, *edits) == "return ctx.db.count()"


def test_the_order_in_which_nested_edits_are_given_does_not_matter() -> None:
    text = "f(g(h(x)))"
    edits = [
        Edit(span(text, "f(g(h(x)))"), ("F[", span(text, "g(h(x))"), "]")),
        Edit(span(text, "g(h(x))"), ("G[", span(text, "h(x)"), "]")),
        Edit(span(text, "h(x)"), ("H[", span(text, "x"), "]")),
        Edit.replace(span(text, "x"), "y"),
    ]
    for order in itertools.permutations(edits):
        assert applied(text, *order) == "F[G[H[y]]]"


def test_holes_may_be_swapped_repeated_and_dropped() -> None:
    text = "pair(left, right, rest)"
    left, right = span(text, "left"), span(text, "right")
    edits = (Edit(span(text, text), (right, "+", left, "+", right)), Edit.replace(right, "R"))
    assert applied(text, *edits) == "R+left+R"


def test_of_two_wraps_of_one_span_the_later_is_the_outer() -> None:
    text = "x"
    whole = Span(0, 1)
    edits = (Edit.wrap(whole, "first(", ")"), Edit.wrap(whole, "second(", ")"), Edit.replace(whole, "y"))
    assert applied(text, *edits) == "second(first(y))"


def test_a_wrap_takes_in_a_replacement_of_the_same_span_given_before_it() -> None:
    assert applied("x", Edit.replace(Span(0, 1), "y"), Edit.wrap(Span(0, 1), "(", ")")) == "(y)"


def test_wraps_nest_deeper_than_python_calls() -> None:
    whole = Span(0, 1)
    wraps = [Edit.wrap(whole, "(", ")") if number % 2 else Edit.wrap(whole, "[", "]") for number in range(2)]
    nested = [Edit(Span(i, 4001 - i), ("(", Span(i + 1, 4000 - i), ")")) for i in range(2000)]
    assert applied("x", *wraps) == "([x])"
    assert applied("." * 4001, *nested) == "(" * 2000 + "." + ")" * 2000


@pytest.mark.parametrize(
    ("offset", "expected"),
    [(0, "!<bc>"), (1, "<!bc>"), (2, "<b!c>"), (3, "<bc!>"), (4, "<bc>!")],
)
def test_an_insertion_at_the_border_of_a_hole_belongs_to_the_hole(offset: int, expected: str) -> None:
    assert applied("abcd", Edit(Span(0, 4), ("<", Span(1, 3), ">")), Edit.insert(offset, "!")) == expected


def test_an_insertion_at_the_border_of_a_wrapped_span_is_wrapped() -> None:
    wrap = Edit.wrap(Span(1, 3), "<", ">")
    assert applied("abcd", wrap, Edit.insert(1, "!"), Edit.insert(3, "?")) == "a<!bc?>d"


def test_an_insertion_beside_a_replacement_stays_beside_it() -> None:
    edits = (Edit.replace(Span(1, 3), "X"), Edit.insert(1, "!"), Edit.insert(3, "?"))
    assert applied("abcd", *edits) == "a!X?d"


def test_an_insertion_between_two_wraps_that_touch_appears_once() -> None:
    edits = (Edit.wrap(Span(0, 1), "<", ">"), Edit.wrap(Span(1, 2), "(", ")"), Edit.insert(1, "!"))
    assert applied("ab", *edits) == "<a>(!b)"


def test_an_insertion_between_two_holes_that_touch_appears_once() -> None:
    edits = (Edit(Span(0, 2), (Span(0, 1), "+", Span(1, 2))), Edit.insert(1, "!"))
    assert applied("ab", *edits) == "a+!b"


def test_an_empty_hole_receives_insertions() -> None:
    edits = (Edit(Span(0, 3), ("{", Span(2, 2), "}")), Edit.insert(2, "x"), Edit.insert(2, "y"))
    assert applied("abc", *edits) == "{xy}"


def test_insertions_at_one_offset_keep_their_order_also_across_groups() -> None:
    edits = (Edit.insert(1, "1", "b"), Edit.insert(1, "2", "a"), Edit.insert(1, "1", "b"))
    assert applied("xy", *edits) == "x121y"


def test_insertions_at_both_ends_of_the_text() -> None:
    assert applied("", Edit.insert(0, "a"), Edit.insert(0, "b")) == "ab"
    assert applied("x", Edit.insert(1, ">"), Edit.insert(0, "<")) == "<x>"


def test_replacements_that_touch_do_not_conflict() -> None:
    edits = (Edit.replace(Span(0, 1), "A"), Edit.replace(Span(1, 2), "B"), Edit.delete(Span(2, 3)))
    assert applied("abc", *edits) == "AB"


def test_equal_replacements_collapse_also_across_groups() -> None:
    edits = (Edit.replace(Span(0, 1), "X", "one"), Edit.replace(Span(0, 1), "X", "two"))
    assert applied("ab", *edits) == "Xb"


def test_equal_wraps_collapse() -> None:
    wrap = Edit.wrap(Span(0, 1), "(", ")", "one")
    between = Edit.wrap(Span(0, 1), "[", "]", "two")
    assert applied("a", wrap, between, Edit.wrap(Span(0, 1), "(", ")", "three")) == "[(a)]"


@pytest.mark.parametrize(
    ("first", "second", "reason"),
    [
        (Edit.replace(Span(0, 3), "X"), Edit.replace(Span(2, 5), "Y"), OVERLAP),
        (Edit.replace(Span(0, 5), "X"), Edit.replace(Span(2, 3), "Y"), NOT_IN_A_HOLE),
        (Edit.replace(Span(2, 3), "Y"), Edit.replace(Span(0, 5), "X"), NOT_IN_A_HOLE),
        (Edit.replace(Span(0, 3), "X"), Edit.replace(Span(0, 3), "Y"), SAME_SPAN),
        (Edit.replace(Span(0, 3), "X"), Edit.insert(1, "Y"), NOT_IN_A_HOLE),
        (Edit.insert(1, "Y"), Edit.delete(Span(0, 3)), NOT_IN_A_HOLE),
        (Edit.wrap(Span(0, 3), "(", ")"), Edit.wrap(Span(2, 5), "[", "]"), OVERLAP),
        (Edit(Span(0, 6), (Span(0, 2), Span(4, 6))), Edit.replace(Span(1, 5), "Y"), NOT_IN_A_HOLE),
    ],
)
def test_the_later_of_two_edits_that_exclude_each_other_is_refused(first: Edit, second: Edit, reason: str) -> None:
    rendered = render("abcdef", [first, second])
    assert rendered.text == render("abcdef", [first]).text
    assert [(refused.edit, refused.other, refused.reason) for refused in rendered.refused] == [(second, first, reason)]


def test_a_group_is_refused_whole() -> None:
    rendered = render(
        "abcdef",
        [
            Edit.replace(Span(0, 2), "X", "kept"),
            Edit.replace(Span(4, 5), "Y", "refused"),
            Edit.replace(Span(1, 3), "Z", "refused"),
            Edit.insert(6, "!", "kept"),
        ],
    )
    assert rendered.text == "Xcdef!"
    assert [refused.edit.group for refused in rendered.refused] == ["refused"]


def test_a_group_may_exclude_itself() -> None:
    edits = [Edit.replace(Span(0, 2), "X", "g"), Edit.replace(Span(1, 3), "Y", "g"), Edit.insert(3, "!")]
    rendered = render("abc", edits)
    assert (rendered.text, len(rendered.refused)) == ("abc!", 1)


def test_a_refused_group_stands_in_nobodys_way() -> None:
    rendered = render(
        "abcdef",
        [
            Edit.replace(Span(0, 2), "X", "a"),
            Edit.replace(Span(1, 4), "Y", "b"),
            Edit.replace(Span(3, 5), "Z", "c"),
        ],
    )
    assert rendered.text == "XcZf"
    assert [refused.edit.group for refused in rendered.refused] == ["b"]


def test_edits_without_a_group_stand_alone() -> None:
    edits = [Edit.replace(Span(0, 2), "X"), Edit.replace(Span(1, 3), "Y"), Edit.replace(Span(4, 5), "Z")]
    assert render("abcdef", edits).text == "XcdZf"


def test_an_edit_outside_of_the_text_is_refused() -> None:
    rendered = render("abc", [Edit.replace(Span(2, 9), "X")])
    assert (rendered.text, rendered.refused[0].reason) == ("abc", OUTSIDE)


def test_a_part_of_the_text_is_rendered_with_the_edits_in_it() -> None:
    text = "let a = b + c;"
    edits = [
        Edit.replace(span(text, "a"), "no"),
        Edit.replace(span(text, "b"), "yes"),
        Edit.insert(span(text, "b").start, "<"),
        Edit.insert(span(text, "c").end, ">"),
        Edit.delete(Span(0, len(text))),
    ]
    rendered = render(text, edits, span(text, "b + c"))
    assert (rendered.text, rendered.refused) == ("<yes + c>", ())


def test_an_edit_across_the_border_of_the_rendered_part_is_refused() -> None:
    rendered = render("abcdef", [Edit.delete(Span(1, 4))], Span(2, 6))
    assert (rendered.text, rendered.refused[0].reason) == ("cdef", BORDER)


def test_a_hole_outside_of_its_edit_is_an_error() -> None:
    with pytest.raises(ValueError, match="does not lie"):
        Edit(Span(2, 4), (Span(1, 3),))


def naive(text: str, edits: list[Edit]) -> str:
    """Flat edits from the back; the later of two insertions at one offset goes in first."""
    for _, edit in sorted(enumerate(edits), key=lambda pair: (pair[1].span.start, pair[1].span.end, pair[0]))[::-1]:
        text = text[: edit.span.start] + "".join(map(str, edit.parts)) + text[edit.span.end :]
    return text


@pytest.mark.parametrize("seed", range(150))
def test_random_flat_edits_equal_naive_application(seed: int) -> None:
    dice = random.Random(seed)
    text = "".join(dice.choice("abä😀\r\n\t ") for _ in range(dice.randrange(60)))
    cuts = sorted(dice.randrange(len(text) + 1) for _ in range(dice.randrange(0, 16, 2)))
    edits: list[Edit] = []
    for start, end in zip(cuts[::2], cuts[1::2], strict=True):
        if start == end or not edits or edits[-1].span.end <= start:
            edits.append(Edit.replace(Span(start, end), dice.choice(["", "X", "YZ"]) + str(len(edits))))
    dice.shuffle(edits)
    assert applied(text, *edits) == naive(text, edits)


def grown(dice: random.Random, text: str, start: int, end: int, edits: list[Edit]) -> str:
    """Random nested edits of a range, added to `edits`, and the text they must give."""
    if end - start < 2 or dice.random() < 0.2:
        return text[start:end]
    cuts = sorted(dice.sample(range(start, end + 1), 4 if end - start > 2 and dice.random() < 0.5 else 2))
    pieces, position = [], start
    for left, right in zip(cuts[::2], cuts[1::2], strict=True):
        pieces.append(text[position:left])
        hole = Span(left + (right - left > 1), right)
        before, after = dice.choice(["(", "ö["]), dice.choice([")", "]"])
        edits.append(Edit(Span(left, right), (before, hole, after)))
        pieces.append(before + grown(dice, text, hole.start, hole.end, edits) + after)
        position = right
    return "".join([*pieces, text[position:end]])


@pytest.mark.parametrize("seed", range(150))
def test_random_nested_edits_compose(seed: int) -> None:
    dice = random.Random(seed)
    text = "".join(dice.choice("abcdeä😀\n") for _ in range(dice.randrange(80)))
    edits: list[Edit] = []
    expected = grown(dice, text, 0, len(text), edits)
    assert applied(text, *dice.sample(edits, len(edits))) == expected


@pytest.mark.parametrize("seed", range(100))
def test_random_groups_are_applied_all_or_none(seed: int) -> None:
    """What is rendered equals rendering the groups that were not refused, and those do not conflict."""
    dice = random.Random(seed)
    text = "abcdefghijklmnopqrst"
    edits = []
    for _ in range(dice.randrange(12)):
        start = dice.randrange(len(text))
        end = min(len(text), start + dice.randrange(6))
        parts = dice.choice([("X",), ("(", Span(start, end), ")"), ("<", Span(start, (start + end) // 2), ">")])
        edits.append(Edit(Span(start, end), parts, dice.choice("pqrs")))
    rendered = render(text, edits)
    refused = {one.edit.group for one in rendered.refused}
    again = render(text, [edit for edit in edits if edit.group not in refused])
    assert (again.text, again.refused) == (rendered.text, ())
    for group in refused:
        assert render(text, [edit for edit in edits if edit.group not in refused - {group}]).refused != ()
