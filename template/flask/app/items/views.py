"""The pages of items."""

import re
from uuid import UUID

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.extensions import db
from app.items import service
from app.items.forms import ItemForm
from app.items.schemas import ItemCreate, ItemUpdate
from app.pages.forms import validate_form

PAGE_SIZE = 20
bp = Blueprint("items", __name__, url_prefix="/items", template_folder="templates")


@bp.get("/")
def item_list() -> str:
    number = request.args.get("page", "1")
    if not re.fullmatch("[1-9][0-9]{0,5}", number):
        abort(404)
    query = service.select_items()
    page = db.paginate(query, page=int(number), per_page=PAGE_SIZE)
    return render_template("items/list.html", page=page)


@bp.route("/new", methods=["GET", "POST"])
def new_item() -> ResponseReturnValue:
    form = ItemForm()
    if values := validate_form(form, ItemCreate):
        try:
            item = service.create_item(values)
            db.session.commit()
        except service.NameTaken as error:
            form.name.errors = [error.detail]
        else:
            flash(f"“{item.name}” was created.")
            return redirect(url_for(".item_list"), code=303)
    return _show_form("New item", form)


@bp.route("/<uuid:item_id>/edit", methods=["GET", "POST"])
def edit_item(item_id: UUID) -> ResponseReturnValue:
    form = ItemForm(obj=service.get_item(item_id))
    if values := validate_form(form, ItemCreate):
        changes = ItemUpdate(**values.model_dump())
        try:
            item = service.update_item(item_id, changes)
            db.session.commit()
        except service.NameTaken as error:
            form.name.errors = [error.detail]
        else:
            flash(f"“{item.name}” was saved.")
            return redirect(url_for(".item_list"), code=303)
    return _show_form("Edit item", form)


@bp.route("/<uuid:item_id>/delete", methods=["GET", "POST"])
def delete_item(item_id: UUID) -> ResponseReturnValue:
    item = service.get_item(item_id)
    if request.method == "POST":
        service.delete_item(item_id)
        db.session.commit()
        flash(f"“{item.name}” was deleted.")
        return redirect(url_for(".item_list"), code=303)
    return render_template("items/delete.html", item=item)


def _show_form(heading: str, form: ItemForm) -> ResponseReturnValue:
    page = render_template("items/form.html", heading=heading, form=form)
    return page, 422 if form.errors else 200
