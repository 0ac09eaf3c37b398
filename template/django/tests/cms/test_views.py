from typing import Any
from xml.etree import ElementTree as ET

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from wagtail.models import Page, PageViewRestriction, Site

from app.cms.models import POSTS_ON_PAGE, BlogPage, HomePage
from tests.cms.factories import create_blog, create_image, create_page, create_post

pytestmark = pytest.mark.django_db
PUBLIC_URL = "http://localhost:8000"
LISTS = ["/", "/blog/", "/search/?query=post", "/feed.xml", "/sitemap.xml"]


def test_the_new_home_page_shows_the_next_steps_until_it_has_a_text(
    visitor: Client,
) -> None:
    assert "These are the next steps." in visitor.get("/").text
    home = HomePage.objects.get()
    home.introduction = "Tea and ink"
    home.body = [("text", "<p>Welcome</p>")]
    home.save_revision().publish()
    text = visitor.get("/").text
    assert "Tea and ink" in text
    assert "<p>Welcome</p>" in text
    assert "next steps" not in text


def test_pages_that_editors_show_in_menus_are_in_the_menu(visitor: Client) -> None:
    create_page("About us", show_in_menus=True)
    create_page("Terms")
    create_page("Draft", show_in_menus=True, live=False)
    text = visitor.get("/items", follow=True).text
    assert 'href="/about-us/"' in text
    assert "/terms/" not in text
    assert "/draft/" not in text


def test_a_site_that_an_administrator_deletes_leaves_other_pages(
    visitor: Client,
) -> None:
    Site.objects.all().delete()
    assert visitor.get("/accounts/sign-in").status_code == 200
    assert visitor.get("/").status_code == 404


def test_a_page_has_its_text_pictures_and_quotations(visitor: Client) -> None:
    page = create_page()
    image = create_image()
    image.contextual_alt_text = "A meadow"
    page.body = [
        ("text", "<h2>History</h2>"),
        ("image", image),
        ("quote", {"text": "Blue is patient.", "source": "The ink maker"}),
    ]
    page.save_revision().publish()
    text = visitor.get("/about-us/").text
    assert "<h2>History</h2>" in text
    assert 'alt="A meadow"' in text
    assert "<figcaption>The ink maker</figcaption>" in text


def test_a_page_below_another_links_to_it(visitor: Client) -> None:
    child = type(create_page())(title="Team")
    Page.objects.get(slug="about-us").specific.add_child(instance=child)
    assert "About us</a>" in visitor.get("/about-us/team/").text


def test_drafts_are_not_public(visitor: Client) -> None:
    blog = create_blog()
    create_post(blog, title="Published")
    create_post(blog, title="Draft", live=False)
    for path in [*LISTS, "/search/?query=draft"]:
        assert "/draft/" not in visitor.get(path).text, path
    assert "Published" in visitor.get("/blog/").text
    assert visitor.get("/blog/draft/").status_code == 404


def test_a_restricted_page_asks_to_sign_in(visitor: Client) -> None:
    page = create_page("Members", show_in_menus=True)
    restriction = PageViewRestriction.LOGIN
    PageViewRestriction.objects.create(page=page, restriction_type=restriction)
    response = visitor.get("/members/")
    assert response.headers["Location"] == "/accounts/sign-in?next=/members/"
    for path in ("/items/", "/sitemap.xml", "/search/?query=members"):
        assert "/members/" not in visitor.get(path, follow=True).text


def test_posts_have_pages_and_tags(visitor: Client) -> None:
    blog = create_blog()
    assert "No posts yet" in visitor.get("/blog/").text
    for number in range(POSTS_ON_PAGE + 1):
        create_post(blog, number)
    first = BlogPage.objects.get(slug="post-0")
    first.tags.add("Tea & milk")
    first.save()
    assert "About 0" not in visitor.get("/blog/").text
    assert "About 0" in visitor.get("/blog/?page=2").text
    assert "About 0" not in visitor.get("/blog/?page=%2B2").text
    post = visitor.get("/blog/post-0/").text
    assert 'href="/blog/?tag=tea-milk"' in post
    tagged = visitor.get("/blog/?tag=tea-milk").text
    assert "About 0" in tagged
    assert "About 1" not in tagged
    assert "No post has this tag." in visitor.get("/blog/?tag=none%00").text


