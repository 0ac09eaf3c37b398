import re

import pytest
from flask import Flask, get_template_attribute
from flask_wtf import FlaskForm
from pydantic import BaseModel, model_validator
from wtforms import BooleanField, SelectField, StringField

from app.pages.forms import validate_form


class TeaForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
    class Meta:
        csrf = False

    name = StringField("Name")
    kind = SelectField("Kind", choices=["green", "black"])
    is_loose = BooleanField("Loose")


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
    ("field", "css_class"),
    [
        ("name", "form-control"),
        ("kind", "form-select"),
        ("is_loose", "form-check-input"),
    ],
)
def test_a_field_has_the_class_of_its_kind(
    app: Flask, field: str, css_class: str
) -> None:
    with app.test_request_context():
        text = get_template_attribute("macros.html", "field")(TeaForm()[field])
    (control,) = re.findall(rf'<[^>]* id="{field}"[^>]*>', text)
    assert f'class="{css_class}"' in control


def test_the_error_of_a_model_validator_is_shown_above_the_form(app: Flask) -> None:
    data = {"name": "Oolong", "kind": "green"}
    with app.test_request_context(method="POST", data=data):
        form = TeaForm()
        assert validate_form(form, Tea) is None
        summary = get_template_attribute("macros.html", "error_summary")(form)
    assert form.form_errors == ["The name must have the kind in it."]
    assert "The name must have the kind in it." in summary
