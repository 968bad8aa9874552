"""The room's URLs, joined by the house under a team: `/teams/<slug>/containers/…`, and what machines fetch."""

from django.urls import path

from registries import views
from registries.api import api
from registries.views import activity, image, spec, tokens

api_urlpatterns = api.urls
machine_urlpatterns = [path("berth.py", views.machine_client, name="machine_client")]
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
    path("<str:name>/reveal/", views.connection_reveal, name="connection_reveal"),
    path("<str:name>/pause/", views.connection_pause, name="connection_pause"),
    path("<str:name>/token-hosts/approve/", views.token_host_approve, name="token_host_approve"),
    path("<str:name>/token-hosts/withdraw/", views.token_host_withdraw, name="token_host_withdraw"),
    path("<str:name>/delete/", views.connection_delete, name="connection_delete"),
]
token_urlpatterns = [
    path("", tokens.token_list, name="token_list"),
    path("new/", tokens.token_new, name="token_new"),
    path("<slug:public_id>/rotate/", tokens.token_rotate, name="token_rotate"),
    path("<slug:public_id>/revoke/", tokens.token_revoke, name="token_revoke"),
    path("<slug:public_id>/remove/", tokens.token_remove, name="token_remove"),
]
spec_urlpatterns = [
    path("", spec.spec_checker, name="spec_checker"),
    path("image/", image.image_check, name="image_check"),
    path("image/<uuid:pk>/", image.image_check_test, name="image_check_test"),
]
activity_urlpatterns = [
    path("", activity.activity, name="activity"),
    path("export.csv", activity.activity_export, {"suffix": "csv"}, name="activity_csv"),
    path("export.jsonl", activity.activity_export, {"suffix": "jsonl"}, name="activity_jsonl"),
]