def test_tags_of_drafts_are_not_shown(visitor: Client) -> None:
    post = create_post(create_blog(), live=False)
    post.tags.add("secret")
    post.save()
    assert "secret" not in visitor.get("/blog/").text


@pytest.mark.parametrize("path", LISTS)
def test_the_number_of_queries_does_not_grow_with_the_posts(
    visitor: Client, path: str
) -> None:
    blog = create_blog()

    def count_queries(posts: range) -> int:
        for number in posts:
            post = create_post(blog, number, image=create_image())
            post.tags.add(f"tag {number}")
            post.save()
        visitor.get(path)  # creates the pictures in the size of the list
        with CaptureQueriesContext(connection) as queries:
            assert visitor.get(path).status_code == 200
        return len(queries)

    assert count_queries(range(2)) == count_queries(range(2, 9))


def test_the_feed_and_the_sitemap_have_complete_links(visitor: Client) -> None:
    create_post(create_blog())
    feed = ET.fromstring(visitor.get("/feed.xml").content)  # noqa: S314 - our own
    assert feed.findtext("channel/link") == f"{PUBLIC_URL}/"
    assert feed.findtext("channel/item/title") == "Post 1"
    assert feed.findtext("channel/item/link") == f"{PUBLIC_URL}/blog/post-1/"
    assert f"{PUBLIC_URL}/feed.xml" in visitor.get("/feed.xml").text
    assert f"<loc>{PUBLIC_URL}/blog/post-1/</loc>" in visitor.get("/sitemap.xml").text


def test_the_search_finds_words_of_pages(visitor: Client) -> None:
    page = create_page("Opening hours", search_description="When we are here")
    page.body = [("text", "<p>Closed on sundays</p>")]
    page.save_revision().publish()
    assert "Words to find" in visitor.get("/search/").text
    for word in ("opening", "sundays"):
        text = visitor.get("/search/", {"query": word}).text
        assert 'href="/opening-hours/"' in text
        assert "When we are here" in text
    assert "Nothing found" in visitor.get("/search/?query=kettle").text


def test_any_text_can_be_searched_for(visitor: Client) -> None:
    for query in ("\0", "'\"--", '"a', "50% a", "a" * 100_000, "NOT", "a AND (", "🫖"):
        assert visitor.get("/search/", {"query": query}).status_code == 200


def test_only_a_missing_slash_is_added(visitor: Client) -> None:
    create_page()
    for path, target in (
        ("/about-us", "/about-us/"),
        ("/items?page=2", "/items/?page=2"),
        ("/cms", "/cms/"),
    ):
        assert visitor.get(path).headers["Location"] == target
    for path in ("/nowhere", "/nowhere/", "/about-us/nowhere", "/ä/"):
        assert visitor.get(path).status_code == 404


def test_pages_can_only_be_read(visitor: Client) -> None:
    create_page()
    for path in ("/", "/about-us/"):
        response = visitor.post(path)
        assert response.status_code == 405
        assert response.headers["Allow"] == "GET, HEAD, OPTIONS"
        assert visitor.options(path).headers["Allow"] == "GET, HEAD, OPTIONS"


def test_pages_with_a_new_address_redirect_from_the_old_one(
    visitor: Client, django_capture_on_commit_callbacks: Any
) -> None:
    page = create_page()
    page.slug = "team"
    with django_capture_on_commit_callbacks(execute=True):
        page.save_revision().publish()
    assert visitor.get("/about-us/").headers["Location"] == "/team/"
