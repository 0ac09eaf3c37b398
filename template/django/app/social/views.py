"""What the views of the social network share."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from app.accounts.requests import AuthenticatedRequest
from app.cursors import CURSOR, read_page
from app.social.profiles.models import Profile

PAGE_SIZE = 20
READ_AND_POST = ["GET", "HEAD", "POST"]

View = Callable[..., HttpResponseBase]


def profile_required[**Arguments](
    view: Callable[
        Concatenate[AuthenticatedRequest, Profile, Arguments], HttpResponseBase
    ],
) -> View:
    """Call the view with the profile of the user, who first has to create one."""

    @login_required
    @wraps(view)
    def call(
        request: AuthenticatedRequest, *args: Arguments.args, **kwargs: Arguments.kwargs
    ) -> HttpResponseBase:
        viewer = Profile.objects.filter(user=request.user).first()
        if viewer is None:
            messages.info(request, "Create your profile first.")
            return redirect("own-profile")
        return view(request, viewer, *args, **kwargs)

    return call


def get_page[Row: Model](
    request: HttpRequest, rows: QuerySet[Row]
) -> tuple[list[Row], str | None]:
    """Return the newest rows, or those after the cursor in the query."""
    cursor = request.GET.get("cursor", "")
    return read_page(
        rows,
        limit=PAGE_SIZE,
        cursor=cursor if CURSOR.fullmatch(cursor) else None,
        newest_first=True,
    )


def redirect_back(request: HttpRequest, view_name: str) -> HttpResponseRedirect:
    """Redirect to the page that the form was on, or else to a view."""
    url = request.POST.get("next", "")
    is_safe = url_has_allowed_host_and_scheme(
        url, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    # redirect() would take the URL for the name of a view.
    return HttpResponseRedirect(url if is_safe else reverse(view_name))
