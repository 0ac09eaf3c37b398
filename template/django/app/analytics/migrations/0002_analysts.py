from typing import Any

from django.db import migrations

# What the pages of analytics ask for.
PERMISSIONS = {
    "sale": ("add", "view"),
    "report": ("add", "change", "delete", "view"),
    "trainedmodel": ("add",),
}


def create_group(apps: Any, schema_editor: Any) -> None:
    """Create the group Analysts. Django itself creates permissions only later."""
    ContentType = apps.get_model("contenttypes", "ContentType")
    Permission = apps.get_model("auth", "Permission")
    Group = apps.get_model("auth", "Group")
    group, _ = Group.objects.get_or_create(name="Analysts")
    for model, actions in PERMISSIONS.items():
        content_type, _ = ContentType.objects.get_or_create(
            app_label="sales", model=model
        )
        verbose_name = "trained model" if model == "trainedmodel" else model
        for action in actions:
            permission, _ = Permission.objects.get_or_create(
                content_type=content_type,
                codename=f"{action}_{model}",
                defaults={"name": f"Can {action} {verbose_name}"},
            )
            group.permissions.add(permission)


class Migration(migrations.Migration):

    dependencies = [
        ("sales", "0001_initial"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]

    operations = [migrations.RunPython(create_group, migrations.RunPython.noop)]
