"""The form for an item. The rules of its fields are in schemas.py."""

from flask_wtf import FlaskForm
from wtforms import StringField, TextAreaField

from app.items.schemas import DESCRIPTION_MAX_LENGTH, NAME_MAX_LENGTH


class ItemForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
    name = StringField(
        "Name",
        description=f"Up to {NAME_MAX_LENGTH} characters, "
        "and different from your other items.",
        render_kw={
            "required": True,
            "maxlength": NAME_MAX_LENGTH,
            "autocomplete": "off",
        },
    )
    description = TextAreaField(
        "Description",
        description=f"Up to {DESCRIPTION_MAX_LENGTH:,} characters.",
        render_kw={"rows": 4},
    )
    price = StringField(
        "Price",
        description="With at most two decimals, such as 9.00.",
        render_kw={"required": True, "inputmode": "decimal", "autocomplete": "off"},
    )
