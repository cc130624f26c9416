"""The trainer's app: runs a storm, hears the desk on it, and shows both."""

from __future__ import annotations

from desk.serving.protocol import FromDesk
from tui.board import Board
from tui.frame import Frame
from tui.link import Link, LinkState
from tui.screens.trainer import Trainer


class TrainerApp(Frame):
    """A storm in the trainer's hands; `link` is the wire to the desk that is scored."""

    def __init__(self, board: Board, link: Link) -> None:
        super().__init__()
        self.board = board
        self.link = link
        self.trainer = Trainer(board)

    def get_default_screen(self) -> Trainer:
        return self.trainer

    def begin(self) -> None:
        """Let the storm go by its clock, and hear the desk."""
        self.run_worker(self.board.conductor.run(), name="storm")
        self.run_worker(self._listen(), name="listen")

    async def on_unmount(self) -> None:
        await self.link.close()

    async def _listen(self) -> None:
        async for message in self.link.messages():
            await self.hear(message)

    async def hear(self, message: FromDesk | LinkState) -> None:
        """Take in one message of the desk, and ask it for what lacks."""
        for request in self.board.hear(message):
            await self.link.send(request)
