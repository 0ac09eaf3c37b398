"""Live updates: events that clients receive while they happen.

A resource declares events in its events.py, and publishes them in its service:

    transaction.on_commit(partial(publish, OrderCreated(...), topics=order.viewers))
"""
