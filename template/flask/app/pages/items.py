"""The pages of items."""

from uuid import UUID

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.database import db
from app.items import service
from app.items.inputs import cursor_of, place_of
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
    try:
        cursor = request.args.get("cursor")
        page = service.list_items(after=place_of(cursor) if cursor else None)
    except ValueError:
        abort(404)
    next_cursor = cursor_of(page.items[-1]) if page.more else None
    return render_template("items/list.html", items=page.items, next_cursor=next_cursor)


@bp.route("/items/new", methods=["GET", "POST"])
def new_item() -> ResponseReturnValue:
    form = ItemForm()
    if form.validate_on_submit():
        try:
            service.create_item(**form.values())
            db.session.commit()
        except service.NameTaken as error:
            form.name.errors = [error.description]
        else:
            flash("The item was added.")
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
            flash("The item was saved.")
            return redirect(url_for(".item_list"), code=303)
    return show_form("Edit item", form)


@bp.route("/items/<uuid:item_id>/delete", methods=["GET", "POST"])
def delete_item(item_id: UUID) -> ResponseReturnValue:
    item = service.get_item(item_id=item_id)
    if request.method == "POST":
        service.delete_item(item_id=item_id)
        db.session.commit()
        flash("The item was deleted.")
        return redirect(url_for(".item_list"), code=303)
    return render_template("items/delete.html", item=item)


def show_form(heading: str, form: ItemForm) -> ResponseReturnValue:
    page = render_template("items/form.html", heading=heading, form=form)
    return page, 422 if form.errors else 200
