"""The .gitignore files of a tree, root and nested, read without git."""

from __future__ import annotations

from dataclasses import dataclass

from pathspec import GitIgnoreSpec


@dataclass(frozen=True, slots=True)
class Ignores:
    """The ignore rules in force in one directory: its own .gitignore first, then those of its ancestors."""

    layers: tuple[tuple[str, GitIgnoreSpec], ...] = ()

    def entered(self, directory: str, gitignore: str | None) -> Ignores:
        """The rules in force inside `directory` (its path ends with "/", or is "" for the root)."""
        if gitignore is None:
            return self
        spec = GitIgnoreSpec.from_lines(_usable(gitignore))
        return Ignores(((directory, spec), *self.layers))

    def match(self, path: str, is_directory: bool) -> bool:
        """True when git would ignore `path`: the innermost file that says anything about it decides."""
        subject = f"{path}/" if is_directory else path
        for directory, spec in self.layers:
            verdict = spec.check_file(subject[len(directory) :]).include
            if verdict is not None:
                return verdict
        return False


def _usable(gitignore: str) -> list[str]:
    """The lines that are valid patterns: git passes over the others without a word, and so does this."""
    return [line for line in gitignore.splitlines() if _is_valid(line)]


def _is_valid(line: str) -> bool:
    try:
        GitIgnoreSpec.from_lines([line])
    except ValueError:
        return False
    return True
