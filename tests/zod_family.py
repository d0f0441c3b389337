"""A family of Zod schemas, every construct of the tables in every place, with JSON values near their boundaries.

The same seed gives the same schemas. Nothing here knows what is right: real Zod says which values are accepted.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from random import Random

from zod_constructs import NUMBER_CHECKS, SCALARS, SCALARS_4, STRING_3, STRING_4, STRING_CHECKS, Json, Values

KEYS = ("a", "b", "c", "d")
ODD_KEYS = ("first-name", "_x", "x1")
WRONG: Values = (None, "", "x", 0, 1.5, True, [], {}, "12", -1)
"""What is tried everywhere."""


@dataclass(frozen=True, slots=True)
class Made:
    """A schema as source text, with values that it should like and others at its boundary."""

    text: str
    good: Values
    bad: Values = ()
    keys: tuple[str, ...] = ()
    """The declared keys of an object."""


OBJECT_ENDS: Mapping[str, int] = {
    "": 30,
    ".strict()": 6,
    ".passthrough()": 4,
    ".strip()": 2,
    ".catchall(z.number())": 2,
    ".partial()": 4,
    ".required()": 2,
}
"""What may come after `z.object({ … })`, with weights."""
WRAPS: Mapping[str, tuple[Values, int]] = {
    ".optional()": ((), 10),
    ".nullable()": ((None,), 8),
    ".nullish()": ((None,), 4),
    ".describe('x')": ((), 1),
    ".refine((value) => value !== 'no' && value !== 13, { message: 'Never no', path: ['deep'] })": (("no", 13), 3),
    ".refine((value) => JSON.stringify(value) !== '\"no\"')": (("no",), 1),
    ".superRefine((value, ctx) => { if (value === 'no') ctx.addIssue({ code: 'custom', message: 'no' }); })": (
        ("no",),
        2,
    ),
    ".or(z.literal('other'))": (("other",), 2),
    ".optional().nullable()": ((None,), 2),
    ".nullable().default(null)": ((None,), 1),
}


class Family:
    """Makes the schemas of one version of Zod."""

    def __init__(self, seed: int, major: int) -> None:
        self._random, self._major = Random(f"{seed}/{major}"), major
        self.constants: dict[str, str] = {}
        """Schemas that others name, each after those that it names itself."""
        self._scalars = list((SCALARS | (SCALARS_4 if major == 4 else {})).items())
        self._strings = list((STRING_CHECKS | (STRING_4 if major == 4 else STRING_3)).items())
        self._numbers = list(NUMBER_CHECKS.items())
        self._composites: list[Callable[[int], Made]] = [
            self._array, self._tuple, self._record, self._union, self._discriminated, self._intersection, self._object,
            self._object, self._lazy,
        ]  # fmt: skip
        if major == 4:
            self._composites += [self._strict, self._partial_record]

    def __iter__(self) -> Iterator[Made]:
        """First every construct on its own, then all of them nested in each other."""
        for text, (good, bad) in [*self._scalars, *self._alone()]:
            yield self._field(Made(text, good, bad))
        while True:
            made = self._object(2) if self._random.random() < 0.85 else self._any_of(self._composites, 2)
            yield made if any(isinstance(value, dict | list) for value in made.good) else self._field(made)

    def _alone(self) -> list[tuple[str, tuple[Values, Values]]]:
        strings = [(f"z.string(){check}", values) for check, values in self._strings]
        return [*strings, *((f"z.number(){check}", values) for check, values in self._numbers)]

    def _field(self, inner: Made) -> Made:
        text = f"z.object({{ a: {inner.text} }})"
        goods, bads = ({"a": value} for value in inner.good), ({"a": value} for value in (*inner.bad, *WRONG))
        return Made(text, (*goods,), (*bads, {}, {"a": "no", "more": 1}), ("a",))

    def _any_of(self, makers: Sequence[Callable[[int], Made]], depth: int) -> Made:
        return self._random.choice(makers)(depth)

    def _value(self, depth: int) -> Made:
        if depth > 0 and self._random.random() < 0.4:
            return self._wrapped(self._any_of(self._composites, depth - 1))
        return self._wrapped(self._scalar())

    def _scalar(self) -> Made:
        chance = self._random.random()
        if chance < 0.35:
            return self._chain("z.string()", self._strings, ("ab", "abc"))
        if chance < 0.55:
            return self._chain("z.number()", self._numbers, (3, 4))
        text, (good, bad) = self._random.choice([scalar for scalar in self._scalars if scalar[1][0]])
        return Made(text, good, bad)

    def _chain(self, start: str, checks: list[tuple[str, tuple[Values, Values]]], plain: Values) -> Made:
        chosen = self._random.sample(checks, self._random.choice((0, 1, 1, 1, 2)))
        good = next((values for _, (values, _) in reversed(chosen)), plain)
        bad = tuple(value for _, (_, values) in chosen for value in values)
        return Made(start + "".join(check for check, _ in chosen), good, bad)

    def _wrapped(self, made: Made) -> Made:
        chance = self._random.random()
        if chance < 0.55:
            return made
        if chance < 0.65 and made.good:
            default = json.dumps(made.good[0], ensure_ascii=False)
            function = "coerce" in made.text or "transform" in made.text or "preprocess" in made.text
            return made if function else Made(f"{made.text}.default({default})", made.good, made.bad)
        wrap = self._random.choices(list(WRAPS), [weight for _, weight in WRAPS.values()])[0]
        return Made(made.text + wrap, made.good, (*WRAPS[wrap][0], *made.bad))

    # ---- composites -------------------------------------------------------------------------------

    def _array(self, depth: int) -> Made:
        inner = self._value(depth)
        check = self._random.choice(("", "", ".min(1)", ".max(2)", ".length(1)", ".nonempty()"))
        text = f"{inner.text}.array(){check}" if self._random.random() < 0.1 else f"z.array({inner.text}){check}"
        first = list(inner.good[:1])
        good: list[Json] = [first, first * 2 if check != ".length(1)" else first]
        bad: list[Json] = [[], first * 3, *([value] for value in inner.bad[:3]), [*first, None], {}]
        return Made(text, tuple(good), tuple(bad))

    def _tuple(self, depth: int) -> Made:
        items = [self._value(depth) for _ in range(self._random.choice((1, 2, 3)))]
        rest = self._random.choice(("", "", ".rest(z.number())"))
        good = [self._likely(item) for item in items]
        bad: list[Json] = [good[:-1], [*good, 1], [*good, "x"], [], [*good[:-1], self._odd(items[-1])]]
        return Made(f"z.tuple([{', '.join(item.text for item in items)}]){rest}", (good,), tuple(bad))

    def _record(self, depth: int) -> Made:
        inner = self._value(depth)
        key = self._random.choice(("z.string()", "z.string()", "z.string().min(2)", 'z.enum(["k1", "k2"])'))
        good = self._likely(inner)
        bad: list[Json] = [
            {},
            {"k1": good},
            {"k": good},
            {"k1": good, "k2": self._odd(inner)},
            {"k1": good, "kk": good},
        ]
        return Made(f"z.record({key}, {inner.text})", ({"k1": good, "k2": good},), (*bad, []))

    def _partial_record(self, depth: int) -> Made:
        inner = self._value(depth)
        good = self._likely(inner)
        bad: tuple[Json, ...] = ({}, {"k1": self._odd(inner)}, {"k3": good})
        return Made(f'z.partialRecord(z.enum(["k1", "k2"]), {inner.text})', ({"k1": good},), bad)

    def _union(self, depth: int) -> Made:
        members = [self._value(depth) for _ in range(self._random.choice((2, 2, 3)))]
        good = tuple(value for member in members for value in member.good[:2])
        return Made(
            f"z.union([{', '.join(m.text for m in members)}])", good, tuple(v for m in members for v in m.bad[:2])
        )

    def _discriminated(self, depth: int) -> Made:
        kinds = ("one", "two", "three")[: self._random.choice((2, 3))]
        members = [self._value(depth) for _ in kinds]
        texts = [
            f'z.object({{ kind: z.literal("{kind}"), v: {m.text} }})' for kind, m in zip(kinds, members, strict=True)
        ]
        good: list[Json] = [{"kind": k, "v": self._likely(m)} for k, m in zip(kinds, members, strict=True)]
        bad: list[Json] = [{"kind": k, "v": self._odd(m)} for k, m in zip(kinds, members, strict=True)]
        bad += [{"kind": "none"}, {}, {"kind": kinds[0]}, {"kind": kinds[0], "v": self._likely(members[0]), "x": 1}]
        return Made(f'z.discriminatedUnion("kind", [{", ".join(texts)}])', tuple(good), tuple(bad))

    def _intersection(self, depth: int) -> Made:
        left, right = self._plain_object(depth, KEYS[:2]), self._plain_object(depth, KEYS[2:])
        joined = self._random.choice((f"{left.text}.and({right.text})", f"z.intersection({left.text}, {right.text})"))
        return self._joined(joined, left, right)

    def _joined(self, text: str, left: Made, right: Made) -> Made:
        good = tuple(_merged(one, two) for one, two in zip(left.good, right.good, strict=False))
        bad = [_merged(one, right.good[0]) for one in left.bad[:4]] + [
            _merged(left.good[0], two) for two in right.bad[:4]
        ]
        return Made(text, good, tuple(bad), (*left.keys, *right.keys))

    def _lazy(self, depth: int) -> Made:
        inner = self._scalar()
        good, odd = self._likely(inner), self._odd(inner)
        deep: Json = {"v": good, "next": {"v": good, "next": {"v": odd}}}
        name = f"Node{len(self.constants)}"
        self.constants[name] = f"z.object({{ v: {inner.text}, next: z.lazy(() => {name}).optional() }})"
        whole: list[Json] = [{"v": good}, {"v": good, "next": {"v": good}}]
        return Made(name, tuple(whole), (deep, {"v": odd}, {}, {"v": good, "next": None}))

    def _strict(self, depth: int) -> Made:
        made = self._plain_object(depth, KEYS[: self._random.choice((1, 2, 3))])
        constructor = self._random.choice(("z.strictObject", "z.looseObject"))
        return Made(made.text.replace("z.object", constructor, 1), made.good, made.bad, made.keys)

    def _object(self, depth: int) -> Made:
        chance = self._random.random()
        if chance < 0.08:
            left, right = self._plain_object(depth, KEYS[:2]), self._plain_object(depth, KEYS[1:3])
            form = self._random.choice((".merge({0})", ".extend({0}.shape)", ".extend({{ ...{0}.shape }})"))
            return self._joined(left.text + form.format(right.text), left, right)
        made = self._plain_object(depth, self._keys())
        if chance < 0.14 and len(made.keys) > 1:
            picked = json.dumps(made.keys[0], ensure_ascii=False)
            method = self._random.choice((".pick", ".omit", ".partial", ".required"))
            return Made(f"{made.text}{method}({{ {picked}: true }})", made.good, made.bad, made.keys)
        if chance < 0.17 and self._major == 3:
            return Made(f"{made.text}.deepPartial()", made.good, made.bad, made.keys)
        if chance < 0.19:
            return Made(f"{made.text}.keyof()", made.keys, ("x",))
        end = self._random.choices(list(OBJECT_ENDS), list(OBJECT_ENDS.values()))[0]
        return Made(made.text + end, made.good, made.bad, made.keys)

    def _keys(self) -> tuple[str, ...]:
        keys = KEYS[: self._random.choice((1, 2, 2, 3, 4))]
        return (*keys, self._random.choice(ODD_KEYS)) if self._random.random() < 0.06 else keys

    def _plain_object(self, depth: int, keys: Sequence[str]) -> Made:
        fields = {key: self._value(depth) for key in keys}
        text = ", ".join(
            f"{key if key.isidentifier() else json.dumps(key)}: {made.text}" for key, made in fields.items()
        )
        whole = {key: self._likely(made) for key, made in fields.items()}
        good: list[Json] = [whole, {key: self._likely(made) for key, made in fields.items()}]
        bad: list[Json] = [{**whole, "more": 1}, {}, {**whole, "more": None}]
        for key, made in fields.items():
            bad += [{**whole, key: value} for value in self._odds(made)]
            bad += [{name: value for name, value in whole.items() if name != key}, {**whole, key: None}]
        return Made(f"z.object({{ {text} }})", tuple(good), tuple(bad), tuple(keys))

    # ---- values -----------------------------------------------------------------------------------

    def _likely(self, made: Made) -> Json:
        return self._random.choice(made.good) if made.good else None

    def _odd(self, made: Made) -> Json:
        return self._random.choice((*made.bad, *WRONG))

    def _odds(self, made: Made) -> list[Json]:
        return [self._odd(made), self._odd(made)]

    def values(self, made: Made, most: int) -> list[Json]:
        """Bodies to send, without those that are no JSON document of an API: Express takes objects and lists only."""
        bodies = [value for value in (*made.good, *made.bad) if isinstance(value, dict | list)]
        distinct = list({json.dumps(value, sort_keys=True): value for value in bodies}.values())
        good = [value for value in distinct if value in made.good][:4]
        others = [value for value in distinct if value not in good]
        return good + self._random.sample(others, min(len(others), most - len(good)))


def _merged(left: Json, right: Json) -> Json:
    return {**left, **right} if isinstance(left, dict) and isinstance(right, dict) else left
