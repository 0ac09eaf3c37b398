"""The types of pages that editors can create, and the pictures in them."""

from __future__ import annotations

from http import HTTPMethod
from typing import Any, ClassVar

from django.db import models
from django.http import HttpRequest
from modelcluster.contrib.taggit import ClusterTaggableManager
from modelcluster.fields import ParentalKey
from taggit.models import Tag, TaggedItemBase
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.fields import StreamField
from wagtail.images.models import AbstractImage, AbstractRendition, Image
from wagtail.models import Page, PageQuerySet
from wagtail.search import index

from app.cms.blocks import BodyBlock
from app.pages.pagination import get_page

POSTS_ON_HOME_PAGE = 3
POSTS_ON_PAGE = 10
# The size of the pictures in lists. The templates name it, too.
LIST_IMAGE = "fill-480x270"


class SiteImage(AbstractImage):
    """A picture. Wagtail cannot exchange this model later: add fields here."""

    admin_form_fields = Image.admin_form_fields


class SiteRendition(AbstractRendition):
    """A picture in one of the sizes that pages show."""

    image = models.ForeignKey(
        SiteImage, on_delete=models.CASCADE, related_name="renditions"
    )

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("image", "filter_spec", "focal_point_key"),
                name="site_rendition",
            ),
        )


class SitePage(Page):
    """What all types of pages share."""

    allowed_http_methods: ClassVar = [
        HTTPMethod.GET,
        HTTPMethod.HEAD,
        HTTPMethod.OPTIONS,
    ]

    class Meta:
        abstract = True


class TextPage(SitePage):
    introduction = models.CharField(max_length=250, blank=True)
    body = StreamField(BodyBlock(), blank=True)

    content_panels: ClassVar = [
        *Page.content_panels,
        FieldPanel("introduction"),
        FieldPanel("body"),
    ]
    search_fields: ClassVar = [
        *Page.search_fields,
        index.SearchField("introduction"),
        index.SearchField("body"),
    ]

    class Meta:
        abstract = True


class HomePage(TextPage):
    parent_page_types: ClassVar = ["wagtailcore.Page"]
    subpage_types: ClassVar = ["cms.ContentPage", "cms.BlogIndexPage"]
    max_count = 1

    def get_context(self, request: HttpRequest) -> dict[str, Any]:
        posts = list_posts()[:POSTS_ON_HOME_PAGE]
        return {**super().get_context(request), "posts": posts}


class ContentPage(TextPage):
    """A page such as "About us". Those below the home page can be in its menu."""

    parent_page_types: ClassVar = ["cms.HomePage", "cms.ContentPage"]
    subpage_types: ClassVar = ["cms.ContentPage"]


class BlogIndexPage(SitePage):
    """The list of posts, or of those with the tag in the query."""

    introduction = models.CharField(max_length=250, blank=True)

    content_panels: ClassVar = [*Page.content_panels, FieldPanel("introduction")]
    parent_page_types: ClassVar = ["cms.HomePage"]
    subpage_types: ClassVar = ["cms.BlogPage"]
    max_count = 1

    def get_context(self, request: HttpRequest) -> dict[str, Any]:
        posts = list_posts()
        slug = request.GET.get("tag", "").replace("\0", "")
        if slug:
            posts = posts.filter(tags__slug=slug)
        return {
            **super().get_context(request),
            "posts": get_page(request, posts, POSTS_ON_PAGE),
            "tags": list_tags(),
            "tag": slug,
        }


class BlogPageTag(TaggedItemBase):
    content_object = ParentalKey(
        "cms.BlogPage", on_delete=models.CASCADE, related_name="tagged_items"
    )


class BlogPage(SitePage):
    """A post of the blog."""

    date = models.DateField("publication date")
    introduction = models.CharField(max_length=250)
    image = models.ForeignKey(
        SiteImage,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    body = StreamField(BodyBlock(), blank=True)
    tags = ClusterTaggableManager(through=BlogPageTag, blank=True)

    content_panels: ClassVar = [
        *Page.content_panels,
        FieldPanel("introduction"),
        FieldPanel("image"),
        FieldPanel("body"),
        MultiFieldPanel([FieldPanel("date"), FieldPanel("tags")], heading="About"),
    ]
    search_fields: ClassVar = [
        *Page.search_fields,
        index.SearchField("introduction"),
        index.SearchField("body"),
    ]
    parent_page_types: ClassVar = ["cms.BlogIndexPage"]
    subpage_types: ClassVar[list[str]] = []


def list_posts() -> PageQuerySet:
    """Return the posts that all users may see, newest first, with their pictures."""
    images = SiteImage.objects.prefetch_renditions(LIST_IMAGE)
    posts = BlogPage.objects.live().public().defer_streamfields()
    return posts.order_by("-date", "-pk").prefetch_related(
        models.Prefetch("image", images)
    )


def list_tags() -> models.QuerySet[Tag]:
    """Return the tags of posts that all users may see."""
    posts = BlogPage.objects.live().public()
    used = BlogPageTag.objects.filter(content_object__in=posts)
    tags: models.QuerySet[Tag] = Tag.objects.filter(pk__in=used.values("tag"))
    return tags.order_by("name")
