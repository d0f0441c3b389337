"""An apply writes everything or nothing, and undo takes it back at whatever point it was stopped."""

import errno
import os
import stat
import sys
from pathlib import Path

import pytest
from builders import tree, write_tree

from codemods.changes import FileChange
from codemods.changes.apply import apply
from codemods.changes.disk import Disk
from codemods.changes.errors import (
    ChangedSinceApply,
    ChangedSincePlanning,
    ChangeError,
    LeavesRoot,
    NameTaken,
    NotWritable,
    UnfinishedApply,
    WriteFailed,
)
from codemods.changes.undo import undo

BEFORE = {
    "package.json": "{}\n",
    "src/users.ts": "users\n",
    "src/old/only.ts": "only\n",
    "src/old/deep/last.ts": "last\n",
    "src/kept.ts": "kept\n",
}
CHANGES = [
    FileChange("create", "convex/model/deep/new.ts", None, None, b"new\n"),
    FileChange("rename", "convex/users.ts", "src/users.ts", b"users\n", b"users 2\n", 0o640),
    FileChange("modify", "package.json", None, b"{}\n", b'{"a": 1}\n', 0o755),
    FileChange("delete", "src/old/only.ts", None, b"only\n"),
    FileChange("delete", "src/old/deep/last.ts", None, b"last\n"),
]


def before(root: Path) -> Path:
    write_tree(root, BEFORE)
    (root / "src/users.ts").chmod(0o640)
    (root / "package.json").chmod(0o755)
    (root / "src/old/only.ts").chmod(0o600)
    (root / "src/old").chmod(0o750)
    return root


def without_state(root: Path) -> dict[str, tuple[bytes | None, int]]:
    return {path: file for path, file in tree(root).items() if not path.startswith(".convexify")}


class Stop:
    """An observer that lets `steps` operations pass and then does something."""

    def __init__(self, steps: int, error: BaseException | None = None) -> None:
        self.left = steps
        self.error = error

    def __call__(self, operation: str, path: Path) -> None:
        self.left -= 1
        if self.left < 0:
            if self.error is None:
                os._exit(9)
            raise self.error


def killed(root: Path, steps: int, action: str = "apply") -> bool:
    """Run an apply or undo in a process that dies without any clean-up at the given step; False if it lived."""
    child = os.fork()
    if child == 0:
        disk = Disk(Stop(steps))
        if action == "apply":
            apply(root, CHANGES, disk)
        else:
            undo(root, disk=disk)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status) == 9


def steps_of(root: Path, action: str) -> int:
    """How many steps the action takes, counted in a process that is not stopped."""
    counter = Stop(10**6)
    disk = Disk(counter)
    if action == "apply":
        apply(root, CHANGES, disk)
    else:
        undo(root, disk=disk)
    return 10**6 - counter.left


def test_an_apply_writes_all_changes_with_their_permission_bits(tmp_path: Path) -> None:
    apply(before(tmp_path), CHANGES)
    state = without_state(tmp_path)
    assert {path: data for path, (data, _) in state.items() if data is not None} == {
        "convex/model/deep/new.ts": b"new\n",
        "convex/users.ts": b"users 2\n",
        "package.json": b'{"a": 1}\n',
        "src/kept.ts": b"kept\n",
    }
    assert state["convex/users.ts"][1] == 0o640
    assert state["package.json"][1] == 0o755


def test_folders_that_an_apply_empties_go(tmp_path: Path) -> None:
    apply(before(tmp_path), CHANGES)
    assert not (tmp_path / "src/old").exists()


def test_undo_restores_bytes_modes_and_folders(tmp_path: Path) -> None:
    start = tree(before(tmp_path))
    apply(tmp_path, CHANGES)
    done = undo(tmp_path)
    assert tree(tmp_path) == start
    assert done is not None
    assert "convex/users.ts" in done.paths


def test_nothing_to_write_leaves_no_trace(tmp_path: Path) -> None:
    start = tree(before(tmp_path))
    apply(tmp_path, [])
    assert tree(tmp_path) == start
    assert undo(tmp_path) is None


def test_undo_takes_back_one_apply_after_the_other(tmp_path: Path) -> None:
    start = tree(before(tmp_path))
    apply(tmp_path, CHANGES)
    first = without_state(tmp_path)
    apply(tmp_path, [FileChange("modify", "convex/users.ts", None, b"users 2\n", b"users 3\n", 0o640)])
    done = undo(tmp_path)
    assert done is not None and done.applies_left == 1
    assert without_state(tmp_path) == first
    undo(tmp_path)
    assert tree(tmp_path) == start


