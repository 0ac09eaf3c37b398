"""The pages below /items/."""

from collections.abc import Callable
from functools import wraps
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from app.items import service
from app.pages.forms import ItemForm


def missing_is_404[**P](view: Callable[P, HttpResponse]) -> Callable[P, HttpResponse]:
    @wraps(view)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        try:
            return view(*args, **kwargs)
        except service.ItemNotFound:
            raise Http404 from None

    return wrapper


@require_safe
def item_list(request: HttpRequest) -> HttpResponse:
    page = Paginator(service.list_items(), 20).get_page(request.GET.get("page"))
    return render(request, "items/list.html", {"page": page})


@require_http_methods(["GET", "HEAD", "POST"])
def create(request: HttpRequest) -> HttpResponse:
    form = ItemForm(request.POST or None)
    if form.is_valid():
        try:
            item = service.create_item(**form.cleaned_data)
            messages.success(request, f"“{item.name}” was created.")
            return redirect("items")
        except service.NameTaken:
            form.name_taken()
    return render(request, "items/form.html", {"form": form, "title": "New item"})


@require_http_methods(["GET", "HEAD", "POST"])
@missing_is_404
def edit(request: HttpRequest, item_id: UUID) -> HttpResponse:
    item = service.get_item(item_id=item_id)
    form = ItemForm(request.POST or None, instance=item)
    if form.is_valid():
        try:
            item = service.update_item(item_id=item_id, **form.cleaned_data)
            messages.success(request, f"“{item.name}” was saved.")
            return redirect("items")
        except service.NameTaken:
            form.name_taken()
    return render(request, "items/form.html", {"form": form, "title": "Edit item"})


@require_http_methods(["GET", "HEAD", "POST"])
@missing_is_404
def delete(request: HttpRequest, item_id: UUID) -> HttpResponse:
    item = service.get_item(item_id=item_id)
    if request.method == "POST":
        service.delete_item(item_id=item_id)
        messages.success(request, f"“{item.name}” was deleted.")
        return redirect("items")
    return render(request, "items/delete.html", {"item": item})
