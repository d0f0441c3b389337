"""Types in the comments of JavaScript: those that nothing declares any more, and results that are now awaited."""

from __future__ import annotations

import re
from collections.abc import Collection

from codemods.source.file import parse, span_of
from codemods.source.tree import find_all, is_async

_LIBRARY = frozenset(
    """
    AbortController AbortSignal AggregateError Array ArrayBuffer ArrayLike AsyncGenerator AsyncIterable AsyncIterator
    Awaited BigInt Blob Boolean ClassDecorator CryptoKey DataView Date Error EvalError Event Exclude Extract File
    Float32Array Float64Array FormData Function Generator Headers InstanceType Int16Array Int32Array Int8Array Intl
    Iterable IterableIterator Iterator JSON Map Math NonNullable Number Object Omit Parameters Partial Pick Promise
    PromiseLike PropertyKey Proxy RangeError ReadableStream Readonly ReadonlyArray ReadonlyMap ReadonlySet Record
    ReferenceError Reflect RegExp RegExpExecArray RegExpMatchArray Request RequestInit Required Response ReturnType Set
    String Symbol SyntaxError TextDecoder TextEncoder ThisType TypeError URIError URL URLSearchParams Uint16Array
    Uint32Array Uint8Array Uint8ClampedArray Uppercase WeakMap WeakRef WeakSet WebSocket WritableStream
    """.split()
)
"""Types of the language and of the web platform."""

_TAG = re.compile(
    r"(?P<tag>@(?:param|arg|argument|property|prop|type|returns?|yields|throws|this|satisfies)\s*\{)(?P<type>[^\n]*?)(?P<end>\}(?!\s*[,}>|]))"
)
_DECLARED = re.compile(r"@(?:typedef|callback|template|enum|import)\b[^\n]*")
_NAME = re.compile(r"(?<![\w$.\"'])(?P<name>[A-Z][\w$]*)(?:\.[\w$]+)*")
_RESULT = re.compile(r"(@returns?\s*\{)(?P<type>[^\n]*?)(\}(?!\s*[,}>|]))")


def carried_docs(text: str, bound: Collection[str]) -> str:
    """The text of a JavaScript module with comments that hold there.

    A type that the comments name and that neither the module (`bound` are the names that it imports) nor the language
    declares becomes `any`: it stood for a model or a module that stayed behind. What an async function
    returns is a promise.
    """
    if "/**" not in text:
        return text
    root = parse(text, "javascript")
    known = _LIBRARY | set(bound) | _declared(text)
    classes = (each.field("name") for each in find_all(root, "class_declaration", "class"))
    known |= {name.text() for name in classes if name is not None}
    waiting = {span_of(function).start for function in find_all(root, "arrow_function", "function_declaration",
               "function_expression", "method_definition") if is_async(function)}  # fmt: skip
    parts: list[str] = []
    position = 0
    for comment in find_all(root, "comment"):
        span = span_of(comment)
        if not comment.text().startswith("/**"):
            continue
        parts.append(text[position : span.start])
        docs = _TAG.sub(lambda found: found["tag"] + _known(found["type"], known) + found["end"], comment.text())
        parts.append(_promised(docs) if _describes(text, span.end, waiting) else docs)
        position = span.end
    return "".join([*parts, text[position:]])


def _declared(text: str) -> set[str]:
    """Names that comments declare themselves."""
    return {name for line in _DECLARED.findall(text) for name in re.findall(r"[\w$]+", line)}


def _known(written: str, known: Collection[str]) -> str:
    return _NAME.sub(lambda found: found.group() if found["name"] in known else "any", written)


def _promised(docs: str) -> str:
    return _RESULT.sub(lambda found: found[1] + _promise(found["type"]) + found[3], docs)


def _promise(written: str) -> str:
    return written if re.match(r"\s*(Promise|PromiseLike|AsyncGenerator)\b", written) else f"Promise<{written.strip()}>"


def _describes(text: str, end: int, functions: Collection[int]) -> bool:
    """Does a comment that ends here stand right above one of the functions, or above what is bound to it?"""
    head = re.match(r"\s*(?:export\s+)?(?:default\s+)?(?:(?:const|let|var)\s+[\w$]+\s*=\s*|(?:static\s+)?)", text[end:])
    return (head is not None and end + head.end() in functions) or _method(text, end) in functions


def _method(text: str, end: int) -> int:
    return end + len(text[end:]) - len(text[end:].lstrip())
