from django.apps import AppConfig


class TokensConfig(AppConfig):
    name = "app.accounts.tokens"
    label = "account_tokens"
    verbose_name = "Tokens"
