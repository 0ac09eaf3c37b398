from datetime import timedelta

from django.utils import timezone

from app.shop.checkout.service import ABANDONED_AFTER
from app.shop.checkout.tasks import check_payments
from app.shop.models import Payment
from app.users.models import User
from tests.shop.factories import available, create_product, start_payment
from tests.shop.providers import PENDING, FakeProvider


def test_workers_release_what_customers_left(
    user: User, provider: FakeProvider
) -> None:
    provider.authorization = PENDING
    product = create_product()
    payment = start_payment(user, product)
    assert payment
    payment.created_at = timezone.now() - ABANDONED_AFTER - timedelta(minutes=1)
    payment.save()
    check_payments.enqueue()
    payment.refresh_from_db()
    assert payment.status == Payment.Status.FAILED
    assert available(product) == 5
