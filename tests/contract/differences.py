"""Where a framework's conventions replace a row of the contract, as data."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Conventions:
    """Answers and names that the contract leaves to the framework."""

    # Post, redirect, get.
    post_redirect_status: int = 303
    # A form that was not filled in properly.
    invalid_form_status: int = 422
    # A post without, or with a wrong, proof that it comes from this site's own page.
    csrf_status: int = 403
    # From HTTP to HTTPS.
    https_redirect_status: int = 308
    # A sign-in page that was not filled in with the right password.
    failed_sign_in_status: int = 401
    # How an account is disabled, without the service that might do more.
    disable: str = "UPDATE users SET is_active = FALSE WHERE email = '{email}'"
    # How items lose their owner, as those from before there were accounts.
    take_ownership: str = "UPDATE items SET owner_id = NULL"
    # Where the admin panel stands, and what its lists call what is searched for.
    admin: str = "/admin/"
    admin_search: str = "search"
    # How ending somebody's sessions is made to fail, in SQLite.
    broken_revocation_sql: str = (
        "CREATE TRIGGER broken BEFORE DELETE ON token_families"
        " BEGIN SELECT RAISE(ABORT, 'broken'); END"
    )


CONVENTIONS = {
    "fastapi": Conventions(),
    "flask": Conventions(),
    "django": Conventions(
        post_redirect_status=302, invalid_form_status=200, https_redirect_status=301
    ),
}
