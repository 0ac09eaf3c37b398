from typing import Any

from django.db import migrations


def create_group(apps: Any, schema_editor: Any) -> None:
    """Create the group Item managers. Django itself creates permissions only later."""
    ContentType = apps.get_model("contenttypes", "ContentType")
    Permission = apps.get_model("auth", "Permission")
    Group = apps.get_model("auth", "Group")
    group, _ = Group.objects.get_or_create(name="Item managers")
    content_type, _ = ContentType.objects.get_or_create(
        app_label="items", model="item"
    )
    for action in ("add", "change", "delete", "view"):
        permission, _ = Permission.objects.get_or_create(
            content_type=content_type,
            codename=f"{action}_item",
            defaults={"name": f"Can {action} item"},
        )
        group.permissions.add(permission)


class Migration(migrations.Migration):

    dependencies = [
        ("accounts", "0001_initial"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]

    operations = [migrations.RunPython(create_group, migrations.RunPython.noop)]
