"""Names that every Node program has without installing anything: modules and globals."""

from __future__ import annotations

# https://nodejs.org/api/modules.html#built-in-modules (module.builtinModules of Node 24, without the underscored ones)
_NAMES = """
    assert assert/strict async_hooks buffer child_process cluster console constants crypto dgram diagnostics_channel dns
    dns/promises domain events fs fs/promises http http2 https inspector inspector/promises module net os path
    path/posix path/win32 perf_hooks process punycode querystring readline readline/promises repl stream
    stream/consumers stream/promises stream/web string_decoder sys timers timers/promises tls trace_events tty url util
    util/types v8 vm wasi worker_threads zlib
"""
NODE_MODULES = frozenset(_NAMES.split())
# Only importable with the `node:` prefix.
_PREFIXED_ONLY = frozenset({"sea", "sqlite", "test", "test/reporters"})


def builtin_module(spec: str) -> str | None:
    """The module, without `node:`, that `spec` names; None when it is not built into Node."""
    name = spec.removeprefix("node:")
    if name in NODE_MODULES or (spec != name and name in _PREFIXED_ONLY):
        return name
    return None


# https://nodejs.org/api/globals.html and the globals of the language itself.
_GLOBAL_NAMES = """
    AbortController AbortSignal AggregateError Array ArrayBuffer BigInt BigInt64Array BigUint64Array Blob Boolean Buffer
    DataView Date Error EvalError Event EventTarget Float32Array Float64Array FormData Function Headers Infinity
    Int16Array Int32Array Int8Array Intl JSON Map Math NaN Number Object Promise Proxy RangeError ReadableStream
    ReferenceError
    Reflect RegExp Request Response Set String Symbol SyntaxError TextDecoder TextEncoder TypeError URIError URL
    URLSearchParams Uint16Array Uint32Array Uint8Array Uint8ClampedArray WeakMap WeakRef WeakSet WebSocket atob btoa
    clearImmediate clearInterval clearTimeout console crypto decodeURI decodeURIComponent encodeURI encodeURIComponent
    escape eval fetch global globalThis isFinite isNaN module parseFloat parseInt performance process queueMicrotask
    require setImmediate setInterval setTimeout structuredClone undefined unescape window self document
"""
_GLOBALS = frozenset(_GLOBAL_NAMES.split())


def is_global(name: str) -> bool:
    """True for a global of the language or of Node."""
    return name in _GLOBALS
