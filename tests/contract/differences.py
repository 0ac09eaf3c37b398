"""Where a framework's own habit may differ: the only place that may say so."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Habits:
    """What the contract leaves to the framework."""

    # Post, redirect, get.
    after_post: int = 303
    # A form that was not filled in properly.
    form_refused: int = 422
    # A post without, or with a wrong, proof that it comes from this site's own page.
    forged_post: int = 403
    # From HTTP to HTTPS.
    to_https: int = 308
    # A sign-in page that was not filled in with the right password.
    sign_in_refused: int = 401
    # How an account is disabled, without the service that might do more.
    disable: str = "UPDATE users SET is_active = FALSE WHERE email = '{email}'"
    # How items lose their owner, as those from before there were accounts.
    take_ownership: str = "UPDATE items SET owner_id = NULL"
    # Where the admin panel stands, and what its lists call what is searched for.
    admin: str = "/admin/"
    admin_search: str = "search"
    # How ending somebody's sessions is made to fail, in SQLite.
    break_tokens: str = (
        "CREATE TRIGGER broken BEFORE DELETE ON token_families"
        " BEGIN SELECT RAISE(ABORT, 'broken'); END"
    )


HABITS = {
    "fastapi": Habits(),
    "flask": Habits(),
    "django": Habits(after_post=302, form_refused=200, to_https=301),
}
