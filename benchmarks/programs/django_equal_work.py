"""The list of items with the same duties as a Django starter, in the simplest code."""

import os
import time
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from hashlib import sha256
from typing import Annotated, Any

import dj_database_url
import django
import structlog
from django.conf import settings
from django.core import signing
from django.core.exceptions import PermissionDenied
from django.core.wsgi import get_wsgi_application
from django.db import models
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path
from django.utils.crypto import constant_time_compare, salted_hmac
from duties import (
    ACCOUNTS,
    HEADERS,
    MAX_BODY_BYTES,
    SESSION_COOKIE,
    SIGN_IN,
    encode_cursor,
    log,
    read_access_token,
)

database: Any = dj_database_url.parse(os.environ["DATABASE_URL"])
database["OPTIONS"] = {"pool": {"min_size": 5, "max_size": 15}}
settings.configure(
    SECRET_KEY=os.environ["SECRET_KEY"],
    ALLOWED_HOSTS=["*"],
    ROOT_URLCONF=__name__,
    MIDDLEWARE=[f"{__name__}.duties"],
    DATABASES={"default": database},
    USE_TZ=True,
    LOGGING_CONFIG=None,
)
django.setup()

from ninja import NinjaAPI, Query, Schema  # noqa: E402 - it reads the settings


class User(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    email = models.EmailField()
    password = models.CharField(max_length=128)
    first_name = models.CharField(max_length=150)
    last_name = models.CharField(max_length=150)
    is_active = models.BooleanField()
    is_staff = models.BooleanField()
    is_superuser = models.BooleanField()
    last_login = models.DateTimeField(null=True)
    date_joined = models.DateTimeField()

    class Meta:
        app_label = "users"

    def __str__(self) -> str:
        return self.email


class TokenFamily(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    user = models.ForeignKey(User, on_delete=models.CASCADE)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()

    class Meta:
        app_label = "account_tokens"

    def __str__(self) -> str:
        return str(self.id)


class Session(models.Model):
    session_key = models.CharField(max_length=64, primary_key=True)
    session_data = models.TextField()
    expire_date = models.DateTimeField()

    class Meta:
        app_label = "account_sessions"

    def __str__(self) -> str:
        return self.session_key


class Item(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    if ACCOUNTS:
        owner = models.ForeignKey(User, null=True, on_delete=models.CASCADE)
    name = models.CharField(max_length=100)
    description = models.CharField(max_length=1000)
    price = models.DecimalField(max_digits=9, decimal_places=2)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        app_label = "items"

    def __str__(self) -> str:
        return self.name


class PageParams(Schema):
    limit: Annotated[int, Query(ge=1, le=100)] = 20


class ItemRead(Schema):
    id: uuid.UUID
    name: str
    description: str
    price: Decimal
    created_at: datetime
    updated_at: datetime


class Page(Schema):
    items: list[ItemRead]
    next_cursor: str | None


GetResponse = Callable[[HttpRequest], HttpResponse]


def duties(get_response: GetResponse) -> GetResponse:
    """Give a request an id, security headers, a body limit and a log line."""

    def middleware(request: HttpRequest) -> HttpResponse:
        start, request_id = time.perf_counter(), uuid.uuid4().hex
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=request_id)
        if int(request.META.get("CONTENT_LENGTH") or 0) > MAX_BODY_BYTES:
            response = HttpResponse(status=413)
        else:
            response = get_response(request)
        for name, value in HEADERS.items():
            response[name] = value
        response["X-Request-ID"] = request_id
        log.info(
            "request",
            method=request.method,
            path=request.path,
            status=response.status_code,
            milliseconds=round((time.perf_counter() - start) * 1000, 1),
        )
        return response

    return middleware


def find_user_of_session(request: HttpRequest) -> User:
    """Load the session and its user, and check that the password did not change."""
    key = sha256(request.COOKIES[SESSION_COOKIE].encode()).hexdigest()
    session = Session.objects.get(pk=key, expire_date__gt=datetime.now(UTC))
    salt = "django.contrib.sessions.SessionStore"
    data = signing.loads(session.session_data, salt=salt)
    user = User.objects.get(pk=data["_auth_user_id"], is_active=True)
    salt = "django.contrib.auth.models.AbstractBaseUser.get_session_auth_hash"
    expected = salted_hmac(salt, user.password, algorithm="sha256").hexdigest()
    if not constant_time_compare(data["_auth_user_hash"], expected):
        raise PermissionDenied
    return user


def find_user_of_token(request: HttpRequest) -> User:
    family_id = read_access_token(request.headers["Authorization"])
    family = TokenFamily.objects.select_related("user").get(
        pk=family_id, expires_at__gt=datetime.now(UTC), user__is_active=True
    )
    return family.user


find_user = find_user_of_session if SIGN_IN == "session" else find_user_of_token
api = NinjaAPI(docs_url=None, openapi_url=None)


@api.get("/v1/items", response=Page)
def list_items(request: HttpRequest, params: Query[PageParams]) -> dict[str, Any]:
    limit = params.limit
    items = Item.objects.order_by("created_at", "id")
    if ACCOUNTS:
        items = items.filter(owner=find_user(request))
    rows = list(items[: limit + 1])
    return {
        "items": rows[:limit],
        "next_cursor": encode_cursor(rows[limit - 1].id) if len(rows) > limit else None,
    }


def healthz(_request: HttpRequest) -> JsonResponse:
    return JsonResponse({"status": "ok"})


urlpatterns = [path("api/", api.urls), path("healthz", healthz)]
app = get_wsgi_application()
