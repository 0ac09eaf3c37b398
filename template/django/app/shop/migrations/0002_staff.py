from typing import Any

from django.db import migrations

# What the pages of the dashboard ask for, by app and model.
MODELS = {
    "catalogue": (
        "attributeoptiongroup",
        "category",
        "option",
        "product",
        "productclass",
    ),
    "offer": ("conditionaloffer", "range"),
    "order": ("order",),
    "partner": ("stockalert",),
    "voucher": ("voucher", "voucherset"),
}


def create_group(apps: Any, schema_editor: Any) -> None:
    """Create the group Shop staff. Django itself creates permissions only later."""
    ContentType = apps.get_model("contenttypes", "ContentType")
    Permission = apps.get_model("auth", "Permission")
    Group = apps.get_model("auth", "Group")
    group, _ = Group.objects.get_or_create(name="Shop staff")
    for app_label, models in MODELS.items():
        for model in models:
            content_type, _ = ContentType.objects.get_or_create(
                app_label=app_label, model=model
            )
            name = apps.get_model(app_label, model)._meta.verbose_name
            for action in ("add", "change", "delete", "view"):
                permission, _ = Permission.objects.get_or_create(
                    content_type=content_type,
                    codename=f"{action}_{model}",
                    defaults={"name": f"Can {action} {name}"},
                )
                group.permissions.add(permission)


def create_refund(apps: Any, schema_editor: Any) -> None:
    """Create the event that staff record to pay back a part of an order."""
    PaymentEventType = apps.get_model("order", "PaymentEventType")
    PaymentEventType.objects.get_or_create(code="refund", defaults={"name": "Refund"})


class Migration(migrations.Migration):

    dependencies = [
        ("shop", "0001_initial"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("catalogue", "0001_initial"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("offer", "0001_initial"),
        ("partner", "0001_initial"),
        ("voucher", "0001_initial"),
    ]

    operations = [
        migrations.RunPython(create_group, migrations.RunPython.noop),
        migrations.RunPython(create_refund, migrations.RunPython.noop),
    ]
