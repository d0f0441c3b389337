"""Tokens that jsonwebtoken signs and verifies, as far as Web Crypto does so alike."""

from __future__ import annotations

from dataclasses import dataclass

from ast_grep_py import SgNode

from codemods.planner.member_chains import last_name, member_chain
from codemods.planner.places_of_use import call_of
from codemods.planner.running.memory import is_state
from codemods.source import FUNCTION_KINDS, SourceFile, arguments, member, named, span_of, string_value, unwrap
from codemods.source.tree import property_name

MODULE = "jsonwebtoken"
_SIGN_OPTIONS = frozenset({"algorithm", "expiresIn", "notBefore", "audience", "issuer", "subject", "jwtid"})
VERIFY_OPTIONS = frozenset(
    """algorithms audience clockTimestamp clockTolerance complete ignoreExpiration ignoreNotBefore issuer jwtid maxAge
    nonce subject""".split()
)
_ALGORITHMS = frozenset({"HS256", "HS384", "HS512"})
_KEPT = {name: name for name in ("JsonWebTokenError", "Jwt", "JwtPayload", "NotBeforeError", "TokenExpiredError",
         "VerifyErrors", "VerifyOptions")} | {"SignOptions": "TokenOptions"}  # fmt: skip
"""Classes and types, and what the library calls them."""
_PLAIN = {"Secret": "string", "Algorithm": '"HS256" | "HS384" | "HS512"'}
"""Types that have a plain form, as far as secrets are shared."""
_NO_PAYLOAD = frozenset({"number", "array"})


@dataclass(frozen=True, slots=True)
class TokenUse:
    """What is taken of jsonwebtoken: the expression that names it, the library's name for it, and a call to wait for.

    `secret` is the argument that only who signs may know; `plain` text needs no import.
    """

    callee: SgNode
    text: str
    awaited: SgNode | None = None
    secret: SgNode | None = None
    signs: bool = False
    plain: bool = False


def token_use(file: SourceFile, imported: str, reference: SgNode) -> TokenUse | None:
    """`jwt.verify(…)`, `jwt.TokenExpiredError`, `JwtPayload`; None for what only Node can do."""
    chain = member_chain(reference)
    whole = imported in ("default", "*") and len(chain) > 1
    callee = chain[1] if whole else reference
    name = last_name(callee) if whole else imported
    if name in _KEPT:
        return TokenUse(callee, _KEPT[name])
    if name in _PLAIN:
        return TokenUse(callee, _PLAIN[name], plain=True)
    callee = _promised(file, callee) if name == "verify" else callee
    call = call_of(callee)
    given = [unwrap(each) for each in arguments(call)] if call is not None else []
    if call is None or any(each.kind() == "spread_element" for each in given):
        return None
    match name:
        case "sign" if _is_signed(file, given):
            return TokenUse(callee, "signToken", call, given[1], signs=True)
        case "verify" if len(given) > 1 and _is_verified(given[2:]) and given[1].kind() not in FUNCTION_KINDS:
            text = "withJwt" if len(given) > 2 and given[-1].kind() in FUNCTION_KINDS else "verifyJwt"
            return TokenUse(callee, text, call, given[1])
        case "decode" if len(given) in (1, 2) and given[-1].kind() not in FUNCTION_KINDS:
            return TokenUse(callee, "decodeJwt")
        case _:
            return None


def verifying(file: SourceFile, callback: SgNode) -> SgNode | None:
    """The `jwt.verify(token, secret, callback)` that calls a function back, once and before it returns."""
    held = callback.parent()
    call = held.parent() if held is not None and held.kind() == "arguments" else None
    callee = call.field("function") if call is not None else None
    if call is None or callee is None or span_of(arguments(call)[-1]) != span_of(callback):
        return None
    parts = member(callee)
    base = unwrap(parts[0]) if parts is not None else callee
    binding = file.bindings.resolve(base) if base.kind() == "identifier" else None
    found = binding.imported if binding is not None else None
    if found is None or found.module != MODULE:
        return None
    use = token_use(file, found.imported, base)
    return call if use is not None and use.text == "withJwt" else None


def _promised(file: SourceFile, callee: SgNode) -> SgNode:
    """`promisify(jwt.verify)` for `jwt.verify`, whose callback it takes care of."""
    held = callee.parent()
    call = held.parent() if held is not None and held.kind() == "arguments" else None
    maker = call.field("function") if call is not None else None
    return call if call is not None and maker is not None and is_promisify(file, maker) else callee


def is_promisify(file: SourceFile, maker: SgNode) -> bool:
    """`promisify`, `util.promisify`"""
    parts = member(maker)
    base = parts[0] if parts is not None else maker
    binding = file.bindings.resolve(base) if base.kind() == "identifier" else None
    found = binding.imported if binding is not None else None
    name = parts[1] if parts is not None else found.imported if found is not None else ""
    return found is not None and found.module in ("util", "node:util") and name == "promisify"


def is_for_token(file: SourceFile, reference: SgNode) -> bool:
    """Is it the `promisify` of `promisify(jwt.verify)(…)`, which goes with it?"""
    maker = member_chain(reference)[-1]
    call = call_of(maker)
    given = arguments(call) if call is not None and is_promisify(file, maker) else []
    base = unwrap((member(given[0]) or (given[0],))[0]) if len(given) == 1 else None
    binding = file.bindings.resolve(base) if base is not None and base.kind() == "identifier" else None
    found = binding.imported if binding is not None else None
    if base is None or found is None or found.module != MODULE:
        return False
    use = token_use(file, found.imported, base)
    return use is not None and use.callee == call


def _is_signed(file: SourceFile, given: list[SgNode]) -> bool:
    """With a shared secret, and the token as the result?"""
    if len(given) not in (2, 3) or given[0].kind() in _NO_PAYLOAD:
        return False
    if any(each.kind() in FUNCTION_KINDS for each in given):
        return False
    return len(given) == 2 or _is_understood(_written(file, given[2]), _SIGN_OPTIONS)


def _written(file: SourceFile, options: SgNode) -> SgNode:
    """The literal that a constant holds, to which nothing is added."""
    binding = file.bindings.resolve(options) if options.kind() == "identifier" else None
    if binding is None or binding.value is None or binding.reassigned or is_state(binding):
        return options
    return unwrap(binding.value)


def _is_verified(rest: list[SgNode]) -> bool:
    """Options that are understood and a callback, either of which may be missing?"""
    callback = rest[-1:] if rest and rest[-1].kind() in FUNCTION_KINDS else []
    options = rest[: len(rest) - len(callback)]
    return len(options) < 2 and all(_is_understood(each, VERIFY_OPTIONS) for each in options)


def _is_understood(options: SgNode, known: frozenset[str]) -> bool:
    """Options as a literal, of which each is known: what is not written down may be a key pair's algorithm."""
    if options.kind() != "object":
        return False
    for pair in named(options):
        label = pair.field("key") if pair.kind() == "pair" else pair
        name = property_name(label) if label is not None else None
        if pair.kind() not in ("pair", "shorthand_property_identifier") or (name or pair.text()) not in known:
            return False
        if (name or pair.text()) in ("algorithm", "algorithms") and not is_shared(pair.field("value")):
            return False
    return True


def is_shared(value: SgNode | None) -> bool:
    """Algorithms that both sides know the secret of?"""
    plain = unwrap(value) if value is not None else None
    if plain is None:
        return False
    found = named(plain) if plain.kind() == "array" else [plain]
    return all(string_value(unwrap(each)) in _ALGORITHMS for each in found)
