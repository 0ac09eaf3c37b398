from django.urls import path

from app.social.posts import views

urlpatterns = [
    path("feed", views.feed, name="social-feed"),
    path("posts/<uuid:post_id>", views.post, name="post"),
    path("posts/<uuid:post_id>/delete", views.delete, name="post-delete"),
    path("posts/<uuid:post_id>/like", views.like, name="post-like"),
    path("posts/<uuid:post_id>/unlike", views.unlike, name="post-unlike"),
]
