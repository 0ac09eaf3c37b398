from django.urls import include, path

urlpatterns = [
    path("", include("app.social.posts.urls")),
    path("", include("app.social.profiles.urls")),
    path("messages/", include("app.social.conversations.urls")),
    path("notifications/", include("app.social.notifications.urls")),
    path("report/", include("app.social.moderation.urls")),
]
