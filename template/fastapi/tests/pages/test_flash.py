from httpx2 import AsyncClient

FORM = {"name": "Pen", "price": "9"}
MESSAGE = "“Pen” was created."


async def test_a_message_is_shown_once(client: AsyncClient) -> None:
    response = await client.post("/items/new", data=FORM)
    assert "HttpOnly" in response.headers["Set-Cookie"]
    assert MESSAGE in (await client.get("/items/")).text
    assert MESSAGE not in (await client.get("/items/")).text


async def test_a_message_that_is_not_ours_is_not_shown(client: AsyncClient) -> None:
    response = await client.post("/items/new", data=FORM)
    client.cookies.delete("flash")
    client.cookies.set("flash", "x" + response.cookies["flash"])
    assert MESSAGE not in (await client.get("/items/")).text
