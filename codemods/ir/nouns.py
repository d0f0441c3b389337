"""English nouns, of which the names of tables are made: one row, and many."""

from __future__ import annotations

import re

_IRREGULAR = {
    "child": "children",
    "person": "people",
    "man": "men",
    "woman": "women",
    "foot": "feet",
    "goose": "geese",
    "mouse": "mice",
    "tooth": "teeth",
    "datum": "data",
    "medium": "media",
    "criterion": "criteria",
    "index": "indexes",
    "quiz": "quizzes",
    "bus": "buses",
    "gas": "gases",
    "bonus": "bonuses",
    "campus": "campuses",
    "status": "statuses",
    "virus": "viruses",
    "corpus": "corpora",
    "alias": "aliases",
    "canvas": "canvases",
    "atlas": "atlases",
    "leaf": "leaves",
    "shelf": "shelves",
    "knife": "knives",
    "life": "lives",
    "wife": "wives",
    "half": "halves",
    "hero": "heroes",
    "potato": "potatoes",
    "tomato": "tomatoes",
    "echo": "echoes",
    "lens": "lenses",
}

_UNCOUNTABLE = frozenset(
    "data media news series species equipment information money sheep fish software hardware metadata staff "
    "feedback content settings analytics auth".split()
)

_PLURAL_OF = {plural: singular for singular, plural in _IRREGULAR.items()}

_ENDINGS = (
    (re.compile(r"(.*)sis$"), r"\1ses"),
    (re.compile(r"(.*(?:ss|sh|ch|x|zz|us))$"), r"\1es"),
    (re.compile(r"(.*[^aeiou])y$"), r"\1ies"),
    (re.compile(r"(.*qu)y$"), r"\1ies"),
)

_SINGULARS = (
    (re.compile(r"(caches|cookies|movies|headaches)$"), lambda word: word[:-1]),
    (re.compile(r"(analy|ba|cri|diagno|hypothe|synop|the)ses$"), lambda word: f"{word[:-2]}is"),
    (re.compile(r"(?:ss|sh|ch|x|zz)es$"), lambda word: word[:-2]),
    (re.compile(r"[^aeiou]ies$"), lambda word: f"{word[:-3]}y"),
    (re.compile(r"(?<!s)s$"), lambda word: word[:-1]),
)
"""What plurals end with, and how their singulars are made."""


def plural_of(word: str) -> str:
    """The plural of an English noun in lower case; a plural stays as it is."""
    if word in _UNCOUNTABLE or word in _PLURAL_OF:
        return word
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    for pattern, plural in _ENDINGS:
        if pattern.match(word):
            return pattern.sub(plural, word)
    return word if word.endswith("s") else word + "s"


def singular_of(word: str) -> str:
    """The singular of an English plural in lower case; what is no plural stays as it is."""
    if word in _UNCOUNTABLE or word in _IRREGULAR:
        return word
    if word in _PLURAL_OF:
        return _PLURAL_OF[word]
    for pattern, made in _SINGULARS:
        if pattern.search(word):
            return made(word)
    return word
