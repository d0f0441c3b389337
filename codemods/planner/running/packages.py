"""Uses of packages: kept, refused, or written differently, as with loggers and the types of the Prisma client."""

from __future__ import annotations

import re

from ast_grep_py import SgNode

from codemods.planner.facts import Effect, PackageUse, PieceUse, Replaced, Style
from codemods.planner.member_chains import member_chain, outer_name
from codemods.planner.pieces import CONSTANTS, Piece, is_in_function
from codemods.planner.places_of_use import call_of
from codemods.planner.problems import Problem
from codemods.planner.running.npm import ACTING, CHANCE, KEPT, OLDEST, SUBSTITUTES, Nature, package_nature
from codemods.planner.running.outside import act, call_around
from codemods.planner.running.runtimes import GLOBAL_EXPORTS
from codemods.planner.running.setups import Setups
from codemods.planner.running.web_crypto import web_crypto
from codemods.planner.scan import Scan
from codemods.planner.settings.authenticating import authentication, strategy_piece
from codemods.planner.settings.configured import MODULE as CONFIG
from codemods.planner.settings.configured import configured
from codemods.planner.settings.secrets import is_literal_text
from codemods.planner.settings.tokens import MODULE, is_for_token, token_use
from codemods.planner.settings.written_secrets import writes_down
from codemods.planner.stored.keys_as_text import MONGOOSE, mongoose_use
from codemods.planner.stored.prisma_types import counterpart
from codemods.readers.express.strategies import PASSPORT
from codemods.readers.express.twins import MULTER, TWIN_TYPES
from codemods.readers.loggers import LOGGERS
from codemods.source import Binding, Import, arguments, member, span_of

_CONSOLE = {
    "log": "log", "info": "info", "http": "info", "verbose": "debug", "debug": "debug", "silly": "debug",
    "trace": "debug", "warn": "warn", "error": "error", "fatal": "error",
}  # fmt: skip
"""Methods of logging packages, and the console's."""

PATH_LIBRARY = "convex:lib/paths"
PATHS = frozenset({"basename", "dirname", "extname", "isAbsolute", "join", "normalize"})
"""What the runtime library has of the module path."""
_WHOLE = frozenset({"*", "default"})

_REFUSED: dict[Nature, tuple[str, str]] = {
    Nature.MEMORY: ("CX104", "keeps state in the memory of the server with {module}"),
    Nature.SERVER: ("CX501", "uses {module}"),
    Nature.ERASED: ("CX105", "uses {what} of {module}"),
    Nature.UNKNOWN: ("CX208", "uses the package {module}"),
}
"""Why a package cannot stay: code and words."""


