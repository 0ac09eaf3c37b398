from httpx2 import AsyncClient, Response

LOGIN = "http://localhost/admin/login"


async def sign_in_to_admin(client: AsyncClient, email: str, password: str) -> Response:
    form = {"username": email, "password": password}
    return await client.post("/admin/login", data=form)
