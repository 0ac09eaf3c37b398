"""The views of public pages: Wagtail's pages, and the search."""

import re

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import resolve
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_safe
from wagtail.models import Page, Site
from wagtail.views import serve

from app.pages.pagination import get_page

RESULTS_ON_PAGE = 20
QUERY_MAX_LENGTH = 100


@csrf_exempt  # The check comes after that of the path.
def serve_page(request: HttpRequest, path: str) -> HttpResponse:
    """Serve a page of Wagtail, or redirect if only the slash at the end is missing.

    Every path could be that of a page. So Django, which adds the slash for other views,
    would redirect before it answers 404, and refuse forms for unknown paths with 403.
    """
    if not path or path.endswith("/"):
        if not Page.route_for_request(request, path):
            raise Http404
        response: HttpResponse = csrf_protect(serve)(request, path)
        return response
    is_other_view = resolve(f"{request.path_info}/").func is not serve_page
    if is_other_view or Page.route_for_request(request, f"{path}/"):
        return redirect(request.get_full_path(force_append_slash=True))
    raise Http404


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    query = request.GET.get("query", "")[:QUERY_MAX_LENGTH]
    # A database would take other characters for operators of its search.
    words = " ".join(re.findall(r"\w+", query))
    root = Site.find_for_request(request).root_page
    pages = Page.objects.descendant_of(root, inclusive=True).live().public()
    results = get_page(
        request, pages.search(words) if words else pages.none(), RESULTS_ON_PAGE
    )
    return render(request, "cms/search.html", {"query": query, "results": results})
