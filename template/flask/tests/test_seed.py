import pytest

from app.items.service import list_items
from app.seed import ITEMS, seed


@pytest.mark.usefixtures("context")
def test_seeding_twice_adds_nothing_twice() -> None:
    assert seed() == f"Added {len(ITEMS)} items.\n"
    assert seed() == "Added 0 items.\n"
    assert len(list_items(limit=100).rows) == len(ITEMS)
