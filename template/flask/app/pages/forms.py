"""The forms. What a field may hold is said by the rules of the domain."""

from typing import Any

from flask_wtf import FlaskForm
from wtforms import StringField, TextAreaField

from app.items.inputs import clean_description, clean_name, clean_price


class ItemForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
    name = StringField(
        "Name",
        filters=[clean_name],
        description="Up to 100 characters, and different from your other items.",
        render_kw={"required": True, "maxlength": 100, "autocomplete": "off"},
    )
    description = TextAreaField(
        "Description",
        filters=[clean_description],
        description="Up to 1,000 characters.",
        render_kw={"rows": 4},
    )
    price = StringField(
        "Price",
        filters=[clean_price],
        description="With at most two decimals, such as 9.00.",
        render_kw={"required": True, "inputmode": "decimal", "autocomplete": "off"},
    )

    def values(self) -> dict[str, Any]:
        return {key: self[key].data for key in ("name", "description", "price")}
