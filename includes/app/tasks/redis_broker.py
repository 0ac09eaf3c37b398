"""The queue in Redis: dramatiq's broker, and its messages to workers."""

from uuid import UUID

import redis
from dramatiq import Message
from dramatiq.brokers.redis import RedisBroker
from redis.backoff import NoBackoff
from redis.retry import Retry

QUEUE, ACTOR = "tasks", "run_task"
REDIS_TIMEOUT = 5  # seconds
HEARTBEAT_TIMEOUT = 30_000  # milliseconds until the messages of a killed worker return


def create_redis_broker(url: str) -> RedisBroker:
    """Return dramatiq's broker. Retries and time limits are those of app.tasks.runner.

    The maintenance chance makes it look for killed workers each time; by default it
    does so once in a thousand times.
    """
    client = redis.Redis.from_url(
        url,
        socket_timeout=REDIS_TIMEOUT,
        socket_connect_timeout=REDIS_TIMEOUT,
        # The server may have closed a connection that was idle. By default there are
        # ten retries, but senders and workers try again themselves.
        retry=Retry(NoBackoff(), 1),
    )
    return RedisBroker(  # type: ignore[no-untyped-call]  # dramatiq is not typed here
        client=client,
        heartbeat_timeout=HEARTBEAT_TIMEOUT,
        maintenance_chance=1_000_000,
        middleware=[],
    )


def create_message(task_id: UUID) -> Message[None]:
    return Message(
        queue_name=QUEUE, actor_name=ACTOR, args=(str(task_id),), kwargs={}, options={}
    )
