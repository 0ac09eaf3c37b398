import pytest
from httpx2 import AsyncClient


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        ("*/*", "text/html; charset=utf-8"),
        ("application/json;q=0.4, text/html;q=0.5", "text/html; charset=utf-8"),
        ("application/json, text/html;q=0.5", "application/problem+json"),
    ],
)
async def test_errors_are_pages_unless_json_is_preferred(
    client: AsyncClient, accept: str, media_type: str
) -> None:
    response = await client.get("/none", headers={"Accept": accept})
    assert (response.status_code, response.headers["Content-Type"]) == (404, media_type)


async def test_an_error_page_says_what_happened(client: AsyncClient) -> None:
    page = (await client.get("/none")).text
    assert "<h1>Not Found</h1>" in page
    assert "This page does not exist, or it has moved." in page
