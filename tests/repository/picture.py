"""Record a run of `trivet recommend` as the picture in the README.

`uv run python -m tests.repository.picture` answers the questions in tmux, and saves the
final screen as SVG.
"""

import os
import re
import shlex
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from io import StringIO
from pathlib import Path
from typing import Any

from rich._export_format import CONSOLE_SVG_FORMAT
from rich.console import Console
from rich.terminal_theme import SVG_EXPORT_THEME
from rich.text import Text

from selector.template.questionnaire import Prompt, Questionnaire
from selector.template.source import PackageTree
from tests.conftest import ROOT

PICTURE = ROOT / "docs" / "recommend.svg"

# One developer, one week: see tests/cases.
ANSWERS: Mapping[str, Any] = {
    "use_case": "small_web_app",
    "size": "small",
    "load": "modest",
    "experience": "knows_django",
    "priority": "time_to_market",
    "features": ["accounts", "admin", "pages", "mail"],
}

COLUMNS, LINES = 80, 70
TIMEOUT = 30  # seconds
PAUSE = 0.5  # seconds until a list of choices accepts keys


def find_keys() -> Iterator[tuple[str, list[str]]]:
    """Yield each question with the keys that answer it."""
    asked: list[Prompt] = []

    def ask(prompt: Prompt) -> object:
        asked.append(prompt)
        return ANSWERS.get(prompt.name, prompt.default)

    known = {"known_framework": "none", "project_name": "My Service"}
    Questionnaire(PackageTree()).answer(known, ask, until="features")
    for prompt in asked:
        answer = ANSWERS.get(prompt.name, prompt.default)
        values = [choice.value for choice in prompt.choices]
        question = prompt.message.partition("?")[0]
        if prompt.multiselect:
            keys: list[str] = []
            for value in values:
                if (value in answer) != (value in prompt.default):
                    keys.append("Space")
                keys.append("Down")
            yield question, [*keys, "Enter"]
        else:
            steps = values.index(answer) - values.index(prompt.default)
            yield question, [*["Down" if steps > 0 else "Up"] * abs(steps), "Enter"]


class Terminal:
    """A terminal in a separate server of tmux."""

    def __init__(self) -> None:
        self.tmux = ["tmux", "-L", f"record-{os.getpid()}", "-f", os.devnull]
        bin_folder = shlex.quote(str(Path(sys.executable).parent))
        shell = f"env PS1='$ ' PATH={bin_folder}:$PATH TERM=screen-256color sh"
        size = ["-x", str(COLUMNS), "-y", str(LINES)]
        self("new-session", "-d", *size, shell)

    def __call__(self, *command: str) -> str:
        """Run a command of tmux."""
        return subprocess.run(
            [*self.tmux, *command], check=True, capture_output=True, text=True
        ).stdout

    def wait_for(self, text: str) -> None:
        """Wait until the screen contains a text."""
        end = time.monotonic() + TIMEOUT
        while text not in self("capture-pane", "-p"):
            if time.monotonic() > end:
                sys.exit(f"{text!r} did not appear:\n{self('capture-pane', '-p')}")
            time.sleep(0.05)

    def press(self, *keys: str) -> None:
        """Press keys."""
        self("send-keys", *keys)


def record_screen() -> str:
    """Run the command, and return the final screen with its colours."""
    terminal = Terminal()
    try:
        terminal.wait_for("$")
        terminal.press("trivet recommend", "Enter")
        for question, keys in find_keys():
            terminal.wait_for(f"? {question}")
            time.sleep(PAUSE)
            terminal.press(*keys)
        terminal.wait_for("Based on")
        time.sleep(PAUSE)
        screen = terminal("capture-pane", "-p", "-e")
    finally:
        terminal("kill-server")
    return re.sub(r"\n\$\s*$", "\n", screen)


def draw_svg(screen: str) -> str:
    """Return a screen as SVG, without the fonts that rich would download."""
    out = Console(record=True, width=COLUMNS, file=StringIO())
    out.print(Text.from_ansi(screen.rstrip()))
    svg = out.export_svg(
        title="trivet recommend",
        theme=SVG_EXPORT_THEME,
        code_format=re.sub(
            r"@font-face \{\{.*?\}\}\n", "", CONSOLE_SVG_FORMAT, flags=re.DOTALL
        ),
        unique_id="trivet",
    )
    return re.sub(r"[ \t]+$", "", svg, flags=re.MULTILINE)


if __name__ == "__main__":
    PICTURE.write_text(draw_svg(record_screen()), "utf-8")
