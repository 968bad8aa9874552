"""Token hosts: one is approved by its name, once, is sealed with the secret, and gets the login of that connection."""

import base64
import logging
from collections.abc import Callable
from contextlib import nullcontext
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from console.models import Event, Team, User, Verb
from registries import sealing
from registries.authorities import reach
from registries.distribution import Client, Credential, RealmRefused, Secret
from registries.distribution.token_host import may_be_approved, spells
from registries.flavors.base import Flavor
from registries.flavors.other import Other
from registries.models import Check, Connection, Minted, NotNamed, Sealed, SecretLocked, Stale, TooMany
from registries.models import check as check_module
from registries.models.token_hosts import MOST_TOKEN_HOSTS
from registries.outcomes import Outcome, State, Step
from tests.conftest import CANARY
from tests.fake_registry import FakeRegistry, FakeWay, answer

People = Callable[[User], Browser]
REGISTRY, TOKENS, EVIL = "https://registry.example.com", "https://auth.example.net", "https://evil.example"
PAGE = "/teams/northwind/containers/web/"
APPROVE, WITHDRAW, TRY = f"{PAGE}token-hosts/approve/", f"{PAGE}token-hosts/withdraw/", f"{PAGE}edit/try/"

# Which origins could be approved ------------------------------------------------------------------------------------

APPROVABLE = [
    TOKENS,
    f"{TOKENS}:5001",
    "https://registry.example.com:8443",
    "https://xn--rgistry-cya.example",
    "https://a.b.c.d.example",
]
NEVER = [
    "",
    "http://auth.example.net",
    "https://auth.example.net/",
    "https://auth.example.net/token",
    "https://Auth.example.net",
    "https://auth.example.net:443",
    "https://auth.example.net:0443",
    "https://auth.example.net:80",
    "https://auth.example.net:22",
    "https://auth.example.net:99999",
    "https://auth.example.net:",
    "https://auth.example.net.",
    "https://auth..example.net",
    "https://-auth.example.net",
    "https://auth_x.example.net",
    "https://user@auth.example.net",
    "https://user:pass@auth.example.net",
    "https://auth.example.net#x",
    "https://auth.example.net?x",
    "https://auth",
    "https://localhost",
    "https://localhost:5001",
    "https://auth.localhost",
    "https://localhost.localdomain",
    "https://127.0.0.1",
    "https://127.1",
    "https://127.0.0.0x1",
    "https://0x7f.0.0.1",
    "https://2130706433",
    "https://8.8.8.8",
    "https://[::1]",
    "https://[2001:db8::1]",
    "https://[::ffff:127.0.0.1]",
    "https://r\u00e9gistry.example",
    "https://auth.example\uff0enet",
    "javascript:alert(1)",
    "//auth.example.net",
    "https://" + "a." * 130 + "example",
]


@pytest.mark.parametrize("origin", APPROVABLE)
def test_an_https_origin_with_a_public_kind_of_name_may_be_approved(origin: str) -> None:
    assert may_be_approved(origin)


@pytest.mark.parametrize("origin", NEVER)
def test_v04_what_is_not_such_an_origin_can_never_be_approved(origin: str) -> None:
    assert not may_be_approved(origin)


BASIC = base64.b64encode(f"puller:{CANARY}".encode()).decode()


@pytest.mark.parametrize(
    ("name", "secret"),
    [
        (f"x{CANARY}.evil.example", CANARY),
        (f"{CANARY.lower()}.evil.example", CANARY),
        (f"{CANARY[:14]}.evil.example", CANARY),
        (f"a{CANARY[-14:]}.evil.example", CANARY),
        (".".join(CANARY.replace("-", "")) + ".example", CANARY),
        (base64.b64encode(CANARY.encode()).decode().rstrip("=") + ".example", CANARY),
        (base64.b32encode(CANARY.encode()).decode().rstrip("=") + ".example", CANARY),
        (CANARY.encode().hex() + ".example", CANARY),
        (BASIC.rstrip("=") + ".example", BASIC),
        ("hunter2.evil.example", "hunter2"),
        ("hun-ter2.evil.example", "hunter2"),
    ],
)
def test_a_name_that_spells_a_secret_is_seen(name: str, secret: str) -> None:
    assert spells(name, secret)


