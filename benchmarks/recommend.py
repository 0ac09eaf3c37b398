"""A recommendation with its flips: at most 100 ms, and 1.5 times `copier --version`.

.venv/bin/python benchmarks/recommend.py [RUNS]
"""

import statistics
import sys
import time

from _together import BIN, in_turn, report

from selector.template.questionnaire import Questionnaire
from selector.template.source import PackageTree

MOST = 1.5
MOST_SECONDS = 0.1


def inside(runs: int) -> float:
    """Give the median time of one explanation with all its flips."""
    questionnaire = Questionnaire(PackageTree())
    given = questionnaire.answer({"use_case": "data_driven_app", "size": "large"}).given
    answers = {key: given[key] for key in questionnaire.criteria}
    times = []
    for _ in range(runs + 1):
        start = time.perf_counter()
        questionnaire.decision.recommend(answers)
        times.append(time.perf_counter() - start)
    return statistics.median(times[1:])


def main() -> int:
    """Measure, print, and give the exit code."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 7
    seconds = inside(runs)
    print(f"recommendation with single flips   {seconds * 1000:6.1f} ms in the process")
    failed = report(
        in_turn(
            {
                "copier --version": [BIN / "copier", "--version"],
                "trivet recommend --defaults": [
                    BIN / "trivet",
                    "recommend",
                    "--defaults",
                ],
            },
            runs,
        ),
        "copier --version",
        MOST,
    )
    return max(failed, int(seconds > MOST_SECONDS))


if __name__ == "__main__":
    sys.exit(main())
