"""Measure whole processes in turn, so that a busy machine slows all of them alike."""

import os
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

BIN = Path(sys.executable).parent
GIT_AUTHOR = ("-c", "user.name=x", "-c", "user.email=x@example.org")

Command = Sequence[str | Path]


@dataclass
class Times:
    """Seconds of each run: on the clock, and of processors with all child processes."""

    wall: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)


def measure_in_turn(
    commands: Mapping[str, Command],
    runs: int,
    prepare: Callable[[], None] = lambda: None,
) -> dict[str, Times]:
    """Run each command once to warm up, then `runs` times, one after the other."""
    # Python keeps compiled modules, as it does for users.
    environment = {
        k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"
    }
    times = {name: Times() for name in commands}
    for turn in range(runs + 1):
        for name, command in commands.items():
            prepare()
            cpu, start = _children_cpu(), time.perf_counter()
            done = subprocess.run(
                [str(word) for word in command],
                env=environment,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                check=False,
            )
            if done.returncode:
                sys.exit(f"{name} failed: {done.stderr}")
            if turn:
                times[name].wall.append(time.perf_counter() - start)
                times[name].cpu.append(_children_cpu() - cpu)
    return times


def _children_cpu() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def report(
    times: Mapping[str, Times], limits: Mapping[str, tuple[str, float | None]]
) -> int:
    """Print medians, and ratios with their limits; return 1 if one is exceeded.

    limits  for each name, what it is compared with, and the largest ratio if any
    """
    exceeded = 0
    for name, time_ in times.items():
        wall, cpu = statistics.median(time_.wall), statistics.median(time_.cpu)
        line = f"{name:34} {wall:6.2f} s, processor {cpu:6.2f} s"
        if name in limits:
            base, limit = limits[name]
            wall_ratio, cpu_ratio = (
                statistics.median(a / b for a, b in zip(one, other, strict=True))
                for one, other in (
                    (time_.wall, times[base].wall),
                    (time_.cpu, times[base].cpu),
                )
            )
            line += f"; {wall_ratio:.2f} ({cpu_ratio:.2f}) of {base}"
            line += f", at most {limit}" if limit else ""
            if limit and wall_ratio > limit:
                line += "  EXCEEDED"
                exceeded = 1
        print(line)
    return exceeded


def git(*words: str | Path, cwd: Path) -> None:
    """Run git as some author."""
    command = ["git", *GIT_AUTHOR, "-c", "commit.gpgSign=false", *map(str, words)]
    subprocess.run(command, cwd=cwd, check=True, capture_output=True)
