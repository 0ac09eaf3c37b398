"""List the tasks that were given up: `poe failed-tasks`."""

from argparse import ArgumentParser

from django.core.management.base import BaseCommand
from django_ox.actions import retry_many
from django_ox.models import OxTask

# The workers of lost tasks were killed, each time.
FAILED = (OxTask.Status.FAILED, OxTask.Status.LOST)


class Command(BaseCommand):
    help = "List the tasks that were given up. With --retry they run again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--retry", action="store_true", help="run them again")

    def handle(self, *_args: object, retry: bool, **_options: object) -> None:
        tasks = OxTask.objects.filter(status__in=FAILED).order_by("enqueued_at")
        listed = list(tasks)
        for task in listed:
            error = task.errors[-1]["traceback"].strip().rpartition("\n")[2]
            self.stdout.write(
                f"{task.enqueued_at:%Y-%m-%d %H:%M:%S}  {task.pk}  {task.task_path}  "
                f"{error}"
            )
        if retry:
            retry_many(task.pk for task in listed)
        self.stdout.write(f"{len(listed)} failed tasks")
