"""The Containers tab, as people meet it."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from html.parser import HTMLParser
from typing import Any

import pytest
import trustme
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from console.models import Team, User
from registries.distribution import Secret
from registries.flavors import FLAVORS
from registries.models import Check, Connection
from registries.models import check as check_module
from registries.outcomes import Finding, Outcome, State, Step, StepResult
from tests.conftest import CANARY

People = Callable[[User], Client]
LIST = "/teams/northwind/containers/"
TYPED = {
    "name": "My-Registry",
    "url": "https://registry.example.com",
    "namespace": "/",
    "method": "basic",
    "username": "puller",
    "password": "hunter2",
    "purpose": "pull",
}
HTMX = {"HX-Request": "true"}


def authority() -> str:
    return trustme.CA().cert_pem.bytes().decode()


class Page(HTMLParser):
    """A page's inputs by name, and its text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.inputs: dict[str, dict[str, str | None]] = {}
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        if tag in ("input", "textarea") and (name := named.get("name")):
            self.inputs[name] = named

    def handle_data(self, data: str) -> None:
        self.text += data


def words(html: bytes) -> str:
    return re.sub(r"\s+", " ", Page(html.decode()).text).strip()


def result(outcome: Outcome, *, failed: Step | None = None, fact: str = "", fix: str = "", said: str = "") -> Finding:
    before = True
    steps = []
    for step in Step:
        before = before and step != failed
        state = State.FAILED if step == failed else State.PASSED if before else State.SKIPPED
        mine: dict[str, Any] = {"fact": fact, "fix": fix, "said": said} if step == failed else {"fact": "As it should be."}
        steps.append(StepResult(step=step, state=state, ms=5, **mine))
    return Finding(outcome=outcome, steps=tuple(steps))


WORKS = result(Outcome.CONNECTED)
REFUSED = result(
    Outcome.SIGN_IN_REFUSED,
    failed=Step.SIGN_IN,
    fact="The registry refused the password.",
    fix="Replace it.",
    said="HTTP 401 UNAUTHORIZED",
)


