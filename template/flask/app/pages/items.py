"""The pages of items."""

import re
from uuid import UUID

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.database import db
from app.items import service
from app.pages.forms import ItemForm

bp = Blueprint(
    "pages",
    __name__,
    template_folder="templates",
    static_folder="static",
    static_url_path="/static",
)


@bp.get("/")
def home() -> str:
    return render_template("home.html")


@bp.get("/items/")
def item_list() -> str:
    number = request.args.get("page", "1")
    if not re.fullmatch("[1-9][0-9]{0,5}", number):
        abort(404)
    page = db.paginate(service.select_items(), page=int(number), per_page=20)
    return render_template("items/list.html", page=page)


@bp.route("/items/new", methods=["GET", "POST"])
def new_item() -> ResponseReturnValue:
    form = ItemForm()
    if form.validate_on_submit():
        try:
            item = service.create_item(**form.values())
            db.session.commit()
        except service.NameTaken as error:
            form.name.errors = [error.description]
        else:
            flash(f"“{item.name}” was created.")
            return redirect(url_for(".item_list"), code=303)
    return show_form("New item", form)


@bp.route("/items/<uuid:item_id>/edit", methods=["GET", "POST"])
def edit_item(item_id: UUID) -> ResponseReturnValue:
    item = service.get_item(item_id=item_id)
    form = ItemForm(obj=item)
    if form.validate_on_submit():
        try:
            service.update_item(item_id=item_id, **form.values())
            db.session.commit()
        except service.NameTaken as error:
            form.name.errors = [error.description]
        else:
            flash(f"“{item.name}” was saved.")
            return redirect(url_for(".item_list"), code=303)
    return show_form("Edit item", form)


@bp.route("/items/<uuid:item_id>/delete", methods=["GET", "POST"])
def delete_item(item_id: UUID) -> ResponseReturnValue:
    item = service.get_item(item_id=item_id)
    if request.method == "POST":
        service.delete_item(item_id=item_id)
        db.session.commit()
        flash(f"“{item.name}” was deleted.")
        return redirect(url_for(".item_list"), code=303)
    return render_template("items/delete.html", item=item)


def show_form(heading: str, form: ItemForm) -> ResponseReturnValue:
    page = render_template("items/form.html", heading=heading, form=form)
    return page, 422 if form.errors else 200
