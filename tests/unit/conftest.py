"""Fixtures for the questionnaire and the decision of the work tree."""

import pytest

from selector.recommendation.decision import Decision
from selector.template.questionnaire import Questionnaire
from selector.template.source import PackageTree


@pytest.fixture(scope="session")
def questionnaire() -> Questionnaire:
    return Questionnaire(PackageTree())


@pytest.fixture(scope="session")
def decision(questionnaire: Questionnaire) -> Decision:
    return questionnaire.decision