@pytest.fixture
def examined(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """Let checks end as the test says by `examined.append({"finding": …})`, and note what each was asked to examine."""
    calls: list[dict[str, Any]] = [{"finding": WORKS}]

    def examine(registry: Any, check: Check, **details: Any) -> Finding:
        finding: Finding = calls[0]["finding"]
        credential = registry.credential()
        calls.append(
            {"origin": registry.origin, "password": credential.password.reveal() if credential else None, **details}
        )
        return finding

    monkeypatch.setattr(check_module, "examine", examine)
    return calls


@pytest.fixture
def bobs(bob: User, team: Team, signed_in: People) -> Client:
    return signed_in(bob)


def add(client: Client, **typed: str) -> Any:
    return client.post(f"{LIST}add/other/", TYPED | typed)


# Adding -------------------------------------------------------------------------------------------------------------


def test_the_first_page_of_a_new_team_says_what_to_do(bobs: Client) -> None:
    page = words(bobs.get(LIST).content)

    assert "No registries yet" in page
    assert "Public images work already." in page


def test_the_chooser_leads_to_a_form_of_each_flavor(bobs: Client) -> None:
    page = bobs.get(f"{LIST}add/").content.decode()

    assert [slug for slug in FLAVORS if f'href="{LIST}add/{slug}/"' in page] == list(FLAVORS)


def test_a_valid_form_is_saved_then_tested_and_the_page_says_that_it_works(
    bobs: Client, examined: list[dict[str, Any]]
) -> None:
    response = add(bobs)

    assert response.headers["Location"] == f"{LIST}My-Registry/?saved=new"
    page = words(bobs.get(response.headers["Location"]).content)
    assert "My-Registry is saved and works." in page
    assert "containerRegistry: My-Registry" in page
    assert examined[1]["password"] == "hunter2"


def test_a_form_that_is_saved_and_does_not_work_says_so_too(bobs: Client, examined: list[dict[str, Any]]) -> None:
    examined[0]["finding"] = REFUSED

    page = words(bobs.get(add(bobs).headers["Location"]).content)

    assert "My-Registry is saved, but the test failed at Sign in." in page
    assert "The registry refused the password." in page
    assert "HTTP 401 UNAUTHORIZED" in page


def test_v25_a_form_with_a_fault_keeps_what_was_typed_but_for_the_secret(bobs: Client) -> None:
    response = add(bobs, name="no spaces", password=CANARY)

    assert response.status_code == 422
    page = response.content.decode()
    assert "Nothing is saved yet" in page
    assert Page(page).inputs["url"]["value"] == "https://registry.example.com"
    assert CANARY not in page
    assert not Connection.objects.exists()


def test_a_taken_name_leads_to_the_registry_that_has_it(bobs: Client, connection: Connection) -> None:
    page = add(bobs, name="WEB").content.decode()

    assert f'href="{LIST}web/"' in page
    assert "is taken" in page


def test_v36_fields_that_the_form_does_not_have_change_nothing(
    bobs: Client, charlie: User, examined: list[dict[str, Any]]
) -> None:
    elsewhere = charlie.teams.get()

    posted = {
        "id": "7",
        "version": "99",
        "outcome": "connected",
        "host": "evil.example.com",
        "flavor": "github",
        "is_staff": "on",
    }
    add(
        bobs, team=str(elsewhere.pk), team_id=str(elsewhere.pk), origin="https://evil.example.com", created_by="1", **posted
    )

    made = Connection.objects.get()
    assert (made.team.slug, made.flavor, made.host, made.version) == ("northwind", "other", "registry.example.com", 1)


def test_a_second_login_at_the_same_host_as_the_same_account_is_allowed_with_a_warning(
    bobs: Client, examined: list[dict[str, Any]]
) -> None:
    add(bobs)

    page = bobs.get(add(bobs, name="again").headers["Location"]).content.decode()

    assert f'The same host and user stand in another registry.</b> See <a href="{LIST}My-Registry/">My-Registry</a>' in page


def test_the_host_of_a_known_flavor_is_accepted_with_a_hint_that_offers_its_form(
    bobs: Client, examined: list[dict[str, Any]]
) -> None:
    page = bobs.get(add(bobs, url="https://example-registry.azurecr.io", username="_json_key").headers["Location"]).content

    assert b"<code>_json_key</code> is the username of Google" in page
    assert f'Azure has a form of its own, which asks for what it needs. <a href="{LIST}add/azure/">'.encode() in page


# Testing what is typed ----------------------------------------------------------------------------------------------


def test_a_test_works_before_a_name_is_given_and_saves_nothing(bobs: Client, examined: list[dict[str, Any]]) -> None:
    examined[0]["finding"] = REFUSED

    response = bobs.post(f"{LIST}add/other/try/", TYPED | {"name": ""}, headers=HTMX)

    assert "The registry refused the password." in words(response.content)
    assert examined[1]["password"] == "hunter2"
    assert not Connection.objects.exists()


def test_without_javascript_a_test_answers_with_the_whole_page_and_what_was_typed(
    bobs: Client, examined: list[dict[str, Any]]
) -> None:
    response = bobs.post(f"{LIST}add/other/try/", TYPED | {"password": CANARY})

    assert Page(response.content.decode()).inputs["username"]["value"] == "puller"
    assert "All 5 steps passed" in words(response.content)
    assert CANARY not in response.content.decode()


def test_a_test_past_the_free_places_says_when_to_come_again(bobs: Client, places: Any) -> None:
    places.full = True

    page = words(bobs.post(f"{LIST}add/other/try/", TYPED, headers=HTMX).content)

    assert "Other tests are running, and this one did not fit in." in page
    assert "Test again in a moment." in page


def test_a_check_past_the_free_places_waits_and_the_page_says_so(bobs: Client, connection: Connection, places: Any) -> None:
    places.full = True

    page = words(bobs.post(f"{LIST}web/check/", headers=HTMX).content)

    assert "Waiting for a free place" in page
    assert re.search("DNS: Not run yet.*TLS: Not run yet.*Sign in: Not run yet.*Pull: Not run yet.*Push", page)


def test_another_admin_does_not_see_what_one_is_only_typing(
    bobs: Client, alice: User, signed_in: People, examined: list[dict[str, Any]]
) -> None:
    bobs.post(f"{LIST}add/other/try/", TYPED, headers=HTMX)
    typed = Check.objects.get()

    assert signed_in(alice).get(f"{LIST}checks/{typed.pk}/", headers=HTMX).status_code == 404
    assert bobs.get(f"{LIST}checks/{typed.pk}/", headers=HTMX).status_code == 200


def test_v01_a_check_of_a_stored_connection_uses_what_is_stored_whatever_is_posted(
    bobs: Client, connection: Connection, examined: list[dict[str, Any]]
) -> None:
    bobs.post(f"{LIST}web/check/", TYPED | {"url": "https://evil.example.com", "ca_certificate": "x", "password": "typed"})

    assert [(call["origin"], call["password"], call["ca_certificate"]) for call in examined[1:]] == [
        ("https://registry.example.com", CANARY, "")
    ]


def test_v01_a_test_in_the_edit_form_sends_no_stored_secret_to_a_typed_address(
    bobs: Client, connection: Connection, examined: list[dict[str, Any]]
) -> None:
    typed = TYPED | {"url": "https://evil.example.com", "password": "", "version": "1"}

    response = bobs.post(f"{LIST}web/edit/try/", typed, headers=HTMX)

    assert examined[1:] == []
    assert "Enter the secret again, because the address changed." in words(response.content)


def test_v01_a_test_in_the_edit_form_sends_no_stored_secret_to_another_authority(
    bobs: Client, connection: Connection, examined: list[dict[str, Any]]
) -> None:
    typed = TYPED | {"password": "", "version": "1", "namespace": "web", "ca_certificate": authority()}

    for path in ("edit/try/", "edit/"):
        page = words(bobs.post(f"{LIST}web/{path}", typed, headers=HTMX).content)
        assert "Enter the secret again, because the CA certificate changed." in page

    assert examined[1:] == []


def test_a_private_key_in_place_of_a_certificate_is_not_shown_again(bobs: Client) -> None:
    key = f"-----BEGIN PRIVATE KEY-----\n{CANARY}\n-----END PRIVATE KEY-----"

    page = add(bobs, ca_certificate=key).content.decode()

    assert "This holds a private key." in page
    assert CANARY not in page


def test_a_locked_connection_heals_also_by_needing_no_login(
    bobs: Client, connection: Connection, examined: list[dict[str, Any]], settings: Settings
) -> None:
    settings.BERTH_SEALING_KEYS = "k9:" + "A" * 43 + "="

    edit(bobs, method="none")

    assert Connection.objects.get().locked is False


@pytest.mark.parametrize(
    "address",
    [
        "https://registry.example.com:8443",
        "http://registry.example.com",
        "https://registry.example.com.evil.example",
        "evil.example.com",
    ],
)
def test_v02_an_edit_that_changes_the_host_needs_the_secret_again(
    bobs: Client, connection: Connection, address: str
) -> None:
    response = bobs.post(f"{LIST}web/edit/", TYPED | {"name": "web", "url": address, "password": "", "version": "1"})

    assert response.status_code == 422
    assert "Enter the secret again, because the address changed." in words(response.content)
    connection.refresh_from_db()
    assert connection.host == "registry.example.com"


# One connection -----------------------------------------------------------------------------------------------------


def edit(client: Client, **typed: str) -> Any:
    stored = TYPED | {"name": "web", "namespace": "web", "password": "", "version": "1"}
    return client.post(f"{LIST}web/edit/", stored | typed)


def test_v30_no_password_input_has_a_value(bobs: Client, connection: Connection) -> None:
    inputs = Page(bobs.get(f"{LIST}web/edit/").content.decode()).inputs

    assert inputs["password"].get("value") is None
    assert inputs["username"]["value"] == "puller"


def test_v31_saving_the_form_unchanged_keeps_the_secret(
    bobs: Client, connection: Connection, examined: list[dict[str, Any]]
) -> None:
    page = words(bobs.get(edit(bobs).headers["Location"]).content)

    assert "web is changed and works. The saved secret was kept." in page
    assert Connection.objects.get().secrets()["password"].reveal() == CANARY


def test_a_new_secret_replaces_the_stored_one(bobs: Client, connection: Connection, examined: list[dict[str, Any]]) -> None:
    page = words(bobs.get(edit(bobs, password="new one").headers["Location"]).content)

    assert "web is changed and works. The secret was replaced." in page
    assert Connection.objects.get().secrets()["password"].reveal() == "new one"


def test_two_people_editing_at_once_lose_nothing(
    bobs: Client, alice: User, signed_in: People, connection: Connection, examined: list[dict[str, Any]]
) -> None:
    edit(signed_in(alice), description="Written by Alice")

    response = edit(bobs, description="Written by Bob")

    page = response.content.decode()
    assert response.status_code == 409
    assert "Alice Andersen" in page
    assert "Written by Alice" in page
    assert Page(page).inputs["description"]["value"] == "Written by Bob"
    assert Connection.objects.get().description == "Written by Alice"
    # Having seen it, one may save over it.
    edit(bobs, description="Written by both", version=str(Page(page).inputs["version"]["value"]))
    assert Connection.objects.get().description == "Written by both"


def test_a_renamed_connection_is_still_found_under_its_old_name(
    bobs: Client, connection: Connection, examined: list[dict[str, Any]]
) -> None:
    edit(bobs, name="site")

    response = bobs.get(f"{LIST}web/")

    assert response.headers["Location"] == f"{LIST}site/"
    assert "web" in words(bobs.get(f"{LIST}site/").content)


def test_a_paused_connection_says_so_and_is_not_tested(
    bobs: Client, connection: Connection, examined: list[dict[str, Any]]
) -> None:
    bobs.post(f"{LIST}web/pause/", {"paused": "yes"})

    bobs.post(f"{LIST}web/check/")

    assert examined[1:] == []
    assert "Paused" in words(bobs.get(f"{LIST}web/").content)
    bobs.post(f"{LIST}web/pause/", {"paused": "no"})
    bobs.post(f"{LIST}web/check/")
    assert len(examined) == 2


def test_a_connection_is_resumed_once(bobs: Client, connection: Connection) -> None:
    bobs.post(f"{LIST}web/pause/", {"paused": "yes"})

    first, second = (bobs.post(f"{LIST}web/pause/", {"paused": "no"}, follow=True) for _ in range(2))

    assert "web works again." in words(first.content)
    assert "works again" not in words(second.content)


@pytest.mark.parametrize("before", ["yes", "no"])
@pytest.mark.parametrize("typed", [{}, {"paused": ""}, {"paused": "true"}, {"paused": "No"}])
def test_what_is_neither_a_pause_nor_its_end_changes_nothing(
    bobs: Client, connection: Connection, before: str, typed: dict[str, str]
) -> None:
    bobs.post(f"{LIST}web/pause/", {"paused": before})

    answer = bobs.post(f"{LIST}web/pause/", typed, follow=True)

    assert Connection.objects.get().paused is (before == "yes")
    assert "Nothing is changed. It was not said whether web is to be paused." in words(answer.content)
    assert "works again" not in words(answer.content)


def test_a_connection_that_nothing_refers_to_is_deleted_by_one_button(bobs: Client, connection: Connection) -> None:
    assert "Delete web?" in words(bobs.get(f"{LIST}web/delete/").content)

    response = bobs.post(f"{LIST}web/delete/", follow=True)

    assert "web is deleted." in words(response.content)
    assert not Connection.objects.exists()


def test_a_member_sees_health_and_how_to_use_it_but_no_way_to_change_it(
    vera: User, connection: Connection, signed_in: People
) -> None:
    client = signed_in(vera)

    for path in (LIST, f"{LIST}web/"):
        page = client.get(path).content.decode()
        assert "web" in page
        for verb in ("edit/", "delete/", "check/", "pause/", "add/"):
            assert f'{LIST}web/{verb}"' not in page
            assert f'{LIST}{verb}"' not in page


@pytest.mark.parametrize("outcome", list(Outcome))
def test_every_outcome_has_a_word_in_the_list_and_only_connected_looks_healthy(
    outcome: Outcome, vera: User, connection: Connection, signed_in: People
) -> None:
    Connection.objects.filter(pk=connection.pk).update(outcome=outcome)

    page = signed_in(vera).get(LIST).content.decode()

    assert outcome.label in words(page.encode())
    assert ("status--ok" in page) == (outcome == Outcome.CONNECTED)


# The list -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def many(team: Team, alice: User) -> None:
    for number in range(60):
        registry = FLAVORS["other"](url=f"https://r{number}.example.com", namespace="", username="u", password=Secret("p"))  # type: ignore[call-arg]
        team.connections.connect(f"registry-{number:02}", registry, by=alice)


def names(client: Client, query: str = "") -> list[str]:
    page = client.get(LIST + query).content.decode()
    return re.findall(r'id="registry-([\w.-]+)"', page)


def test_the_list_pages_at_fifty_in_order_of_name(bobs: Client, many: None) -> None:
    assert len(names(bobs)) == 50
    assert names(bobs, "?page=2")[-1].endswith("59")


def test_the_list_asks_the_database_as_often_for_many_as_for_one(
    bobs: Client, connection: Connection, many: None, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    bobs.get(LIST)
    with django_assert_num_queries(8):
        bobs.get(LIST)
    Connection.objects.exclude(pk=connection.pk).delete()
    with django_assert_num_queries(8):
        bobs.get(LIST)


def test_search_finds_names_and_addresses(bobs: Client, many: None) -> None:
    assert len(names(bobs, "?q=REGISTRY-07")) == 1
    assert len(names(bobs, "?q=https://r12.example.com/")) == 1
    assert "Nothing matches “xyz”" in words(bobs.get(f"{LIST}?q=xyz").content)


def test_the_filters_count_and_show_what_they_say(bobs: Client, many: None) -> None:
    by_name = {connection.name: connection.pk for connection in Connection.objects.all()}
    change: dict[str, dict[str, Any]] = {
        "registry-00": {"outcome": "connected"},
        "registry-01": {"outcome": "sign_in_refused"},
        "registry-02": {"outcome": "connected", "ends_on": timezone.localdate()},
        "registry-03": {"outcome": "unreachable", "paused": True},
        "registry-04": {"outcome": "connected", "purpose": "push"},
    }
    for name, values in change.items():
        Connection.objects.filter(pk=by_name[name]).update(**values)

    page = words(bobs.get(LIST).content)

    assert [re.sub(r".*-", "", name) for name in names(bobs, "?show=attention")] == ["01", "02"]
    assert [re.sub(r".*-", "", name) for name in names(bobs, "?show=push")] == ["04"]
    assert len(names(bobs, "?show=unchecked")) == 50
    assert re.search(r"All 60.*Needs attention 2.*Can push 1.*Not checked 55", page)


@pytest.mark.parametrize(
    "query", ["?order=password", "?password__startswith=C", "?sealed__ciphertext__gt=a", "?show=team__secret", "?page=x"]
)
def test_v37_filters_are_a_closed_list(bobs: Client, connection: Connection, query: str) -> None:
    assert names(bobs, query) == ["web"] or len(names(bobs, query)) == 1


def test_htmx_gets_the_list_alone(bobs: Client, connection: Connection) -> None:
    part = bobs.get(f"{LIST}?q=web", headers=HTMX).content.decode()

    assert "<html" not in part
    assert 'id="registries"' in part


def test_what_a_registry_and_people_write_is_escaped(bobs: Client, connection: Connection) -> None:
    payload = "<img src=x onerror=alert(1)>"
    Connection.objects.filter(pk=connection.pk).update(
        description=payload, reason=payload, outcome="unreachable", account=payload
    )
    Check.objects.create(
        team=connection.team, connection=connection, host="h", finished_at=timezone.now(), outcome="unreachable",
        steps_json=[{"step": "dns", "state": "failed", "fact": payload, "fix": payload, "said": payload, "ms": 1}],
    )  # fmt: skip

    for path in (LIST, f"{LIST}web/", f"{LIST}web/edit/", f"{LIST}web/delete/"):
        assert payload not in bobs.get(path).content.decode()


def test_the_facts_name_the_authority_that_is_trusted_and_its_end(
    connection: Connection, vera: User, signed_in: People
) -> None:
    Connection.objects.update(ca_certificate=authority() + authority())
    first, second = Connection.objects.get().authorities

    page = signed_in(vera).get("/teams/northwind/containers/web/").content.decode()

    for one in (first, second):
        assert f"<dt>CA</dt><dd>{one.subject}<small>until {one.ends_at.day} " in page
    assert first.subject.startswith("trustme")


def test_a_stored_bundle_that_no_longer_reads_breaks_no_page(connection: Connection, vera: User, signed_in: People) -> None:
    Connection.objects.update(ca_certificate="-----BEGIN CERTIFICATE-----\nno\n-----END CERTIFICATE-----")

    assert signed_in(vera).get("/teams/northwind/containers/web/").status_code == 200


def test_the_facts_say_since_when_it_is_so(connection: Connection, vera: User, signed_in: People) -> None:
    Connection.objects.update(outcome="connected", outcome_since=datetime(2026, 3, 14, tzinfo=UTC))
    check = connection.checks.create(team=connection.team, host="h", outcome="connected", finished_at=timezone.now())
    Connection.objects.update(last_check=check)

    page = " ".join(signed_in(vera).get("/teams/northwind/containers/web/").content.decode().split())

    assert "<small>since 14 Mar 2026, checked <time" in page
