from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from app.cms.models import BlogPage
from app.users.models import User


def test_the_site_can_be_read_and_edited(visitor: Client, settings: Any) -> None:
    settings.DEBUG = True
    for word in ("Created a site", "exists already"):
        output = StringIO()
        call_command("seed_site", stdout=output)
        assert word in output.getvalue()
    editor = User.objects.get()
    assert editor.check_password(output.getvalue().split()[-1])
    for post in BlogPage.objects.all():
        assert visitor.get(post.url).status_code == 200
    visitor.force_login(editor)
    assert visitor.get("/cms/").status_code == 200


def test_production_gets_no_sample_pages(settings: Any) -> None:
    settings.DEBUG = False
    with pytest.raises(CommandError, match="for development"):
        call_command("seed_site")
