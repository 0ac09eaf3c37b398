import re
from typing import Any
from uuid import uuid4

import pytest
from fastapi.datastructures import URL
from pydantic import BaseModel, model_validator

from app.pages.forms import validate_form
from app.pages.templating import templates

KINDS = [("green", "Green"), ("black", "Black")]
URL_FOR = {"url_for": lambda *_, **__: URL("/")}
macros: Any = templates.env.get_template("macros.html").make_module(URL_FOR)


class TeaForm(BaseModel):
    name: str = ""
    kind: str = ""
    is_loose: str = ""


class Tea(BaseModel):
    name: str
    kind: str
    is_loose: bool

    @model_validator(mode="after")
    def check_kind(self) -> "Tea":
        if self.kind not in self.name:
            raise ValueError("The name must have the kind in it.")
        return self


@pytest.mark.parametrize(
    ("arguments", "css_class"),
    [
        ({}, "form-control"),
        ({"options": KINDS, "value": "black"}, "form-select"),
        ({"type": "checkbox", "value": "true"}, "form-check-input"),
    ],
)
def test_a_field_has_the_class_of_its_kind(
    arguments: dict[str, object], css_class: str
) -> None:
    text = macros.field("tea", "Tea", **arguments)
    (control,) = re.findall(r'<[^>]* id="tea"[^>]*>', text)
    assert f'class="{css_class}"' in control
    assert (" checked" in control) == (css_class == "form-check-input")
    selected = re.findall(r'<option value="(.*)" selected>', text)
    assert selected == (["black"] if css_class == "form-select" else [])


def test_an_option_is_selected_whatever_its_type() -> None:
    first, second = uuid4(), uuid4()
    for options, value in (
        ([(first, "Green"), (second, "Black")], str(second)),
        ([(str(first), "Green"), (str(second), "Black")], second),
        ([(1, "Green"), (2, "Black")], "2"),
    ):
        text = macros.field("tea", "Tea", value, options=options)
        selected = re.findall(r'<option value="(.*)" selected>', text)
        assert selected == [str(value)]


def test_the_error_of_a_model_validator_is_shown_above_the_form() -> None:
    form = TeaForm(name="Oolong", kind="green", is_loose="true")
    values, errors = validate_form(Tea, form)
    assert values is None
    assert errors == {"": "The name must have the kind in it."}
    assert "The name must have the kind in it." in macros.error_summary(errors)
