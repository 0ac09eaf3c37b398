import pytest
from structlog.testing import capture_logs

from app.unit_of_work import UnitOfWork

pytestmark = pytest.mark.usefixtures("context")


def test_callbacks_run_once_after_the_commit_also_if_one_fails() -> None:
    names: list[str] = []

    def fail() -> None:
        raise OSError

    unit_of_work = UnitOfWork()
    unit_of_work.after_commit(fail)
    unit_of_work.after_commit(lambda: names.append("done"))
    assert not names
    with capture_logs() as logs:
        for _ in range(2):
            unit_of_work.commit()
    assert names == ["done"]
    assert [entry["event"] for entry in logs] == ["after_commit_failed"]
