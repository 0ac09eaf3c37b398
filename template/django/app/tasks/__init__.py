"""Tasks: work that workers do after the transaction that causes it.

A resource declares functions in its tasks.py with `@task` of `django.tasks`, and
enqueues them in its service:

    send_reminder.enqueue(str(user.pk))

In production the task is a row, written in the same transaction. A task may run more
than once, and must do no harm when it does. Arguments are stored as JSON: pass ids, as
text, rather than rows.

The setting TASKS chooses what runs them, and what is scheduled.
"""
