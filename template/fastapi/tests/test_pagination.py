from datetime import UTC, datetime
from uuid import UUID

from app.items.models import Item
from app.pagination import CURSOR, decode_cursor, encode_cursor, get_page_params


async def test_a_cursor_names_a_position() -> None:
    position = datetime(2026, 11, 22, 1, 2, 3, 4, tzinfo=UTC), UUID(int=5)
    cursor = encode_cursor(Item(created_at=position[0], id=position[1]))
    assert CURSOR.fullmatch(cursor)
    assert decode_cursor(cursor) == position
    assert await get_page_params(limit=5, cursor=cursor) == (5, position)
    assert await get_page_params() == (20, None)
    assert decode_cursor("AP" + "_" * 30) > position
