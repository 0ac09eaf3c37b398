from typing import Any

from flask.testing import FlaskClient

from app.settings import PROJECT_NAME, PROJECT_VERSION


def test_the_index_links_to_routes_that_exist(client: FlaskClient) -> None:
    index: Any = client.get("/").json
    assert (index["name"], index["version"]) == (PROJECT_NAME, PROJECT_VERSION)
    assert index["links"]["health"] == "/healthz"
    for path in index["links"].values():
        assert client.get(path).status_code == 200
