from django.apps import AppConfig


class AnalyticsConfig(AppConfig):
    name = "app.analytics"
    label = "sales"  # libraries have an app "analytics", too
    verbose_name = "Analytics"
