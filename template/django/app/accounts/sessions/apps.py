from django.apps import AppConfig


class SessionsConfig(AppConfig):
    name = "app.accounts.sessions"
    label = "account_sessions"  # "sessions" is the label of Django's app
    verbose_name = "Sessions"
