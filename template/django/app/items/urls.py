from django.urls import path

from app.items import views

urlpatterns = [
    path("", views.item_list, name="items"),
    path("new", views.create, name="item-new"),
    path("<uuid:item_id>/edit", views.edit, name="item-edit"),
    path("<uuid:item_id>/delete", views.delete, name="item-delete"),
]
