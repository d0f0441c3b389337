"""Hunks of changed lines."""

import random

import pytest

from codemods.changes.diff import Counts, counts_of, hunks, similarity, split_lines

NUMBERS = "".join(f"{number}\n" for number in range(1, 21))


def unified(before: str, after: str) -> str:
    return "".join(
        hunk.heading + "\n" + "".join(line.sign + line.text for line in hunk.lines) for hunk in hunks(before, after)
    )


def test_equal_texts_have_no_hunks() -> None:
    assert hunks(NUMBERS, NUMBERS) == ()
    assert hunks("", "") == ()


def test_a_hunk_has_three_lines_of_context() -> None:
    assert unified(NUMBERS, NUMBERS.replace("10\n", "ten\n")) == (
        "@@ -7,7 +7,7 @@\n 7\n 8\n 9\n-10\n+ten\n 11\n 12\n 13\n"
    )


def test_near_changes_share_a_hunk_and_far_ones_do_not() -> None:
    near = hunks(NUMBERS, NUMBERS.replace("5\n", "five\n", 1).replace("12\n", "twelve\n"))
    far = hunks(NUMBERS, NUMBERS.replace("5\n", "five\n", 1).replace("13\n", "thirteen\n"))
    assert (len(near), len(far)) == (1, 2)


def test_new_and_removed_files() -> None:
    assert unified("", "a\nb\n") == "@@ -0,0 +1,2 @@\n+a\n+b\n"
    assert unified("a\n", "") == "@@ -1 +0,0 @@\n-a\n"


def test_counts() -> None:
    assert counts_of(hunks(NUMBERS, NUMBERS.replace("10\n", "ten\nmore\n"))) == Counts(2, 1)


def test_lines_end_at_line_feeds_alone() -> None:
    assert split_lines("a\x0cb\u2028c\rd\r\ne") == ["a\x0cb\u2028c\rd\r\n", "e"]


def test_similarity_counts_equal_lines() -> None:
    assert similarity("a\nb\nc\nd\n", "a\nb\nc\nx\n") == 75
    assert similarity("", "") == 100


@pytest.mark.parametrize("seed", range(40))
def test_hunks_lead_from_one_text_to_the_other(seed: int) -> None:
    dice = random.Random(seed)
    old = [f"{dice.randrange(6)}\n" for _ in range(dice.randrange(30))]
    new = [line for line in old if dice.random() > 0.1]
    for _ in range(dice.randrange(4)):
        new.insert(dice.randint(0, len(new)), f"{dice.randrange(6)}\n")
    assert _applied(old, unified("".join(old), "".join(new))) == new


def _applied(old: list[str], diff: str) -> list[str]:
    """The lines after a unified diff."""
    result: list[str] = []
    position = 0
    for line in split_lines(diff):
        if line.startswith("@@"):
            start, _, count = line.split()[1][1:].partition(",")
            begin = int(start) - (count != "0")
            result += old[position:begin]
            position = begin
        elif line[0] == "+":
            result.append(line[1:])
        else:
            assert old[position] == line[1:]
            position += 1
            result += [line[1:]] if line[0] == " " else []
    return result + old[position:]
