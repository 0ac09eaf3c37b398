"""The RSS feed of the blog."""

from datetime import UTC, datetime, time

from django.conf import settings
from django.contrib.syndication.views import Feed
from django.http import HttpRequest
from django.urls import reverse
from wagtail.models import Site

from app.cms.models import BlogPage, list_posts

POSTS_IN_FEED = 20
# A post and its address.
Entry = tuple[BlogPage, str]


class PostFeed(Feed[Entry, HttpRequest]):
    title = settings.PROJECT_NAME
    description = "The newest posts."

    def get_object(self, request: HttpRequest) -> HttpRequest:
        return request

    def link(self, request: HttpRequest) -> str:
        root_page = Site.find_for_request(request).root_page
        return str(root_page.get_full_url(request))

    def feed_url(self, request: HttpRequest) -> str:
        return f"{Site.find_for_request(request).root_url}{reverse('feed')}"

    def items(self, request: HttpRequest) -> list[Entry]:
        posts = list_posts()[:POSTS_IN_FEED]
        return [(post, post.get_full_url(request)) for post in posts]

    def item_title(self, item: Entry) -> str:
        return str(item[0].title)

    def item_description(self, item: Entry) -> str:
        return str(item[0].introduction)

    def item_link(self, item: Entry) -> str:
        return item[1]

    def item_pubdate(self, item: Entry) -> datetime:
        return datetime.combine(item[0].date, time(), tzinfo=UTC)
