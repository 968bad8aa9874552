"""A form that failed keeps its secrets: sealed, for a quarter of an hour, for one person and that form alone."""

import re
import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.management import call_command
from django.db import connection as database
from django.db import connections
from django.test import Client
from django.utils import timezone

from console.models import Team, User
from registries.distribution import Secret
from registries.flavors import FLAVORS
from registries.models import Connection, Draft
from registries.models import check as check_module
from registries.models import draft as draft_module
from registries.outcomes import Finding, Outcome, State, Step, StepResult
from tests.conftest import CANARY
from tests.lab.certificates import Authority

People = Callable[[User], Client]
ADD = "/teams/northwind/containers/add/other/"
TYPED = {
    "name": "no spaces", "url": "https://registry.example.com", "namespace": "web", "method": "basic",
    "username": "puller", "password": CANARY, "purpose": "pull",
}  # fmt: skip
AGAIN = {**TYPED, "name": "good", "password": ""}


def draft_in(response: Any) -> str:
    named = re.search(r'name="draft" value="([^"]+)"', response.content.decode())
    return named[1] if named else ""


def failed(client: Client, page: str = ADD, **changes: str) -> str:
    """Post a form that has a fault, and return the draft that its page names."""
    response = client.post(page, {**TYPED, **changes})
    assert response.status_code == 422
    assert CANARY not in response.content.decode()
    return draft_in(response)


def password_of(name: str) -> str:
    secret: Secret = Connection.objects.get(name=name).secrets()["password"]
    return secret.reveal()


def test_what_was_typed_into_a_failed_form_need_not_be_typed_again(
    team: Team, bob: User, signed_in: People, unreachable: None
) -> None:
    client = signed_in(bob)
    draft = failed(client)

    response = client.post(ADD, {**AGAIN, "draft": draft})

    assert response.status_code == 302
    assert password_of("good") == CANARY
    assert not Draft.objects.exists()


def test_the_page_says_that_it_is_kept_and_nothing_more(team: Team, bob: User, signed_in: People) -> None:
    page = signed_in(bob).post(ADD, TYPED).content.decode()

    assert "<b>Kept for this form</b>, for 15 minutes. Leave blank to use it." in page
    assert 'value="puller"' in page
    assert CANARY not in page


def test_it_is_kept_through_several_failures_and_a_newer_one_takes_its_place(
    team: Team, bob: User, signed_in: People, unreachable: None
) -> None:
    client = signed_in(bob)
    draft = failed(client, password="first")

    assert failed(client, password="", draft=draft) == draft
    assert failed(client, password=CANARY, draft=draft) == draft
    client.post(ADD, {**AGAIN, "draft": draft})

    assert password_of("good") == CANARY
    assert not Draft.objects.exists()


def test_a_form_that_had_nothing_typed_keeps_nothing(team: Team, bob: User, signed_in: People) -> None:
    response = signed_in(bob).post(ADD, {**TYPED, "password": ""})

    assert draft_in(response) == ""
    assert not Draft.objects.exists()


@pytest.mark.parametrize("other", ["", "not-a-uuid", "00000000-0000-4000-8000-000000000000", "\x00", "9" * 5000])
def test_a_draft_that_does_not_exist_gives_nothing(other: str, team: Team, bob: User, signed_in: People) -> None:
    response = signed_in(bob).post(ADD, {**AGAIN, "draft": other})

    assert response.status_code == 422
    page = response.content.decode()
    assert "Enter the password or token." in page
    assert ("What was kept for this form is no longer there." in page) == bool(other)


def test_nobody_else_and_no_other_team_can_use_it(
    team: Team, alice: User, bob: User, charlie: User, signed_in: People
) -> None:
    draft = failed(signed_in(bob))
    team.memberships.create(user=charlie, role="admin")
    Draft.objects.update(by=bob)

    for person, url in ((alice, ADD), (charlie, ADD), (charlie, ADD.replace("northwind", "elsewhere"))):
        response = signed_in(person).post(url, {**AGAIN, "draft": draft})
        assert response.status_code == 422
        assert not Connection.objects.exists()
    assert Draft.objects.get().secrets_if_they_open()["password"].reveal() == CANARY


