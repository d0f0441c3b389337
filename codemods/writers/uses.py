"""Uses of other pieces, packages and framework code, as they are written from where a piece ends up."""

from __future__ import annotations

import re

from codemods.planner.facts import PieceUse, Replaced, Style
from codemods.planner.pieces import CONSTANTS
from codemods.planner.running.floating import LOGGED, catches_all, gives_promise, is_floating, left_alone, may_fail
from codemods.planner.stored.clients import argument_at, stray_clients
from codemods.source import Edit, Span, span_of
from codemods.writers.acting.bridges import cross
from codemods.writers.callbacks import as_callback
from codemods.writers.placement import SERVER
from codemods.writers.shifting import indent_unit
from codemods.writers.splice import Splice, is_shorthand, names_in
from codemods.writers.waiting import Waiting


class UseWriter:
    """Writes what one piece refers to."""

    def __init__(self, splice: Splice) -> None:
        self._splice = splice

    def write(self) -> None:
        for use in self._splice.facts.uses:
            if use.style is Style.SETUP:
                self._load(use)
            else:
                self._use(use)
        self._splice.edits += [Edit.delete(span) for span in self._splice.facts.dropped]
        waiting = Waiting(self._splice)
        for call in self._splice.facts.awaited:
            waiting.wait(call)
        waiting.turn()
        for stray in stray_clients(
            self._splice.file,
            self._splice.piece.node,
            self._splice.facts.client,
            self._splice.facts.queries,
            self._splice.clients,
        ):
            self._splice.problem("CX105", f"passes the database client `{stray.text()}` on", span_of(stray))
        self._packages()
        self._replacements()

    def _load(self, use: PieceUse) -> None:
        """What sets a package up for everyone runs when its module is loaded."""
        module = self._splice.context.placement.module(use.target)
        if module != self._splice.module:
            self._splice.bring(f"convex:{module}", "")

    def _use(self, use: PieceUse) -> None:
        closure = self._splice.context.closure
        if use.target in closure.bridges and self._splice.piece.key in closure.actions:
            cross(self._splice, use)
            return
        target = closure.piece(use.target)
        name, module = self._splice.context.placement.name(target), self._splice.context.placement.module(use.target)
        name = name if use.declared in ("", target.name) else use.declared
        here = module == self._splice.module
        if use.style is Style.DIRECT:
            self._direct(use, name, module, here)
        else:
            self._through_namespace(use, name, module, here)
        waits = self._waits_now(use)
        if closure.needs_context(use.target):
            self._pass_context(use, waits)
        if closure.turns_async(use.target):
            if use.call is None:
                text = f"`{self._splice.file.slice(use.span)}`, which now has to be awaited, is passed on as a value"
                self._splice.problem("CX210", text, use.span)
            elif not waits:
                Waiting(self._splice).wait(use.call)

    def _waits_now(self, use: PieceUse) -> bool:
        """`send(mail);` → `await send(mail).catch(console.error);`: an action drops what it does not wait for."""
        closure, file = self._splice.context.closure, self._splice.file
        answers = use.target in self._splice.context.delegates
        if use.call is None or answers or self._splice.piece.kind in CONSTANTS:
            return False
        in_action = closure.acts(use.target) or self._splice.piece.key in closure.actions
        target = closure.piece(use.target).node
        if not in_action or not is_floating(file, use.call, self._splice.facts.returned):
            return False
        if not gives_promise(self._splice.context.workspace, use.target.file, target):
            return False
        alone = left_alone(file, use.call)
        if alone is None:
            text = f"`{file.slice(use.span)}` is called and not awaited"
            self._splice.problem("CX209", text, use.span)
            return True
        Waiting(self._splice).wait(span_of(alone))
        if may_fail(alone) and not (catches_all(target) and span_of(alone) == use.call):
            self._splice.edits.append(Edit.insert(span_of(alone).end, LOGGED))
        return True

    def _direct(self, use: PieceUse, name: str, module: str, here: bool) -> None:
        if here:
            if use.local != name:
                self._rename(use.span, use.local, name)
            return
        local = use.local
        if local in self._own_names():
            stem = module.rsplit("/", 1)[-1]
            local = f"{local}Of{stem[:1].upper()}{stem[1:]}"
            self._rename(use.span, use.local, local)
        self._splice.bring(f"convex:{module}", name, local if local != name else "", use.type_only)

    def _own_names(self) -> set[str]:
        """What the module itself exports, which no import may be called."""
        placement = self._splice.context.placement
        return {name for key, name in placement.names.items() if placement.module(key) == self._splice.module}

    def _rename(self, span: Span, local: str, name: str) -> None:
        shorthand = is_shorthand(self._splice.file, span)
        self._splice.edits.append(Edit.replace(span, f"{local}: {name}" if shorthand else name))

    def _through_namespace(self, use: PieceUse, name: str, module: str, here: bool) -> None:
        if here:
            text = name
            if self._declares(name):
                self._splice.problem("CX107", f"`{name}` is also a local name", use.span)
        else:
            alias = _alias(self._splice.file.slice(use.span)) or module.rsplit("/", 1)[-1]
            if self._declares(alias) or alias in self._own_names():
                alias = f"{alias}Model"
            self._splice.bring(f"convex:{module}", "*", alias)
            text = f"{alias}.{name}"
        if self._splice.file.slice(use.span) != text:
            self._splice.edits.append(Edit.replace(use.span, text))

    def _declares(self, name: str) -> bool:
        """Is there a local declaration of that name inside the piece, which stays?"""
        return any(
            binding.name == name and not any(gone.holds(span_of(binding.node)) for gone in self._splice.facts.dropped)
            for binding in self._splice.file.bindings.declared_in(self._splice.piece.node)
            if not binding.is_top_level
        )

    def _pass_context(self, use: PieceUse, waits: bool) -> None:
        """`waits` says that a call of which the source did not wait for the end is waited for now."""
        if self._splice.piece.kind in CONSTANTS:
            text = f"`{self._splice.piece.name}` reaches the database by `{self._splice.file.slice(use.span)}`"
            self._splice.problem("CX105", text, use.span)
            return
        if use.call is None:
            self._pass_on(use)
            return
        waits = waits or self._splice.context.closure.turns_async(use.target)
        if not waits and is_floating(self._splice.file, use.call, self._splice.facts.returned):
            text = f"`{self._splice.file.slice(use.span)}` is called and not awaited"
            self._splice.problem("CX209", text, use.span)
        call = self._splice.file.slice(Span(use.span.end, use.call.end))
        opening = use.span.end + call.index("(") + 1
        empty = self._splice.file.text[opening : use.call.end - 1].strip() == ""
        client = self._splice.context.closure.facts(use.target).client
        dropped = argument_at(self._splice.piece.node, use.call, client) if client is not None else None
        if dropped is not None:
            self._splice.clients.append(dropped)
            self._splice.edits.append(Edit.delete(dropped))
            empty = not (
                self._splice.file.text[opening : dropped.start] + self._splice.file.text[dropped.end : use.call.end - 1]
            ).strip()
        empty = empty and not self._splice.context.closure.facts(use.target).receiver
        given = self._splice.ctx if empty else f"{self._splice.ctx}, "
        line = _LINE_BREAK.match(self._splice.file.text, opening)
        if line is not None and not empty:
            given = f"{line[0]}{self._splice.ctx},"
        self._splice.edits.append(Edit.insert(opening, given))

    def _pass_on(self, use: PieceUse) -> None:
        """`ids.map(load)` → `ids.map((id) => load(ctx, id))`: a function that is handed on brings its `ctx` along."""
        closure = self._splice.context.closure
        target = closure.piece(use.target)
        callback = as_callback(self._splice.file, use.span, target.node, self._splice.ctx)
        if callback is None or closure.facts(use.target).client is not None:
            self._splice.problem("CX210", f"`{self._splice.file.slice(use.span)}` is passed on as a value", use.span)
            return
        head, given, bound = callback
        passed = ", ".join([self._splice.ctx, *given])
        self._splice.edits.append(Edit.insert(use.span.start, head))
        self._splice.edits.append(Edit.replace(Span(use.span.end, bound), f"({passed})"))

    def _packages(self) -> None:
        for use in self._splice.facts.packages:
            local = use.local if use.local != use.imported or use.imported in ("default", "*") else ""
            self._splice.bring(use.module, use.imported, local, use.type_only)
            if use.module.startswith("convex:lib/"):
                self._splice.written.runtime.add(use.imported)

    def _environment(self) -> str:
        """The local name of `env`, which the source may use for something of its own."""
        local = "convexEnv" if "env" in names_in(self._splice.file) or "env" in self._own_names() else "env"
        self._splice.bring(SERVER, "env", local if local != "env" else "")
        return local

    def _secret(self, replaced: Replaced) -> None:
        """A secret that must be set: where it is read, or a property of an object that says so when it is asked for."""
        key, _, name = replaced.text.rpartition("=")
        text = f'{self._splice.library("requireEnv")}({self._environment()}.{name}, "{name}")'
        text = f"{replaced.name}: {text}" if replaced.name is not None else text
        if key:
            unit = indent_unit(self._splice.file)
            base = self._splice.file.indent_at(replaced.span.start)
            text = f"get {key}() {{\n{base}{unit}return {text};\n{base}}}"
        self._splice.edits.append(Edit.replace(replaced.span, text))

    def _replacements(self) -> None:
        self._splice.written.env |= self._splice.facts.variables
        for replaced in self._splice.facts.replaced:
            module = replaced.module
            if module is None:
                self._splice.edits.append(Edit.replace(replaced.span, replaced.text))
                continue
            if module == "env":
                self._splice.edits.append(Edit.replace(replaced.span, replaced.text.format(env=self._environment())))
            elif module == "secret":
                self._secret(replaced)
            elif module == "library":
                self._splice.edits.append(Edit.replace(replaced.span, f"{self._splice.library(replaced.text)}("))
            elif module == "call":
                self._splice.edits.append(Edit.insert(replaced.span.start, f"{self._splice.library(replaced.text)}("))
            elif module == "errors":
                self._splice.edits.append(Edit.replace(replaced.span, self._splice.library(replaced.text)))
            elif module.startswith("table:"):
                self._splice.bring(f"row:{module.removeprefix('table:')}", replaced.name or "", "", True)
            elif module.startswith(("new:", "changes:", "row:")):
                local = replaced.text if replaced.text not in names_in(self._splice.file) else f"Convex{replaced.text}"
                self._splice.edits.append(Edit.replace(replaced.span, f"{local}{replaced.name or ''}"))
                self._splice.bring(module, local, "", True)
            else:
                self._splice.bring(self._splice.context.enums_module, replaced.name or "", "", replaced.type_only)


_LINE_BREAK = re.compile(r"\r?\n[ \t]*")
"""What stands before arguments that have lines of their own."""
_STEP = re.compile(r"([A-Za-z_$][\w$]*)\W*$")
_MADE = re.compile(r"(?:new\s+)?([A-Za-z_$][\w$]*)")


def _alias(expression: str) -> str:
    """What a module is called for `users` of `users.list`, `Users` of `new Users(db).list`: the source's own word."""
    holder = expression.rpartition(".")[0]
    if holder.endswith(")"):
        made = _MADE.match(holder)
        return made[1] if made is not None else ""
    last = _STEP.search(holder)
    return last[1] if last is not None and last[1] not in ("this", "super") else ""
