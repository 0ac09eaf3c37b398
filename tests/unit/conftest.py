"""The questionnaire and the decision of the work tree."""

import pytest

from selector.questionnaire import Questionnaire
from selector.recommendation.decision import Decision
from selector.template import PackageTree


@pytest.fixture(scope="session")
def questionnaire() -> Questionnaire:
    return Questionnaire(PackageTree())


@pytest.fixture(scope="session")
def decision(questionnaire: Questionnaire) -> Decision:
    return questionnaire.decision