def test_the_owners_own_convexify_folder_stays(tmp_path: Path) -> None:
    write_tree(before(tmp_path), {".convexify/rules.yml": "mine\n"})
    start = tree(tmp_path)
    apply(tmp_path, CHANGES)
    undo(tmp_path)
    assert tree(tmp_path) == start


STEPS = 60


@pytest.mark.parametrize("step", range(STEPS))
def test_a_process_killed_at_any_step_of_an_apply_leaves_a_tree_that_undo_restores(step: int, tmp_path: Path) -> None:
    start = tree(before(tmp_path))
    killed(tmp_path, step)
    undo(tmp_path)
    assert tree(tmp_path) == start


@pytest.mark.parametrize("step", range(STEPS))
def test_an_undo_killed_at_any_step_can_be_run_again(step: int, tmp_path: Path) -> None:
    start = tree(before(tmp_path))
    apply(tmp_path, CHANGES)
    killed(tmp_path, step, "undo")
    undo(tmp_path)
    assert tree(tmp_path) == start


@pytest.mark.parametrize("action", ["apply", "undo"])
def test_the_steps_above_are_all_steps(action: str, tmp_path: Path) -> None:
    before(tmp_path)
    if action == "undo":
        apply(tmp_path, CHANGES)
    assert steps_of(tmp_path, action) <= STEPS


@pytest.mark.parametrize("step", range(0, STEPS, 3))
def test_an_apply_killed_during_a_second_apply_loses_only_the_second(step: int, tmp_path: Path) -> None:
    before(tmp_path)
    apply(tmp_path, [FileChange("create", "convex/first.ts", None, None, b"1\n")])
    start = without_state(tmp_path)
    if not killed(tmp_path, step):
        return
    if (tmp_path / ".convexify/state/0002").exists():
        undo(tmp_path)
    assert without_state(tmp_path) == start


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EIO])
@pytest.mark.parametrize("step", range(STEPS))
def test_a_failed_write_is_rolled_back_at_once(step: int, code: int, tmp_path: Path) -> None:
    start = tree(before(tmp_path))
    stop = Stop(step, OSError(code, os.strerror(code)))
    try:
        apply(tmp_path, CHANGES, Disk(stop))
    except WriteFailed as error:
        assert ("disk is full" in str(error)) == (code == errno.ENOSPC)
        assert tree(tmp_path) == start
    else:
        assert stop.left >= 0


def test_an_interrupt_is_rolled_back_at_once(tmp_path: Path) -> None:
    start = tree(before(tmp_path))
    with pytest.raises(KeyboardInterrupt):
        apply(tmp_path, CHANGES, Disk(Stop(25, KeyboardInterrupt())))
    assert tree(tmp_path) == start


def refused(root: Path, kind: type[ChangeError], *paths: str) -> None:
    """The apply is refused for these paths, and nothing is written."""
    start = tree(root)
    with pytest.raises(kind) as caught:
        apply(root, CHANGES)
    assert caught.value.paths == paths
    assert tree(root) == start


def test_a_file_that_changed_since_planning_stops_everything(tmp_path: Path) -> None:
    before(tmp_path)
    (tmp_path / "src/users.ts").write_text("changed\n")
    refused(tmp_path, ChangedSincePlanning, "src/users.ts")


def test_a_file_that_appeared_since_planning_stops_everything(tmp_path: Path) -> None:
    write_tree(before(tmp_path), {"convex/users.ts": "mine\n"})
    refused(tmp_path, ChangedSincePlanning, "convex/users.ts")


def test_a_change_at_the_last_moment_is_not_overwritten(tmp_path: Path) -> None:
    before(tmp_path)

    def meddle(operation: str, path: Path) -> None:
        if path.name == ".convexify-0.tmp" and operation == "write":
            (tmp_path / "src/users.ts").write_text("changed\n")

    with pytest.raises(ChangedSincePlanning):
        apply(tmp_path, CHANGES, Disk(meddle))
    assert not (tmp_path / "convex").exists()


def test_a_read_only_file_stops_everything(tmp_path: Path) -> None:
    before(tmp_path)
    (tmp_path / "package.json").chmod(stat.S_IRUSR)
    refused(tmp_path, NotWritable, "package.json")


