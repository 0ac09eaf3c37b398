from django.apps import AppConfig


class AnalyticsConfig(AppConfig):
    name = "app.analytics"
    label = "sales"  # "analytics" is the label of an app of django-oscar
    verbose_name = "Analytics"
