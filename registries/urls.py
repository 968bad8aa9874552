"""The room's URLs, joined by the house under a team: `/teams/<slug>/containers/…`."""

from django.urls import path

from registries import views

team_urlpatterns = [
    path("", views.connection_list, name="connection_list"),
    path("add/", views.connection_add, name="connection_add"),
    path("add/<str:flavor>/", views.connection_new, name="connection_new"),
    path("add/<str:flavor>/try/", views.connection_try, name="connection_try"),
    path("import/", views.connection_import, name="connection_import"),
    path("import/<uuid:pk>/drop/", views.draft_drop, name="draft_drop"),
    path("checks/<uuid:pk>/", views.check_detail, name="check_detail"),
    path("<str:name>/", views.connection_detail, name="connection_detail"),
    path("<str:name>/edit/", views.connection_edit, name="connection_edit"),
    path("<str:name>/edit/try/", views.connection_try_edit, name="connection_try_edit"),
    path("<str:name>/check/", views.connection_check, name="connection_check"),
    path("<str:name>/pause/", views.connection_pause, name="connection_pause"),
    path("<str:name>/delete/", views.connection_delete, name="connection_delete"),
]
