"""Tasks: work that workers do after the transaction that causes it.

A resource registers functions in its tasks.py and enqueues them in its service:

    enqueue(unit_of_work, send_reminder, user_id=user.id)

Each task is a row, written in the same transaction and deleted when the task is done.
Redis only tells a worker that there is one: what Redis loses is sent again. A task may
run more than once, and must do no harm when it does.
"""
