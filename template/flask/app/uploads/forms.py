"""The form for a file. The rules of its content are in content.py."""

from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired


class UploadForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
    file = FileField(
        "New file",
        description="A picture (GIF, JPEG or PNG) or a PDF file.",
        validators=[FileRequired("Select a file.")],
        render_kw={"required": True, "accept": ".gif,.jpeg,.jpg,.pdf,.png"},
    )
