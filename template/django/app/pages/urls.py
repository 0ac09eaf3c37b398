"""URLs of the pages."""

from django.urls import path
from django.views.generic import TemplateView

from app.pages import items

urlpatterns = [
    path("", TemplateView.as_view(template_name="home.html"), name="home"),
    path("items/", items.item_list, name="items"),
    path("items/new", items.create, name="item-new"),
    path("items/<uuid:item_id>/edit", items.edit, name="item-edit"),
    path("items/<uuid:item_id>/delete", items.delete, name="item-delete"),
]
