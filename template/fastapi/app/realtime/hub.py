"""Tells what changes to those who listen: in this process, by Redis in all of them."""

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from anyio import WouldBlock, create_memory_object_stream
from pydantic import BaseModel
from redis.asyncio import Redis
from redis.exceptions import RedisError
from structlog import get_logger

from app.api.schemas import ItemRead
from app.items.changes import Change, Kind, audiences_of
from app.settings import PROJECT_NAME

UNREAD = 100  # changes that a listener may leave waiting
AT_ONCE = 100  # listeners that are told before other work gets its turn
PATIENCE = 0.1  # seconds to wait for Redis
PAUSE = 1  # seconds until it is asked again
RESTARTING, TOO_SLOW = 1012, 1013  # in the words of WebSockets
CHANNEL = f"{PROJECT_NAME}: changes"
log = get_logger()


class ItemChange(BaseModel):
    """What was done to an item, and how it is now; a deleted one, how it was."""

    kind: Kind
    item: ItemRead


class News(BaseModel):
    audiences: set[str]
    change: ItemChange


class Listener:
    """A connection that is told changes until it is let go.

    That happens also when it may have missed one: who comes back reads everything anew.
    """

    def __init__(self, audience: str) -> None:
        self.audience = audience
        self.inbox, self.changes = create_memory_object_stream[ItemChange](UNREAD)
        self.code = RESTARTING


class Hub:
    def __init__(self, redis: Redis | None) -> None:
        self.redis = redis
        self.listeners: set[Listener] = set()
        self.closed = False

    @contextmanager
    def listen(self, audience: str) -> Iterator[Listener]:
        listener = Listener(audience)
        self.listeners.add(listener)
        if self.closed:
            self.let_go(listener)
        try:
            yield listener
        finally:
            self.let_go(listener)
            listener.changes.close()

    def let_go(self, listener: Listener, code: int = RESTARTING) -> None:
        if listener in self.listeners:
            self.listeners.remove(listener)
            listener.code = code
            listener.inbox.close()

    def let_all_go(self) -> None:
        for listener in tuple(self.listeners):
            self.let_go(listener)

    def close(self) -> None:
        self.closed = True
        self.let_all_go()

    async def publish(self, changes: Sequence[Change]) -> None:
        """Tell all processes; if Redis is gone or slow, at least this one."""
        for kind, item in changes:
            change = ItemChange(kind=kind, item=ItemRead.model_validate(item))
            news = News(audiences=audiences_of(item), change=change)
            try:
                if self.redis:
                    async with asyncio.timeout(PATIENCE):
                        await self.redis.publish(CHANNEL, news.model_dump_json())
                    continue
            except (OSError, RedisError) as error:
                log.warning("realtime_without_redis", exc_info=error)
            await self.tell(news)

    async def tell(self, news: News) -> None:
        """Tell the listeners of this process."""
        for number, listener in enumerate(tuple(self.listeners), 1):
            if listener.audience in news.audiences and listener in self.listeners:
                try:
                    listener.inbox.send_nowait(news.change)
                except WouldBlock:
                    self.let_go(listener, TOO_SLOW)
            if number % AT_ONCE == 0:
                await asyncio.sleep(0)

    async def follow(self, redis: Redis) -> None:
        """Hear what all processes tell. Whoever may have missed it has to come back."""
        while True:
            try:
                async with redis.pubsub(ignore_subscribe_messages=True) as pubsub:
                    await pubsub.subscribe(CHANNEL)
                    self.let_all_go()
                    while True:
                        if message := await pubsub.get_message(timeout=10):
                            await self.tell(News.model_validate_json(message["data"]))
            except (RedisError, ValueError) as error:
                log.warning("realtime_without_redis", exc_info=error)
            await asyncio.sleep(PAUSE)
