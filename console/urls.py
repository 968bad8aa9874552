"""The only place that joins the apps' URLs."""

from django.contrib import admin
from django.urls import include, path

from console import views
from registries.urls import (
    activity_urlpatterns,
    api_urlpatterns,
    machine_urlpatterns,
    spec_urlpatterns,
    team_urlpatterns,
    token_urlpatterns,
)

urlpatterns = [
    path("api/v1/", api_urlpatterns),  # First, since machines ask most.
    path("", views.index, name="index"),
    path("setup/<str:token>/", views.setup, name="setup"),
    path("theme/", views.theme, name="theme"),
    path("language/", views.language, name="language"),
    path("accounts/signup/", views.closed, name="account_signup"),
    path("accounts/2fa/", include("console.second_step.urls")),
    path("accounts/sessions/", views.session_list, name="usersessions_list"),  # As allauth calls it.
    path("accounts/sessions/<int:pk>/end/", views.session_end, name="session_end"),
    path("accounts/oidc/sso/login/", views.sso_login, name="sso_login"),
    path("accounts/oidc/sso/login/callback/", views.sso_callback, name="sso_callback"),
    path("accounts/sso/", views.sso_connections, name="sso_connections"),
    path("accounts/sso/connect/", views.sso_connect, name="sso_connect"),
    path("accounts/sso/reauthenticate/", views.sso_reauthenticate, name="sso_reauthenticate"),
    path("accounts/password/set/", views.password_set, name="account_set_password"),
    path("accounts/", include("allauth.account.urls")),
    path("teams/", views.team_list, name="team_list"),
    path("teams/create/", views.team_create, name="team_create"),
    path("teams/<slug:team>/", views.team_detail, name="team_detail"),
    path("teams/<slug:team>/delete/", views.team_delete, name="team_delete"),
    path("teams/<slug:team>/second-step/", views.team_second_step, name="team_second_step"),
    path("teams/<slug:team>/members/", views.member_list, name="member_list"),
    path("teams/<slug:team>/members/invite/", views.member_invite, name="member_invite"),
    path("teams/<slug:team>/members/<uuid:user>/role/", views.member_role, name="member_role"),
    path("teams/<slug:team>/members/<uuid:user>/ask/", views.member_ask, name="member_ask"),
    path("teams/<slug:team>/members/<uuid:user>/remove/", views.member_remove, name="member_remove"),
    path("teams/<slug:team>/members/<uuid:user>/hand-over/", views.member_hand_over, name="member_hand_over"),
    path("teams/<slug:team>/invitations/<uuid:pk>/again/", views.invitation_again, name="invitation_again"),
    path("teams/<slug:team>/invitations/<uuid:pk>/withdraw/", views.invitation_withdraw, name="invitation_withdraw"),
    path("invitations/<str:secret>/", views.invitation, name="invitation"),
    path("teams/<slug:team>/containers/", include(team_urlpatterns)),
    path("teams/<slug:team>/spec-checker/", include(spec_urlpatterns)),
    path("teams/<slug:team>/tokens/", include(token_urlpatterns)),
    path("teams/<slug:team>/activity/", include(activity_urlpatterns)),
    path("machine/", include(machine_urlpatterns)),
    path("admin/", admin.site.urls),
]

handler400 = views.bad_request
handler404 = views.page_not_found
handler500 = views.server_error
