import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse

from app.accounts.tokens.models import RefreshToken, TokenFamily
from app.accounts.tokens.service import create_tokens
from app.users.models import User
from tests.factories import create_user

pytestmark = pytest.mark.django_db


def test_only_superusers_delete_tokens_of_superusers(
    admin_user: User, user: User
) -> None:
    manager = create_user("manager@example.org", is_staff=True)
    models = ("tokenfamily", "refreshtoken")
    manager.user_permissions.set(
        Permission.objects.filter(content_type__model__in=models)
    )
    client = Client()
    client.force_login(manager)
    for owner, status in ((admin_user, 403), (user, 302)):
        create_tokens(owner)
        family = TokenFamily.objects.get(user=owner)
        token = RefreshToken.objects.get(family=family)
        for name, row in (("refreshtoken", token), ("tokenfamily", family)):
            url = reverse(f"admin:account_tokens_{name}_delete", args=[row.pk])
            assert client.post(url, {"post": "yes"}).status_code == status