def test_no_other_form_can_use_it(team: Team, bob: User, connection: Connection, signed_in: People) -> None:
    client = signed_in(bob)
    draft = failed(client)

    elsewhere = [
        ("/teams/northwind/containers/add/harbor/", {"registry": "registry.example.com", "namespace": "web"}),
        ("/teams/northwind/containers/web/edit/", {"url": "https://evil.example.com", "version": "1"}),
    ]
    for url, typed in elsewhere:
        response = client.post(url, {**AGAIN, **typed, "draft": draft})
        assert response.status_code == 422, url
        assert draft_in(response) == ""


@pytest.mark.parametrize("column", ["by", "team", "flavor", "connection", "reach", "uuid"])
def test_a_row_that_somebody_changed_in_the_database_does_not_open(
    column: str, team: Team, bob: User, alice: User, charlie: User, connection: Connection, signed_in: People
) -> None:
    failed(signed_in(bob))
    changed = {
        "by": alice.pk, "team": Team.objects.get(slug="elsewhere").pk, "flavor": "harbor", "connection": connection.pk,
        "reach": "https://evil.example.com", "uuid": "11111111-1111-4111-8111-111111111111",
    }[column]  # fmt: skip

    Draft.objects.update(**{column: changed})

    assert Draft.objects.get().secrets_if_they_open() == {}


def test_after_a_quarter_of_an_hour_it_is_gone_and_the_page_says_so(team: Team, bob: User, signed_in: People) -> None:
    client = signed_in(bob)
    draft = failed(client)

    with time_machine.travel(timezone.now() + timedelta(minutes=15, seconds=1)):
        response = client.post(ADD, {**AGAIN, "draft": draft})
        opened = client.get(f"{ADD}?draft={draft}")
        Draft.objects.sweep()

    assert response.status_code == 422
    assert "What was kept for this form is no longer there." in response.content.decode()
    assert "Drafts expire after 15 minutes." in opened.content.decode()
    assert not Draft.objects.exists()


def test_what_somebody_left_behind_is_taken_away_by_the_next_one(
    team: Team, alice: User, bob: User, signed_in: People
) -> None:
    left = failed(signed_in(bob))

    with time_machine.travel(timezone.now() + timedelta(minutes=16)):
        failed(signed_in(alice))

    assert not Draft.objects.filter(uuid=left).exists()


