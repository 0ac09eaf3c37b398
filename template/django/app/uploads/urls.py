from django.urls import path

from app.uploads import views

urlpatterns = [
    path("", views.upload_list, name="uploads"),
    path("<uuid:upload_id>", views.download, name="upload-download"),
    path("<uuid:upload_id>/delete", views.delete, name="upload-delete"),
]
