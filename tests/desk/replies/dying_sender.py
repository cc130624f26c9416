"""Desks that die in the middle of sending a reply over a network: run as processes of their own.

python -m tests.desk.replies.dying_sender FOLDER URL STEP…: for each step a desk with its store in
FOLDER/STEP hears twelve people, lets ann answer the first from an account that is switched on at
URL, and dies by SIGKILL before or after the commit of that number since she pressed the key (the
reply as queued, as sending, as sent), or, at a step of the `server`, when the platform kills it.
Prints a line for each: the step and the signal.
"""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

from desk.store import Commit, Store
from tests.desk.channels.pretend import live_at
from tests.desk.replies.bench import Bench, built_in, ground
from tests.desk.replies.dying_desk import TEXT, die


def answer(folder: Path, url: str, step: str) -> None:
    """Answer somebody, and die at the step."""
    when, _, number = step.partition("-")
    bench = Bench(data=folder / step)
    bench.people(["no power in Alderton"] * 12, account="Power")
    commits = 0
    commit = Store.commit

    def counting(store: Store, batch: Commit) -> None:
        nonlocal commits
        commits += 1
        if when == "before" and commits == int(number):
            die()
        commit(store, batch)
        if when == "after" and commits == int(number):
            die()

    setattr(Store, "commit", counting)  # noqa: B010  mypy wants no method replaced
    bench.send(bench.case(), TEXT)
    asyncio.run(bench.deliver_by(live_at(url)))


def main(folder: Path, url: str, steps: list[str]) -> None:
    built_in()
    ground()
    for step in steps:
        pid = os.fork()  # one start of Python, and of the rules, for all of them
        if not pid:
            answer(folder, url, step)
            os._exit(0)
        _, status = os.waitpid(pid, 0)
        sys.stdout.write(f"{step} {os.WTERMSIG(status)}\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], sys.argv[3:])
