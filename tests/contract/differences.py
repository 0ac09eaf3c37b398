"""Differences between the frameworks that the contract allows."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Conventions:
    """Statuses and names that depend on the framework."""

    # The redirect after a form was accepted.
    post_redirect_status: int = 303
    # A form with invalid input.
    invalid_form_status: int = 422
    # A form without a valid CSRF token, or from another origin.
    csrf_status: int = 403
    # The redirect from HTTP to HTTPS.
    https_redirect_status: int = 308
    # A sign-in form with a wrong password.
    failed_sign_in_status: int = 401
    # Whether the API accepts the session of a browser, too.
    api_accepts_sessions: bool = False
    # The table of items.
    items_table: str = "items"
    # The table of users.
    users_table: str = "users"
    # Disables an account without the service, which might do more than that.
    disable_user_sql: str = "UPDATE users SET is_active = FALSE WHERE email = '{email}'"
    # Removes the owners of items, as of items from before there were accounts.
    remove_owners_sql: str = "UPDATE items SET owner_id = NULL"
    # Makes all reset links older, in SQLite.
    age_resets_sql: str = (
        "UPDATE password_resets"
        " SET expires_at = datetime(expires_at, '-{minutes} minutes')"
    )
    # What an email consists of.
    email_parts: tuple[str, ...] = ("multipart/alternative", "text/plain", "text/html")
    # The admin panel's path, and the query parameter of its search.
    admin: str = "/admin/"
    admin_search: str = "search"
    # The links of the admin's menu that lead to lists of rows.
    admin_list: str = ".+"
    # Addresses of lists and rows that do not exist.
    admin_missing: tuple[str, ...] = (
        "nonsense/list",
        "item/details/nonsense",
        "item/edit/7",
    )
    # Whether a server has to tell workers about tasks. Otherwise they look for rows.
    message_broker: bool = True
    # Enqueues the task that sweeps uploads, where a schedule does not begin at once.
    enqueue_sweep: tuple[str, ...] = ()
    # What a worker logs when a task is done, and when an attempt failed.
    task_done: str = "task_done"
    task_failed: str = "task_failed"
    # Makes the waiting tasks name a function that does not exist.
    break_tasks_sql: str = "UPDATE tasks SET name = 'app.unknown'"
    # Marks waiting tasks as failed, with an error.
    fail_tasks_sql: str = (
        "UPDATE tasks SET status = 'failed', error = 'ValueError: no room'"
        " WHERE status = 'pending' AND name LIKE '%email%'"
    )
    # Makes SQLite refuse to revoke tokens.
    broken_revocation_sql: str = (
        "CREATE TRIGGER broken BEFORE DELETE ON token_families"
        " BEGIN SELECT RAISE(ABORT, 'broken'); END"
    )
    # A form that contains no fields, and is not even empty.
    malformed_form_status: int = 400
    # A file whose name is "..".
    unnamed_file_status: int = 201


CONVENTIONS = {
    "fastapi": Conventions(),
    # Flask-Mail always leaves room for attachments. Flask-Admin has ids in the query.
    "flask": Conventions(
        admin_missing=("item/details/?id=nonsense", "item/edit/?id=7"),
        email_parts=(
            "multipart/mixed",
            "multipart/alternative",
            "text/plain",
            "text/html",
        ),
    ),
    "django": Conventions(
        post_redirect_status=302,
        invalid_form_status=200,
        https_redirect_status=301,
        # As Django's users expect of an API in the same project as pages.
        api_accepts_sessions=True,
        items_table="items_item",
        users_table="users_user",
        disable_user_sql=(
            "UPDATE users_user SET is_active = FALSE WHERE email = '{email}'"
        ),
        remove_owners_sql="UPDATE items_item SET owner_id = NULL",
        age_resets_sql=(
            "UPDATE accounts_passwordreset"
            " SET expires_at = datetime(expires_at, '-{minutes} minutes')"
        ),
        admin_search="q",
        # Django's admin redirects to its index where a row is missing.
        admin_missing=("items/nonsense/", "nonsense/item/"),
        # Django's parser skips what is no field, and files without a name.
        malformed_form_status=422,
        unnamed_file_status=422,
        # The menu also has a page for each app, and links for adding rows.
        admin_list=r"/admin/\w+/\w+/",
        # django-ox needs no broker, and logs sentences. What is scheduled every 15
        # minutes runs at each quarter of an hour.
        message_broker=False,
        enqueue_sweep=(
            "manage.py",
            "shell",
            "--verbosity=0",
            "--command",
            "from app.uploads.tasks import sweep_uploads; sweep_uploads.enqueue()",
        ),
        task_done=r"Task id=\S+ path=\S+ succeeded in \d+ms",
        task_failed=r"Task id=\S+ path=\S+ attempt \d+/\d+ failed .*",
        break_tasks_sql="UPDATE django_ox_oxtask SET task_path = 'app.unknown'",
        fail_tasks_sql=(
            "UPDATE django_ox_oxtask SET status = 'FAILED',"
            """ errors = '[{"traceback": "ValueError: no room"}]'"""
            " WHERE status = 'READY' AND task_path LIKE '%email%'"
        ),
        broken_revocation_sql=(
            "CREATE TRIGGER broken BEFORE DELETE ON account_tokens_tokenfamily"
            " BEGIN SELECT RAISE(ABORT, 'broken'); END"
        ),
    ),
}
