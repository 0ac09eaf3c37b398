from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient

from app.accounts.models import User
from app.extensions import db
from app.uploads.models import Upload
from tests.forms import submit
from tests.uploads.helpers import list_files


def test_staff_delete_files(
    app: Flask, admin: FlaskClient, staff: User, directory: Path
) -> None:
    upload = Upload(owner_id=staff.id, name="a.pdf", type="application/pdf", size=0)
    with app.app_context():
        db.session.add(upload)
        db.session.commit()
    (directory / upload.id.hex).touch()
    assert "a.pdf" in admin.get("/admin/upload/").text
    submit(admin, f"/admin/upload/delete/?id={upload.id}", id=str(upload.id))
    assert "a.pdf" not in admin.get("/admin/upload/").text
    assert list_files(directory) == set()
