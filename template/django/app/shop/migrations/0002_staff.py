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
# Oscar's own group. It gives permissions for pages that do not exist here.
OSCAR_GROUP = "All Oscar Dashboard Permissions"


def create_group(apps: Any, schema_editor: Any) -> None:
    """Create the group Shop staff. Django itself creates permissions only later."""
    ContentType = apps.get_model("contenttypes", "ContentType")
    Permission = apps.get_model("auth", "Permission")
    Group = apps.get_model("auth", "Group")
    Group.objects.filter(name=OSCAR_GROUP).delete()
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


class Migration(migrations.Migration):

    dependencies = [
        ("shop", "0001_initial"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("catalogue", "0032_category_exclude_from_menu_category_long_description"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("customer", "0008_assign_permissions_to_staff"),
        ("offer", "0013_range_excluded_categories"),
        ("partner", "0007_partneraddress_code"),
        ("voucher", "0010_auto_20210224_0712"),
    ]

    operations = [migrations.RunPython(create_group, migrations.RunPython.noop)]