@pytest.mark.parametrize("secret", [CANARY, BASIC, "hunter2", "abc", ""])
def test_a_name_that_spells_none_is_not(secret: str) -> None:
    assert not spells("https://auth.example.net", secret)


def refused(realm: str, **login: str) -> RealmRefused:
    fake = FakeRegistry(realm="https://nowhere.example/")
    fake.answers["GET", "/v2/"] = answer(401, www_authenticate=f'Bearer realm="{realm}"')
    typed = {"username": "puller", "password": CANARY} | login
    credential = Credential(host="registry.example", username=typed["username"], password=Secret(typed["password"]))
    with pytest.raises(RealmRefused) as caught:
        Client(fake.origin, fake, credential=credential).sign_in()
    assert (fake.paths, fake.login_went_to) == (["GET /v2/"], set())
    return caught.value


def test_a_client_tells_the_origin_that_could_be_approved_and_no_more_of_the_realm() -> None:
    assert refused(f"{TOKENS.upper()}:443/token?account=x").origin == TOKENS


@pytest.mark.parametrize(
    "realm", ["http://auth.example.net/token", "https://127.0.0.1/", "https://u@auth.example.net/", "https://auth:443/"]
)
def test_a_client_does_not_tell_an_origin_that_cannot_be(realm: str) -> None:
    assert refused(realm).origin == ""


@pytest.mark.parametrize(
    ("host", "login"),
    [
        (f"x{CANARY}.evil.example", {}),
        (base64.b64encode(f"puller:{CANARY}".encode()).decode().rstrip("=")[:40] + ".example", {}),
        ("ghp-0123456789abcdefghij.example", {"username": "ghp_0123456789abcdefghij"}),
    ],
)
def test_v21_a_client_does_not_tell_a_name_in_which_the_login_stands(host: str, login: dict[str, str]) -> None:
    error = refused(f"https://{host}/token", **login)

    assert error.origin == ""
    assert host.lower() not in f"{error} {vars(error)}".lower()


def test_an_account_that_is_named_like_the_token_host_hides_nothing() -> None:
    assert refused(f"{TOKENS}/token", username="somebody-at-work@auth.example.net").origin == TOKENS


# A connection whose registry sends logins elsewhere -----------------------------------------------------------------


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> FakeRegistry:
    """The registry of the connection `web`, whose token service is on another host; checks go there."""
    fake = FakeRegistry(origin=REGISTRY, realm=f"{TOKENS}/token", users={"puller": CANARY})
    monkeypatch.setattr(check_module, "Way", lambda origin, **options: nullcontext(FakeWay(fake)))
    return fake


def now(connection: Connection) -> Connection:
    found: Connection = Connection.objects.get(pk=connection.pk)
    return found


def checked(connection: Connection, *, by: User) -> Check:
    """Test a connection as it is now."""
    check = Check.objects.ask(now(connection), by=by)
    Check.run_queued()
    check.refresh_from_db()
    return check


@pytest.fixture
def named(connection: Connection, alice: User, fake: FakeRegistry) -> Connection:
    """The connection `web` after a test that ended at its token host."""
    checked(connection, by=alice)
    return now(connection)


@pytest.fixture
def approved(named: Connection, alice: User) -> Connection:
    """The same, with its token host approved by alice, and not tested since."""
    named.approve_token_host(TOKENS, by=alice, version=named.version)
    return now(named)


ANYBODY = Other(url=REGISTRY, method="none")


def other(**typed: Any) -> Flavor:
    fields: dict[str, Any] = {
        "url": REGISTRY,
        "namespace": "web",
        "username": "puller",
        "password": Secret(CANARY),
        **typed,
    }
    return Other(**fields)


def edited(connection: Connection, registry: Flavor, *, by: User, keep_secrets: bool = False) -> Connection:
    details = {"description": "new", "purpose": "pull", "test_image": "", "ca_certificate": "", "ends_on": None}
    connection.replace(
        registry, by=by, version=connection.version, keep_secrets=keep_secrets, name=connection.name, **details
    )
    return now(connection)