def test_a_read_only_folder_stops_everything(tmp_path: Path) -> None:
    before(tmp_path)
    (tmp_path / "src/old/deep").chmod(0o555)
    refused(tmp_path, NotWritable, "src/old/deep/")
    (tmp_path / "src/old/deep").chmod(0o755)


def test_a_read_only_root_stops_everything(tmp_path: Path) -> None:
    before(tmp_path).chmod(0o555)
    refused(tmp_path, NotWritable, "./")
    tmp_path.chmod(0o755)


@pytest.mark.skipif(sys.platform == "win32", reason="links need privileges there")
def test_links_are_not_followed(tmp_path: Path) -> None:
    outside = write_tree(tmp_path / "outside", {"a.ts": "a\n"})
    root = before(tmp_path / "root")
    (root / "convex").symlink_to(outside)
    refused(root, LeavesRoot, "convex")
    assert tree(outside) == {"a.ts": (b"a\n", 0o644)}


def test_a_linked_file_is_not_replaced(tmp_path: Path) -> None:
    before(tmp_path)
    (tmp_path / "package.json").rename(tmp_path / "real.json")
    (tmp_path / "package.json").symlink_to("real.json")
    refused(tmp_path, LeavesRoot, "package.json")


def test_a_linked_state_folder_is_not_used(tmp_path: Path) -> None:
    root = before(tmp_path / "root")
    (tmp_path / "elsewhere").mkdir()
    (root / ".convexify").symlink_to(tmp_path / "elsewhere")
    refused(root, LeavesRoot, ".convexify")


@pytest.mark.parametrize("path", ["../out.ts", "/tmp/out.ts", "a/../../out.ts"])
def test_paths_outside_of_the_root_are_refused(path: str, tmp_path: Path) -> None:
    with pytest.raises(LeavesRoot):
        apply(tmp_path, [FileChange("create", path, None, None, b"x")])
    assert tree(tmp_path) == {}


def test_a_file_in_the_place_of_a_folder(tmp_path: Path) -> None:
    write_tree(before(tmp_path), {"convex": "a file\n"})
    refused(tmp_path, NameTaken, "convex")


def test_a_folder_in_the_place_of_a_file(tmp_path: Path) -> None:
    before(tmp_path)
    (tmp_path / "convex/users.ts").mkdir(parents=True)
    refused(tmp_path, NameTaken, "convex/users.ts")


def test_an_interrupted_apply_must_be_undone_first(tmp_path: Path) -> None:
    before(tmp_path)
    assert killed(tmp_path, 30)
    with pytest.raises(UnfinishedApply):
        apply(tmp_path, CHANGES)


def test_undo_refuses_when_a_file_was_changed_since(tmp_path: Path) -> None:
    before(tmp_path)
    apply(tmp_path, CHANGES)
    (tmp_path / "convex/users.ts").write_text("worked on\n")
    (tmp_path / "src/old").mkdir()
    (tmp_path / "src/old/only.ts").write_text("written anew\n")
    state = tree(tmp_path)
    with pytest.raises(ChangedSinceApply) as caught:
        undo(tmp_path)
    assert caught.value.paths == ("convex/users.ts", "src/old/only.ts")
    assert tree(tmp_path) == state


def test_a_forced_undo_overwrites_later_changes(tmp_path: Path) -> None:
    start = tree(before(tmp_path))
    apply(tmp_path, CHANGES)
    (tmp_path / "convex/users.ts").write_text("worked on\n")
    undo(tmp_path, force=True)
    assert tree(tmp_path) == start


def test_undo_accepts_files_that_their_owner_put_back(tmp_path: Path) -> None:
    start = tree(before(tmp_path))
    apply(tmp_path, CHANGES)
    (tmp_path / "convex/users.ts").unlink()
    (tmp_path / "package.json").write_text("{}\n")
    undo(tmp_path)
    assert tree(tmp_path) == start


def test_undo_leaves_folders_that_others_use(tmp_path: Path) -> None:
    before(tmp_path)
    apply(tmp_path, CHANGES)
    write_tree(tmp_path, {"convex/_generated/api.ts": "generated\n"})
    done = undo(tmp_path)
    assert done is not None and done.folders_left == ("convex",)
    assert (tmp_path / "convex/_generated/api.ts").read_text() == "generated\n"
