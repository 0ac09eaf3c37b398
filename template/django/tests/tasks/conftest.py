from collections.abc import Iterator

import pytest

from tests.tasks import sample


@pytest.fixture(autouse=True)
def _clear_calls() -> Iterator[None]:
    yield
    sample.calls.clear()
    sample.failures.clear()
