"""The worker: dramatiq's threads, which run the tasks of this application."""

from uuid import UUID

from dramatiq import Broker, Worker, actor
from dramatiq.middleware import TimeLimit
from flask import Flask

from app.tasks import runner
from app.tasks.redis_broker import ACTOR, QUEUE

CHECK_INTERVAL = 500  # milliseconds between two checks for tasks that take too long


def create_worker(app: Flask, broker: Broker, threads: int) -> Worker:
    """Return a worker for the tasks that the broker delivers.

    An attempt that takes too long ends with an exception in its thread. It cannot
    interrupt a call that waits, such as one to a server: these need timeouts, too.
    """
    limit = TimeLimit(time_limit=runner.TIMEOUT * 1000, interval=CHECK_INTERVAL)
    broker.add_middleware(limit)

    @actor(broker=broker, actor_name=ACTOR, queue_name=QUEUE)
    def run(task_id: str) -> None:
        runner.run_task(app, UUID(task_id))

    broker.emit_after("process_boot")  # starts the time limit
    return Worker(broker, worker_threads=threads)