def test_the_process_that_keeps_one_takes_it_away(
    team: Team, bob: User, signed_in: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    timers: list[tuple[float, Callable[[], None]]] = []

    class Timer:
        daemon = False

        def __init__(self, seconds: float, job: Callable[[], None]) -> None:
            timers.append((seconds, job))

        def start(self) -> None:
            assert self.daemon

    monkeypatch.setattr(threading, "Timer", Timer)
    monkeypatch.setattr(draft_module, "_sweeping", threading.Lock())
    monkeypatch.setattr(connections, "close_all", lambda: None)
    failed(signed_in(bob))
    failed(signed_in(bob))

    assert [seconds for seconds, _ in timers] == [901]
    with time_machine.travel(timezone.now() + timedelta(seconds=901)):
        timers[0][1]()
    assert not Draft.objects.exists()
    failed(signed_in(bob))
    assert len(timers) == 2


def test_a_kept_secret_goes_nowhere_but_where_it_was_typed_for(
    team: Team, bob: User, signed_in: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[Any] = []
    monkeypatch.setattr("registries.models.check.examine", lambda registry, *args, **more: tried.append(registry))
    client = signed_in(bob)

    for url in (ADD, f"{ADD}try/"):
        draft = failed(client)
        response = client.post(url, {**AGAIN, "url": "https://evil.example.com", "draft": draft})
        assert response.status_code == 422
        assert "Enter the secret again, because the address changed." in response.content.decode()

    assert tried == []
    assert not Connection.objects.exists()
    assert all(draft.secrets_if_they_open() == {} for draft in Draft.objects.all())


def test_a_wrong_address_may_be_mended(team: Team, bob: User, signed_in: People, unreachable: None) -> None:
    client = signed_in(bob)
    draft = failed(client, url="not an address")

    client.post(ADD, {**AGAIN, "draft": draft})

    assert password_of("good") == CANARY


def test_the_secrets_of_a_failed_edit_are_kept_for_that_connection(
    team: Team, bob: User, connection: Connection, signed_in: People, unreachable: None
) -> None:
    client = signed_in(bob)
    url = "/teams/northwind/containers/web/edit/"
    draft = failed(client, url, password="changed-secret", version="1")

    page = client.post(url, {**AGAIN, "name": "no spaces", "version": "1", "draft": draft}).content.decode()
    response = client.post(url, {**AGAIN, "name": "web", "version": "1", "draft": draft})

    assert "Kept for this form" in page
    assert response.status_code == 302
    assert "saved=replaced" in response.headers["Location"]
    assert password_of("web") == "changed-secret"


def test_two_who_edit_at_once_lose_no_secret(
    team: Team, alice: User, bob: User, connection: Connection, signed_in: People, unreachable: None
) -> None:
    url = "/teams/northwind/containers/web/edit/"
    signed_in(alice).post(url, {**AGAIN, "name": "web", "description": "hers", "version": "1"})

    response = signed_in(bob).post(url, {**TYPED, "name": "web", "password": "his-secret", "version": "1"})
    assert response.status_code == 409
    draft = draft_in(response)
    version = str(Connection.objects.get().version)
    signed_in(bob).post(url, {**AGAIN, "name": "web", "version": version, "draft": draft})

    assert password_of("web") == "his-secret"


def test_a_test_without_javascript_keeps_what_was_typed(
    team: Team, bob: User, signed_in: People, unreachable: None
) -> None:
    client = signed_in(bob)

    response = client.post(f"{ADD}try/", TYPED)
    draft = draft_in(response)
    again = client.post(f"{ADD}try/", {**AGAIN, "draft": draft})
    client.post(ADD, {**AGAIN, "draft": draft})

    assert response.status_code == again.status_code == 200
    assert password_of("good") == CANARY


def test_a_key_file_is_kept_too(team: Team, bob: User, signed_in: People, unreachable: None) -> None:
    from tests.registries.flavor_table import GCP, KEY

    client, url = signed_in(bob), "/teams/northwind/containers/add/gcp/"
    draft = draft_in(client.post(url, {**GCP, "name": "no spaces", "purpose": "pull"}))

    client.post(url, {**GCP, "key": "", "name": "good", "purpose": "pull", "draft": draft})

    assert Connection.objects.get(name="good").secrets()["key"].reveal() == KEY


def test_one_person_cannot_fill_the_table(team: Team, bob: User) -> None:
    for _ in range(draft_module.MOST + 3):
        Draft.objects.keep(team, FLAVORS["other"], {}, by=bob)

    assert Draft.objects.count() == draft_module.MOST


def test_a_draft_stands_in_no_table_that_can_be_read(team: Team, bob: User, signed_in: People) -> None:
    client = signed_in(bob)
    failed(client)

    with database.cursor() as cursor:
        for table in database.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {database.ops.quote_name(table)}")
            values = [bytes(v) if isinstance(v, bytes | memoryview) else str(v).encode() for row in cursor for v in row]
            assert not any(CANARY.encode() in value for value in values), table
    assert CANARY not in str(dict(client.session))


# What an attack found ------------------------------------------------------------------------------------------------

OTHER_PLACE = {"url": "https://other.example.org"}
WRONG_LOGIN = {"username": "a:b"}  # a fault beside the address


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, dict[str, str]]]:
    """What was sent where: hosts and the secrets, opened."""
    sent: list[tuple[str, dict[str, str]]] = []

    def examine(registry: Any, check: Any, **details: Any) -> Finding:
        sent.append((registry.host, {name: secret.reveal() for name, secret in registry.secrets().items()}))
        steps = tuple(StepResult(step=step, state=State.SKIPPED) for step in Step)
        return Finding(outcome=Outcome.UNREACHABLE, steps=steps)

    monkeypatch.setattr(check_module, "examine", examine)
    return sent


def test_a_fault_beside_the_address_does_not_loosen_where_a_secret_may_go(
    team: Team, bob: User, signed_in: People, sent: list[Any]
) -> None:
    client = signed_in(bob)
    draft = failed(client, **WRONG_LOGIN)

    response = client.post(f"{ADD}try/", {**AGAIN, **OTHER_PLACE, "draft": draft})

    assert response.status_code == 422
    assert sent == []


