from urllib.parse import urlsplit

from django.conf import settings
from django.db import migrations


def create_home_page(apps, schema_editor):
    """Replace Wagtail's page, and the site that shows it."""
    content_type_model = apps.get_model("contenttypes", "ContentType")
    apps.get_model("wagtailcore", "Page").objects.filter(slug="home", depth=2).delete()
    content_type, _ = content_type_model.objects.get_or_create(
        app_label="cms", model="homepage"
    )
    home_page = apps.get_model("cms", "HomePage").objects.create(
        title=settings.PROJECT_NAME,
        draft_title=settings.PROJECT_NAME,
        slug="home",
        url_path="/home/",
        path="00010001",
        depth=2,
        numchild=0,
        content_type=content_type,
        locale=apps.get_model("wagtailcore", "Locale").objects.get(),
    )
    # Links in the feed and in the sitemap begin with this address.
    address = urlsplit(settings.PUBLIC_URL)
    apps.get_model("wagtailcore", "Site").objects.create(
        site_name=settings.PROJECT_NAME,
        hostname=address.hostname,
        port=address.port or (443 if address.scheme == "https" else 80),
        root_page=home_page,
        is_default_site=True,
    )


class Migration(migrations.Migration):

    dependencies = [
        ("cms", "0001_initial"),
    ]

    operations = [
        migrations.RunPython(create_home_page, migrations.RunPython.noop),
    ]
