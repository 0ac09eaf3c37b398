from django.urls import path

from app.social.conversations import views

urlpatterns = [
    path("", views.conversations, name="conversations"),
    path("@<slug:handle>", views.conversation, name="conversation"),
]
