from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from app.analytics.models import Report, Sale, TrainedModel
from app.users.models import User


@pytest.mark.django_db
def test_an_analyst_and_sample_sales_are_created(settings: Any) -> None:
    settings.DEBUG = True
    for message in ("Created", "There are sales already."):
        output = StringIO()
        call_command("seed_sales", stdout=output)
        assert message in output.getvalue()
        analyst = User.objects.get(email="analyst@example.com")
        assert analyst.check_password(output.getvalue().split()[-1])
    assert analyst.has_perm("sales.view_sale")
    assert Sale.objects.exists()
    assert TrainedModel.objects.count() == 1
    assert {report.status for report in Report.objects.all()} == {"ready"}


def test_production_gets_no_sample_data(settings: Any) -> None:
    settings.DEBUG = False
    with pytest.raises(CommandError, match="for development"):
        call_command("seed_sales")
