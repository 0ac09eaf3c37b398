"""The type of requests whose user is known."""

from django.http import HttpRequest

from app.users.models import User


class AuthenticatedRequest(HttpRequest):
    user: User
