from collections.abc import Callable
from decimal import Decimal
from xml.etree import ElementTree as ET

import pytest

from app.analytics.charts import draw_groups, draw_months
from app.analytics.reports import Row

ROWS = [Row("2026-01", Decimal(1)), Row("2026-02", Decimal("1234567.89"))]


@pytest.mark.parametrize("draw", [draw_months, draw_groups])
def test_charts_comply_with_the_policy_of_pages(
    draw: Callable[[list[Row]], str],
) -> None:
    tree = ET.fromstring(draw(ROWS))  # noqa: S314 - written by the service
    for element in tree.iter():
        assert element.tag.rpartition("}")[2] not in {"script", "style"}
        assert {"style", "id", "onclick"}.isdisjoint(element.keys())


def test_labels_are_escaped() -> None:
    assert "<b>" not in draw_groups([Row("<b>&\"'", Decimal(1))])


def test_the_largest_group_is_at_the_top() -> None:
    svg = draw_groups([Row("First", Decimal(2)), Row("Second", Decimal(1))])
    texts = [element.text for element in ET.fromstring(svg).iter()]  # noqa: S314 - as above
    assert texts.index("Second") < texts.index("First")  # the axis begins at the bottom


@pytest.mark.parametrize("value", ["0", "999999999999.99", "0.01"])
def test_extreme_values_can_be_drawn(value: str) -> None:
    for draw in (draw_months, draw_groups):
        assert draw([Row("a", Decimal(value))]).startswith("<svg")
