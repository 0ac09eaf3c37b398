"""Django's admin, with the site of app/admin.py."""

from django.contrib.admin import apps


class AdminConfig(apps.AdminConfig):
    default_site = "app.admin.AdminSite"
