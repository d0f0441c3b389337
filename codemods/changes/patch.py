"""A change set as a patch in git's format: `git apply` makes exactly the bytes that an apply would write.

The format is that of `git diff` (https://git-scm.com/docs/diff-format), with full blob ids, so that
`git apply --3way` can merge into a tree that has moved on.
"""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha1

from codemods.changes.changeset import FileChange
from codemods.changes.diff import Hunk, as_text, hunks_of, similarity

NO_BLOB = "0" * 40
_ESCAPES = {7: "a", 8: "b", 9: "t", 10: "n", 11: "v", 12: "f", 13: "r", 34: '"', 92: "\\"}


def git_patch(files: Iterable[FileChange], prefix: str = "") -> bytes:
    """The patch for these changes; `prefix` leads from the repository's top to the root of the paths ("" or "x/")."""
    return b"".join(_file_patch(change, prefix) for change in files)


def quoted(path: str) -> str:
    """A path as git writes it: in quotes with octal escapes where it has control or non-ASCII characters."""
    data = path.encode("utf-8", "surrogateescape")
    text = "".join(_escape(byte) for byte in data)
    return path if text == path else f'"{text}"'


def _escape(byte: int) -> str:
    if byte in _ESCAPES:
        return "\\" + _ESCAPES[byte]
    return chr(byte) if 32 <= byte < 127 else f"\\{byte:03o}"


def _file_patch(change: FileChange, prefix: str) -> bytes:
    old = prefix + (change.from_path or change.path)
    new = prefix + change.path
    found = hunks_of(change)
    lines = [f"diff --git {quoted('a/' + old)} {quoted('b/' + new)}", *_extended(change, old, new)]
    if found:
        lines.append(f"--- {_side('a/' + old) if change.before is not None else '/dev/null'}")
        lines.append(f"+++ {_side('b/' + new) if change.after is not None else '/dev/null'}")
    head = "".join(line + "\n" for line in lines)
    return (head + "".join(_hunk_text(hunk) for hunk in found)).encode("utf-8", "surrogateescape")


def _extended(change: FileChange, old: str, new: str) -> list[str]:
    """The header lines between `diff --git` and the hunks."""
    mode = "100755" if change.mode & 0o100 else "100644"
    ids = f"index {_blob(change.before)}..{_blob(change.after)}"
    match change.action:
        case "create":
            return [f"new file mode {mode}", ids]
        case "delete":
            return [f"deleted file mode {mode}", ids]
        case "modify":
            return [f"{ids} {mode}"]
        case "rename":
            same = similarity(as_text(change.before), as_text(change.after))
            names = [f"similarity index {same}%", f"rename from {quoted(old)}", f"rename to {quoted(new)}"]
            return names if change.before == change.after else [*names, f"{ids} {mode}"]


def _blob(data: bytes | None) -> str:
    if data is None:
        return NO_BLOB
    return sha1(b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest()


def _side(path: str) -> str:
    """A name on a `---` or `+++` line, where git ends one that holds a space with a tab."""
    name = quoted(path)
    return f"{name}\t" if " " in name and not name.startswith('"') else name


def _hunk_text(hunk: Hunk) -> str:
    lines = [f"{hunk.heading}\n"]
    for line in hunk.lines:
        ended = line.text.endswith("\n")
        lines.append(line.sign + line.text + ("" if ended else "\n\\ No newline at end of file\n"))
    return "".join(lines)
