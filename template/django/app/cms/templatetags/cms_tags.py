"""Template tags: the menu of pages."""

from typing import Any

from django import template
from wagtail.models import Page, PageQuerySet, Site

register = template.Library()


@register.simple_tag(takes_context=True)
def menu_pages(context: dict[str, Any]) -> PageQuerySet:
    """Return the pages below the home page that editors show in menus."""
    site = Site.find_for_request(context["request"])
    if site is None:  # an administrator has deleted it
        return Page.objects.none()
    return site.root_page.get_children().live().public().in_menu()
