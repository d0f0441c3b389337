"""Tokens that jsonwebtoken signs, as far as Web Crypto signs them alike."""

from __future__ import annotations

from ast_grep_py import SgNode

from codemods.planner.member_chains import member_chain
from codemods.planner.pieces import is_function_call
from codemods.source import FUNCTION_KINDS, SourceFile, arguments, member, named, string_value, unwrap
from codemods.source.tree import property_name

MODULE = "jsonwebtoken"
_OPTIONS = frozenset({"algorithm", "expiresIn", "notBefore", "audience", "issuer", "subject", "jwtid"})
_ALGORITHMS = frozenset({"HS256", "HS384", "HS512"})
_NO_CLAIMS = frozenset({"string", "template_string", "number", "array"})


def signing(file: SourceFile, imported: str, reference: SgNode) -> tuple[SgNode, SgNode] | None:
    """`jwt.sign` and its call, where the token is signed with a shared secret and comes back as the result."""
    callee = reference
    if imported != "sign":
        chain = member_chain(reference)
        parts = member(chain[1]) if len(chain) > 1 else None
        if parts is None or parts[1] != "sign":
            return None
        callee = chain[1]
    call = is_function_call(callee)
    given = [unwrap(each) for each in arguments(call)] if call is not None else []
    if call is None or len(given) not in (2, 3) or given[0].kind() in _NO_CLAIMS:
        return None
    if _is_text(file, given[0]):
        return None
    if any(each.kind() in {*FUNCTION_KINDS, "spread_element"} for each in given):
        return None
    return (callee, call) if len(given) == 2 or _is_understood(given[2]) else None


def _is_text(file: SourceFile, payload: SgNode) -> bool:
    """A variable that is said to hold text, which is signed as it is, without any claims."""
    binding = file.bindings.resolve(payload) if payload.kind() == "identifier" else None
    annotation = binding.type_annotation if binding is not None else None
    return annotation is not None and annotation.text().strip(": ") == "string"


def _is_understood(options: SgNode) -> bool:
    """Options as a literal, of which each is known: what is not written down may be a key pair's algorithm."""
    if options.kind() != "object":
        return False
    for pair in named(options):
        label = pair.field("key") if pair.kind() == "pair" else pair
        name = property_name(label) if label is not None else None
        if pair.kind() not in ("pair", "shorthand_property_identifier") or (name or pair.text()) not in _OPTIONS:
            return False
        if name == "algorithm" and string_value(pair.field("value")) not in _ALGORITHMS:
            return False
    return True
