"""The report about a team: what support sends on, bounded, recorded, and without a secret in any form."""

import base64
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy

from console.models import Event, Team, User, Verb
from registries import sealing
from registries.admin import bundle as module
from registries.admin.bundle import NOT_TOLD, bundle, plain
from registries.distribution import Secret
from registries.flavors import FLAVORS
from registries.models import Asker, Connection, HandOut, HandOutResult, MachineToken
from tests.browser.scene import Scene
from tests.registries.flavor_table import made

ODD = 'CANARY-"odd"/\\ä+=&-é\u2028'
GITHUB_TOKEN = "ghp_" + "aB3dE6gH9j" * 4


def forms_of(secret: str) -> list[str]:
    """Return a secret in every form in which it could stand in a file."""
    raw = secret.encode()
    return [
        secret, json.dumps(secret)[1:-1], json.dumps(secret, ensure_ascii=False)[1:-1],
        quote(secret), quote(secret, safe=""),
        base64.b64encode(raw).decode().rstrip("="), base64.urlsafe_b64encode(raw).decode().rstrip("="),
        base64.b64encode(b"puller:" + raw).decode().rstrip("="), raw.hex(),
    ]  # fmt: skip


@pytest.fixture
def full(connection: Connection, alice: User) -> Team:
    """A team with everything: connections in every state, a token that was used, activity."""
    team = connection.team
    Scene(team, alice).every_state()
    odd = FLAVORS["other"](url="https://odd.example.com", namespace="", username="puller", password=Secret(ODD))  # type: ignore[call-arg]
    team.connections.connect("odd", odd, by=alice)
    ends_at = timezone.now() + timedelta(days=30)
    token, _ = MachineToken.objects.issue(team, "ci", by=alice, ends_at=ends_at, connections=[connection])
    asker = Asker(team=team, name="ci", token=token, address="10.4.2.17")
    HandOut.objects.note(asker, HandOutResult.GIVEN, kind=HandOut.Kind.CREDENTIAL, asked="registry.example.com/web/app")
    return team


def downloaded(client: Client, team: Team) -> str:
    answer = client.post(reverse("admin:console_team_report", args=[team.pk]))
    assert answer.status_code == 200
    assert answer["Content-Disposition"].startswith('attachment; filename="berth-northwind-')
    return answer.content.decode()


def test_it_has_what_support_needs(reading: Client, full: Team) -> None:
    told = json.loads(downloaded(reading, full))

    web = next(row for row in told["connections"]["rows"] if row["name"] == "web")
    assert web["settings"] == {
        "url": "https://registry.example.com",
        "namespace": "web",
        "method": "basic",
        "username": "puller",
    }
    failed = next(row for row in told["connections"]["rows"] if row["name"] == "acr-vision")
    assert [step["step"] for step in failed["tests"][0]["steps"]] == ["dns", "tls", "sign_in", "pull", "push"]
    assert told["hand_outs_of_30_days"]["rows"][0]["result"] == "given"
    assert told["machine_tokens"]["rows"][0]["registries"] == ["web"]
    assert "person:connection:add" in {row["verb"] for row in told["activity_of_30_days"]["rows"]}
    assert told["team"]["members"] == {"admin": 1, "member": 1, "owner": 1}
    assert set(told["versions"]) == {"berth", "python", "django", "database"}


def test_no_secret_is_in_it_in_any_form_and_none_is_opened(
    reading: Client, full: Team, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    secrets = [
        secret.reveal() for row in full.connections.exclude(name="sealed-elsewhere") for secret in row.secrets().values()
    ]
    token = MachineToken.objects.get()
    monkeypatch.setattr(sealing, "unseal", lambda *args: pytest.fail("A report unsealed a secret."))

    text = downloaded(reading, full)

    assert ODD in secrets
    for secret in [*(one for one in secrets if len(one) > 7), token.digest, alice.password]:
        for form in forms_of(secret):
            assert form not in text


def test_no_setting_but_those_that_are_named_is_told(reading: Client, full: Team, settings: object) -> None:
    settings.BERTH_EGRESS_PROXY = "http://user:CANARY-proxy@proxy.example.com:3128"  # type: ignore[attr-defined]

    text = downloaded(reading, full)

    assert json.loads(text)["settings"]["BERTH_EGRESS_PROXY"] is True
    assert "CANARY-proxy" not in text
    for name in ("SECRET_KEY", "BERTH_SEALING_KEYS", "DATABASE_URL", "EMAIL_HOST_PASSWORD"):
        assert name not in text


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (GITHUB_TOKEN, NOT_TOLD),
        (f"docker pull {GITHUB_TOKEN} now", "docker pull … now"),
        (f'auth="{GITHUB_TOKEN}", {{"token":"{GITHUB_TOKEN}"}}', 'auth="…", {"token":"…"}'),
        (f"sign-in as puller:{GITHUB_TOKEN}.", "sign-in as puller:…."),
        (f"/token?account=a%3A{GITHUB_TOKEN}&scope=x", "/token?account=a%3A…&scope=x"),
        ("it said\n-----BEGIN RSA PRIVATE KEY-----\nCANARY\nCANARY", "it said\n…"),
        ({"said": [GITHUB_TOKEN, 7, None]}, {"said": [NOT_TOLD, 7, None]}),
        ("https://puller:CANARY@registry.example.com/v2", "https://…@registry.example.com/v2"),
        ("ghcr.io/acme/web:1@sha256:" + "a" * 64, "ghcr.io/acme/web:1@sha256:" + "a" * 64),
        ("northwind-ci", "northwind-ci"),
    ],
)
def test_free_text_loses_what_looks_like_a_secret(text: object, told: object) -> None:
    assert plain(text) == told


