"""Target file names and function names, from source paths and routes."""

from __future__ import annotations

import re
import unicodedata

_LAYER = re.compile(
    r"[._-]?(routes?|router|routing|controllers?|ctrl|handlers?|services?|svc|repository|repositories|repo|dao|api|"
    r"endpoints?|resource|actions?|module|logic)$",
    re.I,
)
_GENERIC = frozenset(
    "index main app server routes router api controller controllers service services handler handlers v1 v2 src "
    "modules features domains".split()
)
_THINGS = frozenset({"service", "services", "handler", "action", "actions", "resource", "module"})
"""Layers that may also be what an application is about, where a file names its own layer beside them."""
_VERB_NAMES = {"GET": "get", "POST": "create", "PUT": "update", "PATCH": "update", "DELETE": "delete", "ALL": "handle",
               "HEAD": "head", "OPTIONS": "options"}  # fmt: skip


def camel(text: str) -> str:
    """`user-routes` → `userRoutes`, `größe` → `groe`; characters that Convex names may not have separate words."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    words = re.findall(r"[A-Za-z0-9]+", plain)
    if not words:
        return ""
    head = str(words[0])
    tail = words[1:]
    return head[:1].lower() + head[1:] + "".join(word[:1].upper() + word[1:] for word in tail)


def domain_of(path: str) -> str:
    """The domain that a source file is about: `src/api/book.routes.ts` → `book`, `users/index.ts` → `users`.

    A layer is a domain where the file names another one after it: `modules/services/service.routes.ts` → `service`.
    """
    *folders, file = path.split("/")
    stem = file.rsplit(".", 1)[0]
    for name in (stem, *reversed(folders)):
        bare = _strip_layer(name)
        if bare and (bare.lower() not in _GENERIC or (bare != name and bare.lower() in _THINGS)):
            return camel(bare) or "app"
    return "app"


def _strip_layer(name: str) -> str:
    previous = None
    while previous != name:
        previous, name = name, _LAYER.sub("", name) or name
    return name


def full_stem(path: str) -> str:
    """The whole stem in camel case, for files whose domain is taken: `book.routes.ts` → `bookRoutes`.

    An index is called what its folder is.
    """
    *folders, file = path.split("/")
    stem = file.rsplit(".", 1)[0]
    return camel(folders[-1] if stem == "index" and folders else stem) or "app"


def function_name(method: str, path: str | None) -> str:
    """A name for a handler that had none: `GET /api/books` → `listBooks`, `POST /orders/:id/cancel` → `cancelOrder`."""
    segments = [s for s in (path or "").split("/") if s and s not in ("api", "v1", "v2", "v3")]
    nouns = [s for s in segments if not s.startswith((":", "*", "("))]
    ends_in_parameter = bool(segments) and segments[-1].startswith(":")
    verb = _VERB_NAMES.get(method, method.lower())
    if not nouns:
        return f"{verb}Root" if not ends_in_parameter else f"{verb}By{_title(segments[-1])}"
    last = nouns[-1]
    if method == "GET" and not ends_in_parameter and singular(last) != last:
        return "list" + _scope(nouns[:-1]) + _title(last)
    if ends_in_parameter:
        return verb + _scope(nouns[:-1]) + _title(singular(last))
    if len(nouns) > 1 and method != "GET" and not last.endswith("s") and camel(last)[:1].isalpha():
        return camel(last) + _title(singular(nouns[-2]))
    noun = singular(last) if method == "POST" else last
    return verb + _scope(nouns[:-1]) + _title(noun)


def _scope(nouns: list[str]) -> str:
    return _title(singular(nouns[-1])) if nouns else ""


def _title(text: str) -> str:
    word = camel(text)
    return word[:1].upper() + word[1:]


_SINGULAR_ENDINGS = (
    ("ies", "y"),
    ("sses", "ss"),
    ("xes", "x"),
    ("ches", "ch"),
    ("shes", "sh"),
    ("tuses", "tus"),
    ("nuses", "nus"),
    ("ruses", "rus"),
)


def singular(word: str) -> str:
    """A plain English singular: `categories` → `category`, `boxes` → `box`, `books` → `book`."""
    for ending, replacement in _SINGULAR_ENDINGS:
        if word.endswith(ending) and len(word) > len(ending) + 1:
            return word[: -len(ending)] + replacement
    if word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word
