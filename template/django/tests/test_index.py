from django.test import Client


def test_the_index_says_where_to_continue(client: Client) -> None:
    index = client.get("/").json()
    assert index["name"]
    assert index["version"]
    assert client.get(index["links"]["health"]).json() == {"status": "ok"}
    assert client.post("/").status_code == 405
