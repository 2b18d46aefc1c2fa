"""Ends every server of a test run and removes its folder, even if the run itself was killed.

Runs beside the tests as a process of its own and waits for its standard input to close, which the kernel does for
whoever dies. Knows the servers by the `server.pid` files in the sandbox's folders.
"""

import shutil
import sys
from pathlib import Path

import psutil


def end_tree(pid: int) -> None:
    """Kill a process and all its descendants; the parent first, so that it starts no more of them."""
    try:
        parent = psutil.Process(pid)
        family = [parent, *parent.children(recursive=True)]
    except psutil.NoSuchProcess:
        return
    for process in family:
        try:
            process.kill()
        except psutil.NoSuchProcess:
            continue
    psutil.wait_procs(family, timeout=10)


def main(base: Path) -> None:
    sys.stdin.read()
    for pid_file in base.glob("*/server.pid"):
        end_tree(int(pid_file.read_text()))
    shutil.rmtree(base, ignore_errors=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
