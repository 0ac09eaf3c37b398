from django.urls import path

from app.social.profiles import views

urlpatterns = [
    path("profile", views.own_profile, name="own-profile"),
    path("people", views.people, name="people"),
    path("blocked", views.blocked, name="blocked"),
    path("@<slug:handle>", views.profile, name="social-profile"),
    path("@<slug:handle>/picture", views.picture, name="profile-picture"),
    path("@<slug:handle>/followers", views.followers, name="followers"),
    path("@<slug:handle>/following", views.following, name="following"),
    path("@<slug:handle>/follow", views.follow, name="follow"),
    path("@<slug:handle>/unfollow", views.unfollow, name="unfollow"),
    path("@<slug:handle>/block", views.block, name="block"),
    path("@<slug:handle>/unblock", views.unblock, name="unblock"),
]