def test_a_check_tells_the_token_host_that_could_be_approved_and_sends_nothing_there(
    named: Connection, fake: FakeRegistry
) -> None:
    step = named.checks.get().steps[list(Step).index(Step.SIGN_IN)]

    assert (step.state, step.token_host, named.outcome) == (State.FAILED, TOKENS, Outcome.NOT_A_REGISTRY)
    assert step.fact == "The registry sends logins to a token service that is not its own."
    assert (named.named_token_host, named.token_origins) == (TOKENS, ())
    assert (fake.paths, fake.login_went_to) == (["GET /v2/"], set())


def test_what_a_check_finds_elsewhere_names_no_token_host(connection: Connection, alice: User, fake: FakeRegistry) -> None:
    fake.realm = f"{REGISTRY}/token"

    check = checked(connection, by=alice)

    assert (check.outcome, check.token_host, now(connection).named_token_host) == (Outcome.CONNECTED, "", "")


def test_v21_a_token_host_in_whose_name_the_password_stands_is_told_nowhere(
    connection: Connection, alice: User, fake: FakeRegistry, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    fake.realm = f"https://{CANARY}.evil.example/token"

    check = checked(connection, by=alice)

    assert (check.outcome, check.token_host) == (Outcome.NOT_A_REGISTRY, "")
    assert CANARY.lower() not in f"{check.steps_json} {caplog.text}".lower()


# Approving ----------------------------------------------------------------------------------------------------------


def test_an_approved_token_host_gets_the_login_and_nobody_else_does(
    approved: Connection, alice: User, fake: FakeRegistry
) -> None:
    check = checked(approved, by=alice)

    assert check.outcome == Outcome.CONNECTED
    assert {request.origin for request in fake.received if request.login} == {TOKENS}


def test_an_approval_is_sealed_recorded_and_counted(named: Connection, bob: User) -> None:
    saved = Sealed.objects.values("created_at", "created_by", "revision").get(connection=named)

    named.approve_token_host(TOKENS, by=bob, version=named.version)

    after = now(named)
    assert after.secrets()["password"] == Secret(CANARY)
    assert (after.version, after.changed_by, after.outcome) == (named.version, bob, "")
    assert Sealed.objects.values("created_at", "created_by", "revision").get(connection=named) == {
        **saved,
        "revision": saved["revision"] + 1,
    }
    event = Event.objects.first()
    assert (str(event), event and event.verb, event and event.detail) == (
        "Bob Berg approved a token host for web",
        "person:connection:approve",
        "auth.example.net.",
    )
    host = after.approved_token_hosts[0]
    assert (host.name, host.by) == ("auth.example.net", bob)
    assert host.at is not None
    assert timezone.now() - host.at < timedelta(minutes=1)


def test_a_login_that_was_minted_before_is_forgotten(named: Connection, alice: User) -> None:
    minted = Minted(connection=named, revision=1, reach="x")
    minted.seal({})
    minted.save()

    named.approve_token_host(TOKENS, by=alice, version=named.version)

    assert not Minted.objects.filter(connection=named).exists()


@pytest.mark.parametrize(
    "origin", [EVIL, f"{TOKENS}:5001", f"{TOKENS}/", "http://auth.example.net", "auth.example.net", ""]
)
def test_only_the_origin_that_the_latest_test_named_is_approved(origin: str, named: Connection, alice: User) -> None:
    with pytest.raises(NotNamed):
        named.approve_token_host(origin, by=alice, version=named.version)

    assert (now(named).token_hosts, now(named).version) == ({}, named.version)


def test_what_an_older_version_was_told_is_not_approved(named: Connection, alice: User) -> None:
    named.pause(True, by=alice)
    later = now(named)

    with pytest.raises(NotNamed):
        later.approve_token_host(TOKENS, by=alice, version=later.version)


def test_v04_an_address_is_not_approved_even_where_a_test_is_said_to_have_named_it(named: Connection, alice: User) -> None:
    check = named.checks.get()
    check.steps_json[2]["token_host"] = "https://10.0.0.1"
    check.save()

    with pytest.raises(NotNamed):
        named.approve_token_host("https://10.0.0.1", by=alice, version=named.version)


@pytest.mark.parametrize("verb", ["approve_token_host", "withdraw_token_host"])
def test_a_stale_version_is_refused(verb: str, approved: Connection, alice: User) -> None:
    for based_on in (approved.version - 1, approved.version + 1, 0):
        with pytest.raises(Stale):
            getattr(approved, verb)(TOKENS, by=alice, version=based_on)

    meanwhile = now(approved)
    Connection.objects.filter(pk=approved.pk).update(version=approved.version + 1)
    with pytest.raises(Stale):
        meanwhile.withdraw_token_host(TOKENS, by=alice, version=meanwhile.version)
    assert list(now(approved).token_hosts) == [TOKENS]
    assert now(approved).secrets()["password"] == Secret(CANARY)


def test_a_connection_has_no_more_than_four(connection: Connection, alice: User, fake: FakeRegistry) -> None:
    for number in range(MOST_TOKEN_HOSTS + 1):
        fake.realm = f"https://auth{number}.example.net/token"
        checked(connection, by=alice)
        mine = now(connection)
        if number < MOST_TOKEN_HOSTS:
            mine.approve_token_host(f"https://auth{number}.example.net", by=alice, version=mine.version)

    with pytest.raises(TooMany):
        mine.approve_token_host("https://auth4.example.net", by=alice, version=mine.version)

    assert len(now(connection).token_origins) == MOST_TOKEN_HOSTS
    assert now(connection).secrets()["password"] == Secret(CANARY)


def test_a_withdrawn_token_host_gets_nothing_any_more(approved: Connection, bob: User, fake: FakeRegistry) -> None:
    approved.withdraw_token_host(TOKENS, by=bob, version=approved.version)

    check = checked(approved, by=bob)
    assert (check.outcome, check.token_host, fake.login_went_to) == (Outcome.NOT_A_REGISTRY, TOKENS, set())
    withdrawn = Event.objects.get(verb=Verb.TOKEN_HOST_WITHDRAWN)
    assert (str(withdrawn), withdrawn.detail) == ("Bob Berg withdrew a token host from web", "auth.example.net.")
    assert now(approved).secrets()["password"] == Secret(CANARY)


def test_what_is_not_approved_is_not_withdrawn(approved: Connection, bob: User) -> None:
    with pytest.raises(NotNamed):
        approved.withdraw_token_host(EVIL, by=bob, version=approved.version)


# What it is sealed for ----------------------------------------------------------------------------------------------


def test_a_reach_without_token_hosts_reads_as_it_always_did() -> None:
    assert reach("https://ghcr.io", "") == "https://ghcr.io, no authority"


def test_a_reach_tells_token_hosts_apart_and_their_order_does_not_count() -> None:
    some = [[], [TOKENS], [EVIL], [TOKENS, EVIL], [f"{TOKENS}{EVIL}"]]

    assert len({reach("https://ghcr.io", "", hosts) for hosts in some}) == len(some)
    assert reach("https://ghcr.io", "", [TOKENS, EVIL]) == reach("https://ghcr.io", "", [EVIL, TOKENS])


WRITTEN: list[Any] = [
    {EVIL: {"by": "", "at": ""}},
    {TOKENS: {}, EVIL: {}},
    {f"{TOKENS}:5001": {}},
    {},
    [TOKENS, EVIL],
    [[TOKENS]],
    "x",
    7,
]


@pytest.mark.parametrize("written", WRITTEN, ids=repr)
def test_c3_a_token_host_that_is_written_into_the_database_locks_the_secret(
    written: Any, approved: Connection, alice: User, fake: FakeRegistry
) -> None:
    fake.received.clear()
    Connection.objects.filter(pk=approved.pk).update(token_hosts=written)

    check = checked(approved, by=alice)

    with pytest.raises(sealing.Locked):
        now(approved).secrets()
    assert "cannot be opened" in check.steps[2].fact
    assert fake.received == []


def test_who_approved_may_be_rewritten_without_the_key_and_changes_no_reach(approved: Connection, bob: User) -> None:
    Connection.objects.filter(pk=approved.pk).update(token_hosts={TOKENS: {"by": str(bob.pk), "at": ""}})

    assert now(approved).secrets()["password"] == Secret(CANARY)


def test_what_is_locked_is_neither_approved_nor_withdrawn(approved: Connection, alice: User, fake: FakeRegistry) -> None:
    Connection.objects.filter(pk=approved.pk).update(token_hosts={**approved.token_hosts, EVIL: {}})

    with pytest.raises(SecretLocked):
        now(approved).withdraw_token_host(EVIL, by=alice, version=approved.version)

    assert now(approved).version == approved.version


def test_an_address_that_is_written_into_the_database_of_a_connection_without_a_login_is_not_asked(
    team: Team, alice: User, fake: FakeRegistry
) -> None:
    fake.realm = "https://10.0.0.1/token"
    public = team.connections.connect("public", ANYBODY, by=alice)
    Connection.objects.filter(pk=public.pk).update(token_hosts={"https://10.0.0.1": {}})

    check = checked(public, by=alice)

    assert (check.outcome, fake.paths) == (Outcome.NOT_A_REGISTRY, ["GET /v2/"])


# Editing ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("keep_secrets", [False, True])
def test_an_edit_that_leaves_the_address_leaves_the_approval(
    keep_secrets: bool, approved: Connection, alice: User, fake: FakeRegistry
) -> None:
    after = edited(approved, other(), by=alice, keep_secrets=keep_secrets)

    assert after.token_hosts == approved.token_hosts
    assert after.description == "new"
    assert checked(after, by=alice).outcome == Outcome.CONNECTED


@pytest.mark.parametrize("url", ["https://registry.example.org", "https://registry.example.com:8443"])
def test_an_edit_of_the_address_drops_approvals_and_says_so(url: str, approved: Connection, alice: User) -> None:
    after = edited(approved, other(url=url), by=alice)

    assert after.token_hosts == {}
    assert after.secrets()["password"] == Secret(CANARY)
    assert [event.verb for event in Event.objects.all()[:2]] == [
        Verb.CONNECTION_CHANGED,
        Verb.TOKEN_HOST_WITHDRAWN,
    ]


def test_a_secret_that_is_typed_anew_is_not_sealed_for_what_somebody_wrote_into_the_database(
    approved: Connection, alice: User
) -> None:
    Connection.objects.filter(pk=approved.pk).update(token_hosts={**approved.token_hosts, EVIL: {}})

    after = edited(now(approved), other(), by=alice)

    assert after.token_hosts == {}
    assert after.secrets()["password"] == Secret(CANARY)


def test_a_first_secret_is_not_sealed_for_what_somebody_wrote_into_the_database(team: Team, alice: User) -> None:
    public = team.connections.connect("public", ANYBODY, by=alice)
    Connection.objects.filter(pk=public.pk).update(token_hosts={EVIL: {}})

    after = edited(now(public), other(namespace=""), by=alice)

    assert after.token_hosts == {}


# Pages --------------------------------------------------------------------------------------------------------------


def test_an_admin_is_asked_beside_the_failing_step_and_approves_it_once(
    named: Connection, bob: User, signed_in: People, fake: FakeRegistry
) -> None:
    bobs = signed_in(bob)
    page = bobs.get(PAGE).content.decode()
    assert "<code>registry.example.com</code> sends logins to <code>https://auth.example.net</code>." in page
    assert "Approve auth.example.net</button>" in page

    answered = bobs.post(
        reverse("token_host_approve", args=["northwind", "web"]), {"origin": TOKENS, "version": named.version}
    )

    assert answered.headers["Location"] == f"{PAGE}#check"
    page = bobs.get(PAGE).content.decode()
    assert "<b>auth.example.net is approved for web.</b>" in page
    assert "by Bob Berg</small>" in page
    assert "Approve auth.example.net" not in page
    assert now(named).outcome == Outcome.CONNECTED
    assert fake.login_went_to == {TOKENS, REGISTRY}  # The password to the one, its token to the other.


def test_a_member_sees_what_is_so_and_has_no_button(
    approved: Connection, named: Connection, vera: User, signed_in: People
) -> None:
    page = signed_in(vera).get(PAGE).content.decode()

    assert "auth.example.net" in page
    assert "token-hosts" not in page


def test_a_member_is_told_who_can_approve(named: Connection, vera: User, signed_in: People) -> None:
    page = signed_in(vera).get(PAGE).content.decode()

    assert "An admin of the team can approve it." in page
    assert "token-hosts" not in page


def test_an_admin_withdraws_it_again(approved: Connection, bob: User, signed_in: People, fake: FakeRegistry) -> None:
    bobs = signed_in(bob)
    assert "token-hosts/withdraw/" in bobs.get(PAGE).content.decode()

    bobs.post(WITHDRAW, {"origin": TOKENS, "version": approved.version})

    assert now(approved).token_hosts == {}
    assert now(approved).outcome == Outcome.NOT_A_REGISTRY
    assert "Approve auth.example.net</button>" in bobs.get(PAGE).content.decode()


@pytest.mark.parametrize(
    ("posted", "words"),
    [
        ({"origin": TOKENS, "version": "1"}, "Somebody changed web meanwhile"),
        ({"origin": TOKENS}, "Somebody changed web meanwhile"),
        ({"origin": TOKENS, "version": "9" * 5000}, "Somebody changed web meanwhile"),
        ({"origin": EVIL, "version": "2"}, "web does not name this host now"),
        ({"version": "2"}, "web does not name this host now"),
    ],
)
def test_what_is_not_done_is_said(
    posted: dict[str, str], words: str, connection: Connection, bob: User, signed_in: People, fake: FakeRegistry
) -> None:
    Connection.objects.filter(pk=connection.pk).update(version=2)
    checked(connection, by=bob)
    bobs = signed_in(bob)

    bobs.post(APPROVE, posted)

    assert words in bobs.get(PAGE).content.decode()
    assert (now(connection).token_hosts, connection.checks.count()) == ({}, 1)


def test_a_test_of_an_older_version_offers_no_approval(named: Connection, bob: User, signed_in: People) -> None:
    named.pause(True, by=bob)

    page = signed_in(bob).get(PAGE).content.decode()

    assert "It sent logins to <code>https://auth.example.net</code>." in page
    assert "token-hosts" not in page


TYPED = {"name": "new", "url": REGISTRY, "namespace": "web", "method": "basic", "username": "puller", "purpose": "pull"}


def test_a_form_that_is_tested_says_where_the_host_can_be_approved(
    team: Team, bob: User, signed_in: People, fake: FakeRegistry
) -> None:
    answered = signed_in(bob).post(
        reverse("connection_try", args=["northwind", "other"]), TYPED | {"password": CANARY}, headers={"HX-Request": "true"}
    )

    assert "It sends logins to <code>https://auth.example.net</code>." in answered.content.decode()
    assert fake.login_went_to == set()


@pytest.mark.parametrize(
    ("typed", "asked"),
    [
        ({"password": ""}, {TOKENS}),
        ({"password": CANARY}, {TOKENS}),
        ({"password": CANARY, "url": "https://registry.example.org"}, set()),
    ],
)
def test_an_edit_that_is_tested_uses_what_is_approved_where_the_address_stays(
    typed: dict[str, str], asked: set[str], approved: Connection, bob: User, signed_in: People, fake: FakeRegistry
) -> None:
    if "url" in typed:
        fake.origin = typed["url"]

    signed_in(bob).post(
        reverse("connection_try_edit", args=["northwind", "web"]),
        TYPED | {"name": "web", "version": approved.version} | typed,
    )

    assert {request.origin for request in fake.received if request.login} == asked


def test_an_edit_that_is_tested_sends_no_new_secret_to_what_somebody_wrote_into_the_database(
    approved: Connection, bob: User, signed_in: People, fake: FakeRegistry
) -> None:
    Connection.objects.filter(pk=approved.pk).update(token_hosts={EVIL: {}})
    fake.realm = f"{EVIL}/token"

    signed_in(bob).post(TRY, TYPED | {"name": "web", "version": approved.version, "password": CANARY})

    assert (fake.paths[-1], fake.login_went_to) == ("GET /v2/", set())


def test_support_staff_see_approved_hosts_and_cannot_change_them(
    approved: Connection, sam: User, signed_in: People
) -> None:
    page = signed_in(sam).get(reverse("admin:registries_connection_change", args=[approved.pk])).content.decode()

    assert "auth.example.net" in page
    assert 'name="token_hosts"' not in page
