"""Measures whole processes in turn, so that a busy machine slows each of them alike."""

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

BIN = Path(sys.executable).parent

Command = Sequence[str | Path]


def in_turn(
    commands: Mapping[str, Command],
    runs: int,
    before: Callable[[], None] = lambda: None,
) -> dict[str, list[float]]:
    """Run each command once to warm up, then `runs` times, one after the other.

    Python keeps what it compiled, as it does for users.
    """
    keeps = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    seconds: dict[str, list[float]] = {name: [] for name in commands}
    for turn in range(runs + 1):
        for name, command in commands.items():
            before()
            start = time.perf_counter()
            done = subprocess.run(
                [str(word) for word in command],
                env=keeps,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                check=False,
            )
            if done.returncode:
                sys.exit(f"{name} failed: {done.stderr}")
            if turn:
                seconds[name].append(time.perf_counter() - start)
    return seconds


def report(seconds: Mapping[str, Sequence[float]], base: str, most: float) -> int:
    """Print medians and their ratio to the first; 1 where it is more than `most`."""
    medians = {name: statistics.median(times) for name, times in seconds.items()}
    worst = 0
    for name, median in medians.items():
        ratio = median / medians[base]
        spread = f"{min(seconds[name]):.2f} to {max(seconds[name]):.2f}"
        print(f"{name:34} {median:6.2f} s ({spread}) {ratio:5.2f} x")
        if name != base and ratio > most:
            print(f"  more than {most} times {base}")
            worst = 1
    return worst
