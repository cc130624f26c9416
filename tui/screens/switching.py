"""Storm mode, wherever it can be switched: asked once, since the whole desk has it."""

from __future__ import annotations

from desk.serving.case_messages import SetMode
from tui.screens.asking import AskScreen
from tui.screens.attached import Attached

STORM_QUESTION = (
    "Switch the whole desk to storm mode?\n\n"
    "Everybody sees it: dangers and people at risk come first, replies are those for a storm, and"
    " what can wait is left for later. The key S ends it."
)
CALM_QUESTION = (
    "Switch the whole desk back to calm?\n\n"
    "Everybody sees it, and what was left for later comes into the queue again."
)


class Switching(Attached):
    """A screen with a key for storm mode."""

    def why_not(self, action: str, parameters: tuple[object, ...]) -> str | None:
        if action == "storm" and self.now.link.state != "connected":
            return "the desk is not there now: its mode stays as it is"
        if action == "storm" and self.now.status is None:
            return "the desk has not said so far which mode it is in"
        return super().why_not(action, parameters)

    def action_storm(self) -> None:
        storm = self.now.storm
        question = CALM_QUESTION if storm else STORM_QUESTION

        def answered(yes: bool | None) -> None:
            if yes:
                mode = SetMode("calm" if storm else "storm", self.desk.agent)
                self.run_worker(self.desk.link.send(mode))

        self.app.push_screen(AskScreen(question), answered)