class Packages:
    """Reads what one piece takes from packages."""

    def __init__(self, scan: Scan, setups: Setups) -> None:
        self._scan, self._setups = scan, setups

    def use(self, binding: Binding, reference: SgNode, module: str | None) -> None:
        """`module` is the package that the import leads to, which a generated client's path does not name."""
        found = binding.imported
        assert found is not None
        if found.module.split("/")[0] in LOGGERS:
            self.logger(reference, reference)
            return
        if "@prisma/client" in (found.module, module) or found.module.startswith("@prisma/client/runtime"):
            self._prisma(found.imported, reference)
            return
        if found.module == MONGOOSE and self._mongoose(found.imported, reference):
            return
        if self._twin_type(found.module, reference) or is_for_token(self._scan.file, reference):
            return
        if found.module == MODULE and self._tokens(found.imported, reference):
            return
        if found.module == MULTER and self._upload_error(reference):
            return
        if found.module == PASSPORT and self._strategy(reference):
            return
        if found.module == CONFIG and self._configured(reference):
            return
        if found.type_only or _is_type(reference):
            self._type(found, reference)
            return
        if found.module.removeprefix("node:") == "path" and self._path(found, reference):
            return
        if found.module.removeprefix("node:") == "crypto" and self._web_crypto(found.imported, reference):
            return
        if self._is_global(found) and reference.kind() == "identifier":
            self._scan.facts.replaced.append(Replaced(span_of(reference), found.imported))
            return
        if self.external(found.module, reference, f"`{reference.text()}`"):
            imported = "default" if _is_used_whole(binding) else found.imported
            self.bring(found.module, imported, found.local)

    @staticmethod
    def _is_global(found: Import) -> bool:
        """`URL` of `node:url` is the one that every runtime has."""
        return found.imported in GLOBAL_EXPORTS.get(found.module.removeprefix("node:"), ())

    def _type(self, found: Import, reference: SgNode) -> None:
        """A type does nothing: it comes along wherever its package may."""
        if package_nature(found.module) in KEPT:
            self.bring(found.module, found.imported, found.local, type_only=True)
        else:
            self._scan.problem(reference, "CX105", f"uses the type `{reference.text()}` of {found.module}")

    def _path(self, found: Import, reference: SgNode) -> bool:
        """`path.extname(name)` → `extname(name)`: what takes texts apart, and does not ask where the program runs."""
        if found.imported in PATHS:
            self._scan.facts.packages.append(PackageUse(PATH_LIBRARY, found.imported, found.local, False))
            return True
        chain = member_chain(reference)
        parts = member(chain[1]) if found.imported in _WHOLE and len(chain) > 1 else None
        if parts is None or parts[1] not in PATHS:
            return False
        self._scan.facts.replaced.append(Replaced(span_of(chain[1]), parts[1], "errors"))
        return True

    def _upload_error(self, reference: SgNode) -> bool:
        """`MulterError`, `multer.MulterError`: what the library refuses a form with."""
        whole = member_chain(reference)[-1]
        if whole.text().rsplit(".", 1)[-1] != "MulterError":
            return False
        self._scan.facts.replaced.append(Replaced(span_of(whole), "MulterError", "errors"))
        return True

    def _strategy(self, reference: SgNode) -> bool:
        """A strategy whose verdict goes to a function is a constant of its own."""
        inner = call_around(reference)
        found = authentication(self._scan.file, inner) if inner is not None else None
        piece = strategy_piece(self._scan.workspace, found) if found is not None else None
        if found is None or not isinstance(piece, Piece):
            return False
        self._scan.know(piece)
        name = piece.name or ""
        self._scan.facts.uses.append(
            PieceUse(piece.key, span_of(found.callee), reference.text(), Style.NAMESPACE, None, declared=name)
        )
        return True

    def _configured(self, reference: SgNode) -> bool:
        """`config.get("jwt.secret")`: a variable of the environment, or what the files say."""
        found = configured(self._scan.workspace, self._scan.file.path, reference)
        if found is None or (found[1].secret and self._scan.facts.piece.kind in CONSTANTS):
            return False
        call, setting = found
        self._scan.facts.variables |= {setting.variable} if setting.variable else set()
        self._scan.facts.replaced.append(setting.replaced(call))
        if setting.secret:
            text = f"`{call.text()}` reads the variable `{setting.variable}`: unset, it is an error"
            self._scan.facts.notes.append(Problem("CX803", text, self._scan.file.place(call)))
        return True

    def _mongoose(self, imported: str, reference: SgNode) -> bool:
        """Keys are texts, and errors are known by their names."""
        found = mongoose_use(imported, reference)
        self._scan.facts.replaced += found
        return bool(found)

    def _twin_type(self, module: str, reference: SgNode) -> bool:
        """`cors.CorsOptions`: the library's type of the options that a twin takes."""
        above = reference.parent()
        nested = above if above is not None and above.kind() == "nested_type_identifier" else None
        written = nested or reference
        name = TWIN_TYPES.get(module, {}).get(written.text().rsplit(".", 1)[-1])
        if name is None or reference.kind() not in ("type_identifier", "identifier"):
            return False
        self._scan.facts.replaced.append(Replaced(span_of(written), name, "errors"))
        return True

    def bring(self, module: str, imported: str, local: str, type_only: bool = False) -> None:
        """Keep an import of a package, or of the one that takes its place, and what sets it up."""
        if not type_only:
            self._set_up(module)
        self._scan.facts.packages.append(PackageUse(SUBSTITUTES.get(module, module), imported, local, type_only))

    def _chance(self, module: str, node: SgNode) -> None:
        if module.split("/")[0] not in CHANCE and module not in CHANCE:
            return
        self._scan.facts.effects.add(Effect.CLOCK)
        piece = self._scan.facts.piece
        if piece.kind in CONSTANTS and not is_in_function(node, piece.node) and call_of(member_chain(node)[-1]):
            self._scan.problem(node, "CX104", f"`{piece.name}` is what {module} gave when the server started")

    def _set_up(self, module: str) -> None:
        own = self._scan.facts.piece.key
        for setup in self._setups.of(module):
            if setup.key != own and self._scan.facts.piece.node != setup.node:
                self._scan.know(setup)
                self._scan.facts.uses.append(PieceUse(setup.key, setup.span, "", Style.SETUP, None))

    def _web_crypto(self, imported: str, reference: SgNode) -> bool:
        """What Node's crypto does as Web Crypto does: ids, random bytes and digests as text."""
        found = web_crypto(imported, reference)
        if found is None:
            return False
        if not found.waits:
            self._scan.facts.effects.add(Effect.CLOCK)
        if found.call is None:
            self._scan.facts.replaced.append(Replaced(span_of(found.callee), found.text))
            return True
        before, after = found.around
        self._scan.facts.replaced.append(Replaced(before, found.text, "library"))
        self._scan.facts.replaced.append(Replaced(after, ")"))
        if found.waits:
            self._scan.facts.awaited.append(span_of(found.call))
        return True

    def external(self, module: str, node: SgNode, what: str) -> bool:
        """Note what using a package means; True when the use can stay as it is."""
        nature = package_nature(module)
        if self._is_older(module):
            self._scan.problem(node, "CX501", f"uses a version of {module} from before {OLDEST[module]}")
            return False
        if nature is Nature.PURE:
            self._chance(module, node)
            return True
        if nature in ACTING:
            act(self._scan, nature, module, node)
            return True
        code, words = _REFUSED[nature]
        self._scan.problem(node, code, words.format(module=module, what=what))
        return False

    def _is_older(self, module: str) -> bool:
        """Is the package of the repository from before the first version that its substitute stands for?"""
        package = self._scan.workspace.package_of(self._scan.file.path) if module in OLDEST else None
        major = re.search(r"\d+", package.dependencies.get(module, "")) if package is not None else None
        return major is not None and int(major[0]) < OLDEST[module]

    def _tokens(self, imported: str, reference: SgNode) -> bool:
        """`jwt.sign(…)` and `jwt.verify(…)` become the library's own functions, which have to be awaited."""
        found = token_use(self._scan.file, imported, reference)
        if found is None:
            self._secret_of(call_around(reference))
            return False
        if found.secret is not None and self._is_written(found.secret):
            does = "signs" if found.signs else "verifies"
            self._scan.problem(found.secret, "CX803", f"{does} with a secret that is written in the code")
        self._scan.facts.replaced.append(Replaced(span_of(found.callee), found.text, None if found.plain else "errors"))
        if found.awaited is not None:
            self._scan.facts.awaited.append(span_of(found.awaited))
            self._scan.facts.effects.add(Effect.SIGNS)
        return True

    def _secret_of(self, call: SgNode | None) -> None:
        """Other calls of jsonwebtoken stay, but no secret goes along."""
        given = arguments(call) if call is not None else []
        if len(given) > 1 and (is_literal_text(self._scan.file, given[1]) or self._is_written(given[1])):
            self._scan.problem(given[1], "CX803", "signs or verifies with a secret that is written in the code")

    def _is_written(self, secret: SgNode) -> bool:
        """Does it hold a literal, for which no variable stands in?"""
        return writes_down(self._scan.workspace, self._scan.file.path, secret)

    def _prisma(self, imported: str, reference: SgNode) -> None:
        """Types and enums of the generated client, and its error class."""
        replaced = counterpart(self._scan.schema, imported, reference)
        if replaced is not None:
            self._scan.facts.replaced.append(replaced)
        else:
            self._scan.problem(reference, "CX105", f"uses `{outer_name(reference)}` of the Prisma client")

    def logger(self, reference: SgNode, expression: SgNode) -> None:
        """Loggers become the console, whose lines Convex keeps."""
        top = member_chain(reference)[-1]
        call = call_of(top)
        parts = member(top)
        method = parts[1] if parts is not None else ""
        console = _CONSOLE.get(method)
        if call is None or console is None or parts is None:
            self._scan.problem(reference, "CX105", f"uses the logger `{expression.text()}`")
            return
        self._scan.facts.replaced.append(Replaced(span_of(top), f"console.{console}"))


def _is_type(reference: SgNode) -> bool:
    """`Job`, or the namespace of `mail.Options`, where a type stands."""
    above = reference.parent()
    return reference.kind() == "type_identifier" or (above is not None and above.kind() == "nested_type_identifier")


def is_logger(module: str) -> bool:
    """Is it a logging package, or a part of one?"""
    return module.split("/")[0] in LOGGERS


def _is_used_whole(binding: Binding) -> bool:
    """`const slugify = require("slugify")`, which is called itself: the module's exports are its default."""
    found = binding.imported
    if found is None or found.style != "require" or found.imported != "*":
        return False
    return any(len(member_chain(reference)) == 1 for reference in binding.references)
