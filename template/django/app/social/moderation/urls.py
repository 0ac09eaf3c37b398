from django.urls import path

from app.social.moderation import views

urlpatterns = [
    path("profiles/@<slug:handle>", views.report_profile, name="report-profile"),
    path("posts/<uuid:post_id>", views.report_post, name="report-post"),
    path("messages/<uuid:message_id>", views.report_message, name="report-message"),
]
