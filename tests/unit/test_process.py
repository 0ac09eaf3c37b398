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
