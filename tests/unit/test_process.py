import sys

import pytest

from selector import git, process
from selector.errors import UserError


def test_the_output_is_returned_without_surrounding_space() -> None:
    assert process.run(sys.executable, "-c", "print(' 1 ')").check_output() == "1"


def test_a_failure_names_the_program_and_what_it_said() -> None:
    with pytest.raises(UserError, match=r"^git failed: .*nonsense"):
        git.run("nonsense").check_output()
    with pytest.raises(UserError, match=r"^no-such-program failed: .* not installed$"):
        process.run("no-such-program").check_output()


@pytest.mark.parametrize(
    ("lines", "summary"),
    [
        ([], "exit code 2"),
        (["first", "last", ""], "last"),
        (
            [
                "error: Failed to fetch `x`",
                "  Caused by: retries",
                "  Caused by: refused",
            ],
            "Failed to fetch `x`: refused",
        ),
    ],
)
def test_an_error_is_summarized_in_one_line(lines: list[str], summary: str) -> None:
    assert process.Result(2, "", "\n".join(lines)).error_summary == summary
