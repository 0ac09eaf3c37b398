"""Template tags: icons and links of the navigation."""

from typing import Any

from django import template
from django.templatetags.static import static
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()


@register.simple_tag
def icon(name: str) -> SafeString:
    """Show an icon of static/icons.svg, in the size and colour of the text."""
    return format_html(
        '<svg class="icon" aria-hidden="true" focusable="false">'
        '<use href="{}#{}"></use></svg>',
        static("icons.svg"),
        name,
    )


@register.simple_tag(takes_context=True)
def nav_link(
    context: dict[str, Any], label: str, view_name: str, icon_name: str = ""
) -> SafeString:
    """Show a link of the navigation, marked on its page and on those below it."""
    url = reverse(view_name)
    path = context["request"].path if "request" in context else ""
    current = "page" if path == url else "true" if path.startswith(url) else "false"
    return format_html(
        '<a class="nav-item-link" href="{}" aria-current="{}">{}{}</a>',
        url,
        current,
        icon(icon_name) if icon_name else "",
        label,
    )
