"""A handler that fails in the middle leaves nothing half written."""

import pytest

from tests.contract.client import PASSWORD, Person, code, problem
from tests.contract.conftest import Own
from tests.contract.differences import Habits

OTHER = "biscuits at five o'clock"


@pytest.mark.once
@pytest.mark.features("accounts", "api")
def test_a_reset_that_fails_half_way_changes_nothing(own: Own, habits: Habits) -> None:
    """The new password is written, then ending the tokens fails."""
    person = Person(own.service)
    person.join()
    person.sign_in()
    assert person.call("reset", email=person.email).status_code == 202
    reset = {"token": code(person.mail()), "password": OTHER}
    own.database.execute(habits.break_tokens)
    problem(person.call("reset/confirm", **reset), 500)
    own.database.execute("DROP TRIGGER broken")
    assert person.token(OTHER).status_code == 401
    assert person.token(PASSWORD).status_code == 200
    assert person.call("reset/confirm", **reset).status_code == 204
    assert person.token(OTHER).status_code == 200
