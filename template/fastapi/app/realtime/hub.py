"""Delivers events to listeners: in this process, and through Redis in all of them."""

import asyncio
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from uuid import UUID

from anyio import WouldBlock, create_memory_object_stream
from pydantic import BaseModel
from redis.asyncio import Redis
from redis.exceptions import RedisError
from structlog import get_logger

from app.errors import TooManyRequests
from app.redis import RETRY_DELAY, RedisUnavailableError, breaker

QUEUE_SIZE = 100  # events that wait for a listener
BATCH_SIZE = 100  # listeners that are served before other requests continue
SERVICE_RESTART, TRY_AGAIN_LATER = 1012, 1013  # close codes of WebSockets
log = get_logger()


class Event(BaseModel):
    """Base class of the events that resources declare in their events.py.

    The type, such as "item.created", tells clients what happened.
    """

    type: str


class Message(BaseModel):
    """A serialised event on its way to the listeners of some topics."""

    topics: set[str]
    event: str


class TooManyStreams(TooManyRequests):
    code, detail = "too_many_streams", "Close other streams before you open this one."


class Listener:
    """A stream or socket that receives the events of one topic.

    It is disconnected if it may have missed an event: its client then connects again
    and reads the current state.
    """

    def __init__(self, topic: str, owner: str, session_id: UUID | None) -> None:
        self.topic = topic
        self.owner = owner
        self.session_id = session_id
        self.queue, self.events = create_memory_object_stream[str](QUEUE_SIZE)
        self.close_code = SERVICE_RESTART


class Hub:
    """Publishes through a channel of Redis or, without Redis, in this process."""

    def __init__(self, redis: Redis | None, *, channel: str) -> None:
        self.redis = redis
        self.channel = channel
        self.listeners: set[Listener] = set()
        self.is_closed = False

    @contextmanager
    def listen(
        self,
        topic: str,
        *,
        owner: str,
        max_streams: int,
        session_id: UUID | None = None,
    ) -> Iterator[Listener]:
        """Listen to a topic, unless the owner has `max_streams` in this process."""
        if sum(each.owner == owner for each in self.listeners) >= max_streams:
            raise TooManyStreams
        listener = Listener(topic, owner, session_id)
        self.listeners.add(listener)
        if self.is_closed:
            self.disconnect(listener)
        try:
            yield listener
        finally:
            self.disconnect(listener)
            listener.events.close()

    def disconnect(self, listener: Listener, close_code: int = SERVICE_RESTART) -> None:
        """End a listener after the events that are in its queue."""
        if listener in self.listeners:
            self.listeners.remove(listener)
            listener.close_code = close_code
            listener.queue.close()

    def disconnect_all(self) -> None:
        for listener in tuple(self.listeners):
            self.disconnect(listener)

    def close(self) -> None:
        """Disconnect all listeners, also those that are yet to come."""
        self.is_closed = True
        self.disconnect_all()

    async def publish(self, event: Event, *, topics: Iterable[str]) -> None:
        """Send an event to all processes; without Redis, to this one."""
        message = Message(topics=set(topics), event=event.model_dump_json())
        if self.redis:
            try:
                async with breaker.guard():
                    await self.redis.publish(self.channel, message.model_dump_json())
            except RedisUnavailableError:
                pass
            else:
                return
        await self.deliver(message)

    async def deliver(self, message: Message) -> None:
        """Send a message to the listeners of this process."""
        for number, listener in enumerate(tuple(self.listeners), 1):
            if listener.topic in message.topics and listener in self.listeners:
                try:
                    listener.queue.send_nowait(message.event)
                except WouldBlock:
                    self.disconnect(listener, TRY_AGAIN_LATER)
            if number % BATCH_SIZE == 0:
                await asyncio.sleep(0)

    async def subscribe(self, redis: Redis) -> None:
        """Deliver what all processes publish, until this task is cancelled."""
        while True:
            try:
                async with redis.pubsub(ignore_subscribe_messages=True) as pubsub:
                    await pubsub.subscribe(self.channel)
                    self.disconnect_all()  # they may have missed an event
                    while True:
                        if found := await pubsub.get_message(timeout=10):
                            await self.deliver(
                                Message.model_validate_json(found["data"])
                            )
            except (OSError, RedisError, ValueError) as error:
                log.warning("realtime_subscription_lost", error=repr(error))
            await asyncio.sleep(RETRY_DELAY)
