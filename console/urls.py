"""The only place that joins the apps' URLs."""

from django.contrib import admin
from django.urls import include, path

from console import views
from registries.urls import (
    api_urlpatterns,
    image_urlpatterns,
    machine_urlpatterns,
    team_urlpatterns,
    token_urlpatterns,
)

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
    path("teams/<slug:team>/spec-checker/", include(image_urlpatterns)),
    path("teams/<slug:team>/tokens/", include(token_urlpatterns)),
    path("api/v1/", api_urlpatterns),
    path("machine/", include(machine_urlpatterns)),
    path("admin/", admin.site.urls),
]

handler400 = views.bad_request
handler404 = views.page_not_found
handler500 = views.server_error