def test_a_token_that_stands_in_a_plain_field_is_not_told(reading: Client, connection: Connection, alice: User) -> None:
    HandOut.objects.note(
        Asker(team=connection.team, name="ci"), HandOutResult.NOT_FOUND, kind=HandOut.Kind.CREDENTIAL, asked=GITHUB_TOKEN
    )
    Connection.objects.update(settings={**connection.settings, "username": GITHUB_TOKEN}, account=GITHUB_TOKEN)

    assert GITHUB_TOKEN not in downloaded(reading, connection.team)


def test_no_text_of_the_report_goes_past_the_search_for_tokens(connection: Connection) -> None:
    Connection.objects.update(
        name=f"web:{GITHUB_TOKEN}", prefix=f"acme/{GITHUB_TOKEN}", test_image=f"acme/web:{GITHUB_TOKEN}"
    )
    HandOut.objects.note(Asker(team=connection.team, name="ci"), HandOutResult.NOT_FOUND, kind=HandOut.Kind.CREDENTIAL)
    HandOut.objects.update(registry=f"web:{GITHUB_TOKEN}")
    Team.objects.filter(pk=connection.team_id).update(name=f"Team {GITHUB_TOKEN}")

    told = bundle(Team.objects.get(pk=connection.team_id))

    assert GITHUB_TOKEN not in json.dumps(told)
    assert told["connections"]["rows"][0]["test_image"] == "acme/web:…"


def test_a_column_that_is_not_named_is_not_told(connection: Connection) -> None:
    Connection.objects.update(settings={**connection.settings, "password": "CANARY-misplaced"})

    assert "CANARY-misplaced" not in json.dumps(bundle(connection.team))


def test_it_is_bounded_and_says_where_it_was_cut(full: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST", {"connections": 2, "tests": 1, "hand_outs": 1, "activity": 3, "machine_tokens": 0})

    told = bundle(full)

    assert len(told["connections"]["rows"]) == 2
    assert told["connections"]["cut_off"]
    assert not told["hand_outs_of_30_days"]["cut_off"]
    assert told["activity_of_30_days"]["rows"][0]["number"] == Event.objects.filter(team=full).latest("number").number


def test_another_team_is_not_in_it(full: Team, charlie: User) -> None:
    made_elsewhere = made("dockerhub", {"namespace": "not-northwind", "username": "charlie", "password": "x"})
    charlie.teams.get().connections.connect("theirs", made_elsewhere, by=charlie)

    assert "not-northwind" not in json.dumps(bundle(full))


def test_the_team_sees_that_it_was_downloaded(reading: Client, full: Team) -> None:
    downloaded(reading, full)

    event = Event.objects.get(verb=Verb.STAFF_DOWNLOADED)
    assert (event.team, event.who) == (full, "Rita")
    assert "1 hand-outs" in event.detail


def test_a_link_downloads_nothing(reading: Client, full: Team, alice: User, signed_in: Callable[[User], Client]) -> None:
    url = reverse("admin:console_team_report", args=[full.pk])

    assert reading.get(url).status_code == 405
    assert signed_in(alice).post(url).status_code == 302
    assert not Event.objects.filter(verb=Verb.STAFF_DOWNLOADED).exists()


def test_it_is_in_english_whatever_staff_read(reading: Client, full: Team, settings: Any) -> None:
    settings.LANGUAGES = [("en", "English"), ("de", "Deutsch")]
    in_english = json.loads(downloaded(reading, full))
    reading.cookies["berth-language"] = "de"

    in_german = json.loads(downloaded(reading, full))

    for part in ("connections", "machine_tokens", "hand_outs_of_30_days"):
        assert in_german[part] == in_english[part]


def test_words_that_are_said_later_lose_what_looks_like_a_secret_too() -> None:
    assert plain(gettext_lazy(GITHUB_TOKEN)) == NOT_TOLD