def test_a_secret_takes_on_no_other_secrets_place(team: Team, bob: User, signed_in: People, sent: list[Any]) -> None:
    client = signed_in(bob)
    draft = failed(client, password="for-the-first")
    failed(client, password="for-the-second", draft=draft, **OTHER_PLACE, **WRONG_LOGIN)

    back = client.post(f"{ADD}try/", {**AGAIN, "draft": draft})
    there = client.post(f"{ADD}try/", {**AGAIN, **OTHER_PLACE, "password": "for-the-second", "draft": draft})

    assert (back.status_code, there.status_code) == (422, 200)
    assert sent == [("other.example.org", {"password": "for-the-second"})]


def test_a_kept_secret_is_bound_to_whom_it_trusts(team: Team, bob: User, signed_in: People, sent: list[Any]) -> None:
    client = signed_in(bob)
    draft = failed(client)

    response = client.post(f"{ADD}try/", {**AGAIN, "ca_certificate": Authority().pem, "draft": draft})

    assert response.status_code == 422
    assert sent == []


def test_what_was_dropped_stays_dropped(team: Team, bob: User, signed_in: People) -> None:
    failed(signed_in(bob))
    draft = Draft.objects.get()
    Draft.objects.all().delete()

    assert draft.renew(draft.unseal(), reach="") is False
    assert not Draft.objects.exists()


def test_a_kept_key_is_not_mixed_with_an_old_session_token(
    team: Team, bob: User, signed_in: People, sent: list[Any]
) -> None:
    temporary = {"registry": "123456789012", "region": "eu-west-1", "method": "key", "access_key": "ASIA" + "A" * 16}
    registry = FLAVORS["aws"](**temporary, secret_key=Secret("o" * 40), session_token=Secret("old-token" * 20))  # type: ignore[call-arg]
    team.connections.connect("ecr", registry, by=bob)
    client, url = signed_in(bob), "/teams/northwind/containers/ecr/edit/"
    typed = {**temporary, "access_key": "ASIA" + "B" * 16, "purpose": "pull", "version": "1"}
    draft = draft_in(client.post(url, {**typed, "name": "no spaces", "secret_key": "n" * 40}))

    client.post(f"{url}try/", {**typed, "name": "ecr", "draft": draft})

    assert sent == [("123456789012.dkr.ecr.eu-west-1.amazonaws.com", {"secret_key": "n" * 40})]


def test_a_region_that_was_forgotten_loses_no_key(team: Team, bob: User, signed_in: People, sent: list[Any]) -> None:
    client, url = signed_in(bob), "/teams/northwind/containers/add/aws/"
    typed = {"name": "ecr", "registry": "123456789012", "method": "key", "access_key": "AKIA" + "A" * 16, "purpose": "pull"}
    draft = draft_in(client.post(url, {**typed, "secret_key": "k" * 40}))

    response = client.post(url, {**typed, "region": "eu-west-1", "draft": draft})

    assert response.status_code == 302
    assert sent[0][1] == {"secret_key": "k" * 40}


@pytest.mark.parametrize(
    ("slug", "typed"),
    [
        ("aws", {"registry": "123456789012", "region": "eu-west-1", "method": "password", "password": CANARY, "role": "x",
                 "access_key": "bad key!"}),
        ("other", {"url": "https://registry.example.com", "method": "none", "username": "a:b", "password": "\x00"}),
        ("azure", {"registry": "acme01", "method": "admin", "username": "a:b", "password": CANARY}),
        ("quay", {"registry": "quay.io", "namespace": "acme", "method": "app", "username": "a:b", "password": CANARY}),
    ],
)  # fmt: skip
def test_a_fault_in_a_field_that_the_page_hides_stops_nobody(
    slug: str, typed: dict[str, str], team: Team, bob: User, signed_in: People, unreachable: None
) -> None:
    url = f"/teams/northwind/containers/add/{slug}/"

    response = signed_in(bob).post(url, {**typed, "name": "good", "purpose": "pull"})

    assert response.status_code == 302, response.context["form"].errors


def test_every_start_deletes_what_had_expired(team: Team, bob: User, signed_in: People) -> None:
    failed(signed_in(bob))
    Draft.objects.update(created_at=timezone.now() - timedelta(minutes=16))

    call_command("migrate", verbosity=0)

    assert not Draft.objects.exists()
