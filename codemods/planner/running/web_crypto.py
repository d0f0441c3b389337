"""Calls of Node's crypto that Web Crypto answers alike."""

from __future__ import annotations

from dataclasses import dataclass

from ast_grep_py import SgNode

from codemods.planner.member_chains import member_chain
from codemods.planner.places_of_use import call_of
from codemods.source import Span, arguments, member, span_of, string_value

_DIGESTS = {"sha1": "SHA-1", "sha256": "SHA-256", "sha384": "SHA-384", "sha512": "SHA-512"}
_WHOLE = ("*", "default")


@dataclass(frozen=True, slots=True)
class WebCrypto:
    """`text` takes the place of the callee, or is the function of the library that is called in place of `call`."""

    callee: SgNode
    text: str
    call: SgNode | None = None
    around: tuple[Span, Span] = (Span(0, 0), Span(0, 0))
    """What comes before the argument that stays, and what comes after it."""
    waits: bool = False


def web_crypto(imported: str, reference: SgNode) -> WebCrypto | None:
    """`crypto.randomUUID()`, `randomBytes(16).toString("hex")`, `createHash("sha256").update(x).digest("hex")`."""
    chain = member_chain(reference)
    if imported in _WHOLE and len(chain) < 2:
        return None
    callee = chain[1] if imported in _WHOLE else reference
    parts = member(callee)
    name = parts[1] if imported in _WHOLE and parts is not None else imported
    call = call_of(callee)
    if call is None:
        return None
    match name:
        case "randomUUID" if not arguments(call):
            return WebCrypto(callee, "crypto.randomUUID")
        case "randomBytes" if len(arguments(call)) == 1:
            text = _text_of(call, "toString")
            return _in_place_of(callee, text, arguments(call)[0], "randomHex", False) if text is not None else None
        case "createHash" if string_value(arguments(call)[0]) in _DIGESTS:
            return _digest(callee, call)
        case _:
            return None


def _digest(callee: SgNode, call: SgNode) -> WebCrypto | None:
    updated = _called_on(call, "update")
    text = _text_of(updated, "digest") if updated is not None and _is_text(arguments(updated)[1:]) else None
    if updated is None or text is None:
        return None
    algorithm = _DIGESTS[string_value(arguments(call)[0]) or ""].replace("-", "").lower()
    return _in_place_of(callee, text, arguments(updated)[0], f"{algorithm}Hex", True)


def _is_text(encoding: list[SgNode]) -> bool:
    """`update(text, "utf8")` takes what `update(text)` does."""
    return not encoding or string_value(encoding[0]) in ("utf8", "utf-8")


def _in_place_of(callee: SgNode, whole: SgNode, argument: SgNode, function: str, waits: bool) -> WebCrypto:
    before = Span(span_of(whole).start, span_of(argument).start)
    return WebCrypto(callee, function, whole, (before, Span(span_of(argument).end, span_of(whole).end)), waits)


def _called_on(receiver: SgNode, name: str) -> SgNode | None:
    """The call of a method on the result of a call."""
    above = receiver.parent()
    parts = member(above) if above is not None and above.kind() == "member_expression" else None
    if above is None or parts is None or parts[1] != name:
        return None
    return call_of(above)


def _text_of(receiver: SgNode, name: str) -> SgNode | None:
    """`.toString("hex")`, `.digest("hex")`."""
    call = _called_on(receiver, name)
    given = arguments(call) if call is not None else []
    return call if len(given) == 1 and string_value(given[0]) == "hex" else None
