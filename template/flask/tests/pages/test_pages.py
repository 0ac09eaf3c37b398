import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient


def test_the_home_page_leads_on(client: FlaskClient) -> None:
    page = client.get("/").text
    assert 'href="/items/"' in page
    for asset in re.findall(r'<link rel="[^"]*" href="([^"]*)"', page):
        with client.get(asset) as file:
            assert file.headers["Cache-Control"] == "public, max-age=3600"


def test_links_have_the_prefix_of_the_proxy(
    create_client: Callable[..., FlaskClient],
) -> None:
    page = create_client(root_path="/shop").get("/").text
    assert set(re.findall('href="/([a-z]*)', page)) == {"shop"}


def test_the_navigation_marks_the_current_page(
    create_client: Callable[..., FlaskClient],
) -> None:
    for root_path in ("", "/shop"):
        page = create_client(root_path=root_path).get("/items/").text
        assert f'href="{root_path}/items/" aria-current="page"' in page


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        ("text/html", "text/html"),
        ("*/*", "text/html"),
        ("application/json", "application/problem+json"),
    ],
)
def test_errors_are_pages_unless_json_is_preferred(
    client: FlaskClient, accept: str, kind: str
) -> None:
    for status, response in {
        404: client.get("/none", headers={"Accept": accept}),
        405: client.put("/", headers={"Accept": accept}),
        413: client.post("/", headers={"Accept": accept}, data=b"0" * 2_000_000),
    }.items():
        assert (response.status_code, response.mimetype) == (status, kind)
