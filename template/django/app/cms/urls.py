from django.urls import include, path, re_path
from django.views.generic import RedirectView
from wagtail.admin import urls as wagtailadmin_urls
from wagtail.contrib.sitemaps.views import sitemap
from wagtail.documents import urls as wagtaildocs_urls

from app.cms import views
from app.cms.feeds import PostFeed
from app.uploads.pictures import picture

# Wagtail's own pages for signing in do not limit attempts.
sign_in = RedirectView.as_view(pattern_name="sign-in", query_string=True)
urlpatterns = [
    path("cms/login/", sign_in),
    path("cms/", include(wagtailadmin_urls)),
    path("documents/", include(wagtaildocs_urls)),
    path("media/images/<str:name>", picture, {"folder": "images"}),
    path("media/avatar_images/<str:name>", picture, {"folder": "avatar_images"}),
    path("feed.xml", PostFeed(), name="feed"),
    path("sitemap.xml", sitemap, name="sitemap"),
    path("search/", views.search, name="search"),
    path("_util/login/", sign_in, name="wagtailcore_login"),
    path("", views.serve_page, {"path": ""}, name="home"),
    # In place of wagtail.urls. It has to be the last one, since it matches any path.
    re_path(r"^([\w\-/]*)$", views.serve_page, name="wagtail_serve"),
]
