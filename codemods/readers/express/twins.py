"""Middleware of packages that the generated code has a twin of, in its own runtime library.

The call moves as it is written, and takes its function from there: `hpp({ whitelist: ["tags"] })`.
"""

from __future__ import annotations

from dataclasses import dataclass

from ast_grep_py import SgNode

from codemods.ir.app import Middleware
from codemods.readers.express.follow import value_of
from codemods.readers.express.strategies import asked_strategy
from codemods.source import FUNCTION_KINDS, SourceFile, find_all, span_of, unwrap
from codemods.source.tree import enclosing
from codemods.workspace import External, Workspace

BEARER = "expressJwt"
OVERRIDE = "methodOverride"
STRATEGY = "passportJwt"
UPLOADS = "fileUpload"
LIMITS, LIMITER = "express-rate-limit", "rateLimit"
MULTER, TAKES, DISK = "multer", "multer()", "diskStorage"
"""What makes an upload of options, as the package is called, what makes middleware of it, and where it keeps files."""
_PARSERS = {"json": "jsonBody", "urlencoded": "formBody", "text": "textBody"}
TWINS: dict[str, dict[str, str]] = {
    LIMITS: {"": LIMITER, "rateLimit": LIMITER},
    "cors": {"": "cors"},
    "express": _PARSERS,
    "body-parser": _PARSERS,
    "express-jwt": {"": BEARER, "expressjwt": BEARER},
    "passport-jwt": {"Strategy": STRATEGY},
    "express-fileupload": {"": UPLOADS},
    "hpp": {"": "hpp"},
    "method-override": {"": OVERRIDE},
    "xss-clean": {"": "xssClean"},
    "zod-express-middleware": {"validateRequest": "validateRequest"},
    MULTER: {"": MULTER, DISK: DISK, **{f"().{name}": TAKES for name in ("single", "array", "fields", "any", "none")}},
}
"""Package, exported name (empty for the package itself and its default), function of the library."""

TWIN_TYPES = {
    "cors": {"CorsOptions": "CorsOptions"},
    LIMITS: {"Options": "RateLimitOptions"},
    MULTER: {
        "DiskStorageOptions": "DiskStorageOptions",
        "FileFilterCallback": "FileFilterCallback",
        "Multer": "Uploads",
        "Options": "UploadOptions",
        "StorageEngine": "FileStorage",
    },
    "passport-jwt": {
        "ExtractJwt": "ExtractJwt",
        "StrategyOptions": "JwtStrategyOptions",
        "VerifiedCallback": "JwtVerified",
        "VerifyCallback": "JwtVerifier",
    },
}
"""Types of options and what else goes with them, and those of the library."""

_CALLS = ("call_expression", "new_expression")


@dataclass(frozen=True, slots=True)
class TwinCall:
    """A call that makes a middleware, `cors({ … })`, and the function that does so in the library."""

    file: str
    node: SgNode
    function: str

    @property
    def maker(self) -> SgNode | None:
        """The function around it, in which its name has its meaning."""
        return enclosing(self.node, FUNCTION_KINDS)


def twin_of(workspace: Workspace, middleware: Middleware) -> TwinCall | None:
    """The call behind a middleware, followed through one name; None for what makes others by functions of its own."""
    file = workspace.source(middleware.expression.file)
    kinds = (*_CALLS, "identifier", "member_expression")
    found = next((node for node in find_all(file.root, *kinds) if span_of(node) == middleware.expression.span), None)
    if found is None:
        return None
    node = unwrap(found)
    if node.kind() in _CALLS:
        return _made_by(workspace, file.path, node)
    value = value_of(workspace, file.path, node)
    return _made_by(workspace, value.file, value.node) if value is not None else None


def _made_by(workspace: Workspace, path: str, node: SgNode) -> TwinCall | None:
    """The call itself, or the strategy that `passport.authenticate` asks."""
    asked = asked_strategy(workspace, path, node)
    return TwinCall(*asked, STRATEGY) if isinstance(asked, tuple) else twin_call(workspace, path, node)


def twin_calls(workspace: Workspace, file: SourceFile, node: SgNode) -> list[TwinCall]:
    """All such calls below a node, in order."""
    found = [call for one in find_all(node, *_CALLS) if (call := twin_call(workspace, file.path, one)) is not None]
    return sorted(found, key=lambda call: span_of(call.node).start)


def twin_call(workspace: Workspace, path: str, node: SgNode) -> TwinCall | None:
    """The call of a package's function that has a twin."""
    target = workspace.callee(path, node) if node.kind() in _CALLS else None
    if not isinstance(target, External):
        return None
    exported = [name for name in target.path if name != "default"]
    function = TWINS.get(target.module, {}).get(".".join(exported))
    return TwinCall(path, node, function) if function is not None else None
