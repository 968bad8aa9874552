"""The only place that joins the apps' URLs."""

from django.contrib import admin
from django.urls import include, path

from console import views
from registries.urls import team_urlpatterns

urlpatterns = [
    path("", views.index, name="index"),
    path("setup/<str:token>/", views.setup, name="setup"),
    path("theme/", views.theme, name="theme"),
    path("accounts/signup/", views.closed, name="account_signup"),
    path("accounts/sessions/", include("allauth.usersessions.urls")),
    path("accounts/", include("allauth.account.urls")),
    path("teams/", views.team_list, name="team_list"),
    path("teams/create/", views.team_create, name="team_create"),
    path("teams/<slug:team>/", views.team_detail, name="team_detail"),
    path("teams/<slug:team>/containers/", include(team_urlpatterns)),
    path("admin/", admin.site.urls),
]

handler500 = views.server_error
