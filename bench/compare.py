"""A dry run of a large repository against parsing alone and against one `ast-grep` rule, side by side in one run."""

import argparse
import os
import sys
import sysconfig
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from tree import write_tree

HERE = Path(__file__).parent
SCRIPTS = Path(sysconfig.get_path("scripts"))
MEGABYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Run:
    """Wall time and peak memory of one process."""

    seconds: float
    megabytes: float


def commands(root: Path) -> dict[str, list[str]]:
    return {
        "parse only": [sys.executable, str(HERE / "parse_only.py"), str(root)],
        "ast-grep scan, one rule": [str(SCRIPTS / "ast-grep"), "scan", "--rule", str(HERE / "rule.yml"), str(root)],
        "convexify migrate, dry run": [str(SCRIPTS / "convexify"), "migrate", str(root), "--format", "json"],
    }


def measure(command: list[str]) -> Run:
    """Runs the command to its end with its output thrown away; exits with a message when it fails."""
    started = time.perf_counter()
    null = os.open(os.devnull, os.O_WRONLY)
    process = os.posix_spawn(command[0], command, os.environ, file_actions=[(os.POSIX_SPAWN_DUP2, null, 1)])
    _, status, usage = os.wait4(process, 0)
    os.close(null)
    if status != 0:
        sys.exit(f"{' '.join(command)} failed with exit code {os.waitstatus_to_exitcode(status)}")
    unit = 1 if sys.platform == "darwin" else 1024
    return Run(time.perf_counter() - started, usage.ru_maxrss * unit / MEGABYTE)


def best(runs: list[Run]) -> Run:
    return Run(min(run.seconds for run in runs), max(run.megabytes for run in runs))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=1500, help="size of the generated repository")
    parser.add_argument("--rounds", type=int, default=3, help="runs of each command; the fastest counts")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        files = write_tree(Path(folder), options.files)
        size = sum(path.stat().st_size for path in files) / MEGABYTE
        print(f"{len(files)} files, {size:.1f} MB; fastest of {options.rounds} runs\n")
        table = commands(Path(folder))
        runs: dict[str, list[Run]] = {name: [] for name in table}
        for _ in range(options.rounds):
            for name, command in table.items():
                runs[name].append(measure(command))
    report({name: best(each) for name, each in runs.items()})


def report(results: dict[str, Run]) -> None:
    base = results["parse only"].seconds
    width = max(map(len, results))
    print(f"{'':{width}}   seconds  x parse only    peak MB")
    for name, run in results.items():
        print(f"{name:{width}}  {run.seconds:8.2f}  {run.seconds / base:12.2f}  {run.megabytes:9.0f}")


if __name__ == "__main__":
    main()
