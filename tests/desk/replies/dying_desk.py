"""Desks that kill themselves in the middle of sending a reply: run as processes of their own.

python -m tests.desk.replies.dying_desk FOLDER STEP…: for each step a desk with its store in
FOLDER/STEP hears twelve people, lets ann answer the first, and dies by SIGKILL before or after the
commit of that number since she pressed the key. The commits are: the reply as queued, as sending,
the record of the dry run, the reply as sent. Prints a line for each: the step, the signal, and
whether the reply was acknowledged.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path
from typing import NoReturn

from desk.store import Commit, Store
from tests.desk.replies.bench import Bench, built_in, ground

TEXT = "We know of it and crews are on it"


def die() -> NoReturn:
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError


def answer(folder: Path, step: str) -> None:
    """Answer somebody, and die at the step."""
    when, _, number = step.partition("-")
    bench = Bench(data=folder / step)
    bench.people(["no power in Alderton"] * 12)
    commits = 0
    commit = Store.commit

    def counting(store: Store, batch: Commit) -> None:
        nonlocal commits
        commits += 1
        if commits == int(number) and when == "before":
            die()
        commit(store, batch)
        if commits == int(number):
            die()

    setattr(Store, "commit", counting)  # noqa: B010  mypy wants no method replaced
    bench.send(bench.case(), TEXT)
    (folder / f"{step}.acknowledged").touch()
    asyncio.run(bench.deliver())


def main(folder: Path, steps: list[str]) -> None:
    built_in()
    ground()
    for step in steps:
        pid = os.fork()  # one start of Python, and of the rules, for all of them
        if not pid:
            answer(folder, step)
            os._exit(0)
        _, status = os.waitpid(pid, 0)
        acknowledged = (folder / f"{step}.acknowledged").exists()
        sys.stdout.write(f"{step} {os.WTERMSIG(status)} {acknowledged}\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
