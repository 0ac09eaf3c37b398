"""The command on a real terminal."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

pty = pytest.importorskip("pty", reason="Windows has no such terminals")

TIMEOUT = 60


class Session:
    """One run of the command in a separate terminal."""

    def __init__(self, *arguments: str | Path, cwd: Path) -> None:
        self.ours, theirs = pty.openpty()
        os.set_blocking(self.ours, False)
        self.process = subprocess.Popen(
            [sys.executable, "-m", "selector", *map(str, arguments)],
            cwd=cwd,
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            env={**os.environ, "TERM": "xterm", "COLUMNS": "80", "LINES": "24"},
            start_new_session=True,
        )
        os.close(theirs)
        self.seen = ""

    def read(self) -> None:
        try:
            self.seen += os.read(self.ours, 65536).decode("utf-8", "replace")
        except BlockingIOError:
            time.sleep(0.02)
        except OSError:  # Linux reports a closed terminal as an error
            time.sleep(0.02)
        if self.seen.endswith("\x1b[6n"):  # asks for the position of the cursor
            os.write(self.ours, b"\x1b[1;1R")

    def wait_for(self, text: str) -> None:
        end = time.monotonic() + TIMEOUT
        while text not in self.seen:
            assert time.monotonic() < end, f"no {text!r} in {self.seen!r}"
            self.read()

    def press(self, keys: str) -> None:
        self.seen = ""
        os.write(self.ours, keys.encode())

    def end(self) -> int:
        end = time.monotonic() + TIMEOUT
        while self.process.poll() is None:
            assert time.monotonic() < end, self.seen
            self.read()
        self.read()
        os.close(self.ours)
        return self.process.returncode


@pytest.mark.slow
def test_ctrl_c_at_a_prompt_ends_with_130(template_repo: Path, tmp_path: Path) -> None:
    session = Session("new", "x", "--template", template_repo, cwd=tmp_path)
    session.wait_for("What is the service called?")
    session.press("\x03")
    session.wait_for("Nothing was written. Continue with:\r\n")
    assert session.end() == 130
    assert not list(tmp_path.iterdir())


@pytest.mark.slow
def test_a_recommendation_by_pressing_enter(tmp_path: Path) -> None:
    session = Session("recommend", cwd=tmp_path)
    for question in (
        "What are you building?",
        "How large will it be",
        "How much traffic",
        "Built-in parts, or libraries",
        "What does your team know best?",
        "What matters most to you?",
        "Which features does it need?",
    ):
        session.wait_for(question)
        time.sleep(0.2)
        session.press("\r")
    session.wait_for("Based on 1 of 7 questions.")
    assert session.end() == 0


@pytest.mark.slow
def test_an_answer_is_changed_before_anything_is_written(
    template_repo: Path, tmp_path: Path
) -> None:
    options = ("--template", template_repo, "--no-setup")
    data = ("known_framework=flask", "features=[]", "database=sqlite", "customise=no")
    pairs = [word for pair in data for word in ("--data", pair)]
    session = Session("new", "x", *options, *pairs, cwd=tmp_path)
    session.wait_for("What is the service called?")
    session.press("\r")
    for question, keys in {
        "What next?": "\x1b[B\r",  # down
        "Which answer?": "\r",
        "service called?": "yz\r",
    }.items():
        session.wait_for(question)
        time.sleep(0.2)
        session.press(keys)
    session.wait_for("What next?")
    time.sleep(0.2)
    assert not (tmp_path / "x").exists()
    session.press("\r")
    assert session.end() == 0
    assert (tmp_path / "x/README.md").read_text("utf-8").startswith("# Xyz\n")
