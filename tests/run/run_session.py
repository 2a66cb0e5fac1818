"""One session of a run with slow models, as a process of its own, to be killed by a test.

Writes a line to a log for every episode begun: ``python run_session.py RUN LOG BUDGET REPEATS``.
"""

from __future__ import annotations

import signal
import sys
from pathlib import Path

from run_fakes import FakeModel, pair, run

from falloff.core import Reply, Request


class LoggedModel(FakeModel):
    """Says which probe it is asked, and which time, before it answers."""

    def __init__(self, model: FakeModel, role: str, log: Path) -> None:
        super().__init__(model.spec, skill=model.skill, seconds=0.004, concurrency=4)
        self.role = role
        self.log = log

    async def reply(self, request: Request) -> Reply:
        if not any(message.role == "assistant" for message in request.messages):
            with self.log.open("a") as log:
                log.write(f"{self.role} {request.conversation} {request.repeat}\n")
        return await super().reply(request)


def main(path: str, log: str, budget: str, repeats: str) -> None:
    # Whoever started the tests in the background may have had SIGINT ignored, which is inherited.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    models = {role: LoggedModel(model, role, Path(log)) for role, model in pair().items()}
    run(Path(path), models, budget=int(budget), repeats=int(repeats))


if __name__ == "__main__":
    main(*sys.argv[1:])
