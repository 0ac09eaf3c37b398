from unittest.mock import Mock

import pytest

from tests.contract.conftest import marked_features, pytest_generate_tests


def metafunc(*marks: pytest.MarkDecorator) -> Mock:
    """Return what pytest gives to its hook for a test with these marks."""
    given = [mark.mark for mark in marks]
    metafunc = Mock(fixturenames=["project"])
    metafunc.definition.iter_markers = lambda name: [
        mark for mark in given if mark.name == name
    ]
    metafunc.definition.get_closest_marker.return_value = None
    return metafunc


def test_marks_name_features() -> None:
    marks = (pytest.mark.features("api"), pytest.mark.features("shop", "mail"))
    assert marked_features(metafunc(*marks), "features") == {"api", "shop", "mail"}


def test_a_mark_that_names_no_feature_is_an_error() -> None:
    with pytest.raises(pytest.fail.Exception, match="acounts"):
        marked_features(metafunc(pytest.mark.features("acounts")), "features")


def test_marks_that_select_no_starter_are_an_error() -> None:
    contradiction = metafunc(pytest.mark.features("mail"), pytest.mark.without("mail"))
    with pytest.raises(pytest.fail.Exception, match="select no starter"):
        pytest_generate_tests(contradiction)
