"""Compare `trivet recommend` with `copier --version`, and time its decision alone.

.venv/bin/python benchmarks/recommend.py [RUNS]
"""

import statistics
import sys
import time

from _measure import BIN, measure_in_turn, report

from selector.template.questionnaire import Questionnaire
from selector.template.source import PackageTree

VERSION, RECOMMEND = "copier --version", "trivet recommend --defaults"
LIMITS = {RECOMMEND: (VERSION, 1.0)}
MAX_DECISION_SECONDS = 0.1


def time_decision(runs: int) -> float:
    """Return the median seconds of one recommendation with all its flips."""
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
    """Measure, print, and return the exit code."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 7
    seconds = time_decision(runs)
    print(f"recommendation with single flips: {seconds * 1000:.1f} ms")
    commands = {
        VERSION: [BIN / "copier", "--version"],
        RECOMMEND: [BIN / "trivet", "recommend", "--defaults"],
    }
    exceeded = report(measure_in_turn(commands, runs), LIMITS)
    return max(exceeded, int(seconds > MAX_DECISION_SECONDS))


if __name__ == "__main__":
    sys.exit(main())
