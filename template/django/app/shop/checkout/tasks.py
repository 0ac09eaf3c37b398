"""Tasks of the checkout."""

import structlog
from django.tasks import task

from app.shop.checkout import service

log = structlog.get_logger(__name__)


@task
def check_payments() -> None:
    """Finish or cancel the payments that customers left."""
    log.info("payments_checked", count=service.check_payments())
