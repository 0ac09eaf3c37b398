"""The form for an item. The rules of its fields are in schemas.py."""

from flask_wtf import FlaskForm
from wtforms import StringField, TextAreaField


class ItemForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
    name = StringField(
        "Name",
        description="Up to 100 characters, and different from your other items.",
        render_kw={"required": True, "maxlength": 100, "autocomplete": "off"},
    )
    description = TextAreaField(
        "Description",
        description="Up to 1,000 characters.",
        render_kw={"rows": 4},
    )
    price = StringField(
        "Price",
        description="With at most two decimals, such as 9.00.",
        render_kw={"required": True, "inputmode": "decimal", "autocomplete": "off"},
    )
