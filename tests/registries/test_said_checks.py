"""What a check finds is kept as sentences: English for programs, and each reader's language on pages."""

import json
import re
import socket
import ssl
from collections.abc import Callable, Iterable, Iterator
from copy import copy
from datetime import UTC, date, datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django.utils import translation

from console import languages
from console.environment import Proxy
from console.models import User
from console.sentences import Sentence, say, together
from registries import addresses, network
from registries.addresses import Policy, look_up
from registries.distribution import (
    BlockedByPolicy,
    DeadlinePassed,
    InvalidReference,
    RateLimited,
    Reference,
    RegistryError,
    Secret,
)
from registries.explanations import Asked, explain
from registries.flavors import FLAVORS
from registries.health import RUNNING, SKIPPED, examine
from registries.health.words import NEAR, in_a_row, written_size
from registries.health.words import end as end_in_words
from registries.models import Check, Connection
from registries.models import check as check_module
from registries.models.check import RUNNING_WORDS, not_run
from registries.models.history import Span
from registries.network import Meter, registry_error
from registries.outcomes import (
    BEFORE_A_CHECK,
    TO_COME,
    Finding,
    Mend,
    Outcome,
    State,
    Step,
    StepResult,
    steps_as_json,
    steps_from_json,
)
from registries.proxy import ProxyFailed, Tunnels
from tests.fake_registry import FakeRegistry, FakeTLS, FakeWay, answer
from tests.registries import test_health, test_repairs
from tests.registries.flavor_table import TABLE, made
from tests.registries.recorded_answers import RECORDED, Recorded, ScriptedWay
from tests.registries.test_health import Harbor, check, registry
from tests.registries.test_history import Test
from tests.unsaid import in_brackets, unsaid

TYPED = {row.slug: row.typed for row in TABLE}
EVERYBODY: dict[tuple[str, str], set[str]] = {("", "team/app"): {"pull"}, ("puller", "team/app"): {"pull", "push"}}


@pytest.fixture
def german(settings: Any) -> Iterator[None]:
    settings.LANGUAGES = [("en", "English"), ("de", "Deutsch")]
    with translation.override("de"):
        yield


@pytest.fixture
def brackets(german: None) -> Iterator[None]:
    with in_brackets():
        yield


def past_the_catalogue(texts: Iterable[str]) -> list[str]:
    """Return what is said of these texts that no catalogue could say otherwise."""
    return [part for text in texts for part in unsaid(languages.said(text))]


def all_of(steps: Iterable[StepResult], *, but: Iterable[str] = ()) -> list[str]:
    """Return all that steps say; `but` are the hints of a flavor, which are its own."""
    return [
        text
        for step in steps
        for text in (step.fact, step.fix, *(mend.words for mend in step.mends))
        if text not in set(but)
    ]


def translatable(way: dict[str, Any]) -> dict[str, Any]:
    """Return a way whose errors tell of themselves in a sentence, as those that are raised do."""
    for name, error in way.items():
        if isinstance(error, RegistryError):
            way = {**way, name: (mended := copy(error))}
            mended.detail = say("{text}", text=error.detail)
    return way


# All that is said ----------------------------------------------------------------------------------------------------


def errors(kind: type[RegistryError] = RegistryError) -> list[type[RegistryError]]:
    return [kind, *(other for below in kind.__subclasses__() for other in errors(below))]


@pytest.mark.parametrize("kind", errors())
def test_every_error_says_what_happened_in_a_sentence(kind: type[RegistryError], brackets: None) -> None:
    assert isinstance(kind().detail, Sentence)
    assert past_the_catalogue([kind.summary, kind().detail]) == []


def test_the_words_that_stand_ready_are_sentences(brackets: None) -> None:
    ready = [*TO_COME.values(), *RUNNING.values(), *SKIPPED.values(), *RUNNING_WORDS.values()]
    labels = [outcome.label for outcome in Outcome] + [step.label for step in Step]

    assert past_the_catalogue([*ready, *labels, *all_of(BEFORE_A_CHECK), *all_of(not_run(Step.DNS, "", "").steps)]) == []


@pytest.mark.parametrize("purpose", ["pull", "push"])
@pytest.mark.parametrize("name", list(test_health.ENDS))
def test_whatever_a_check_says_on_the_way_and_at_the_end_can_be_said_otherwise(
    name: str, purpose: str, brackets: None
) -> None:
    asked, options, _ = test_health.ENDS[name]
    told: list[StepResult] = []

    finding = check(asked, **{**translatable(options), "purpose": purpose}, on_step=told.extend)

    but = [error.detail for error in asked.answers.values() if isinstance(error, RegistryError)]  # The test's own.
    assert past_the_catalogue({text for text in all_of([*told, *finding.steps], but=but) if text}) == []


@pytest.mark.parametrize("row", RECORDED, ids=lambda row: f"{row.slug}: {row.what}")
def test_whatever_is_made_of_real_answers_can_be_said_otherwise(row: Recorded, brackets: None) -> None:
    flavor = made(row.slug, {**TYPED[row.slug], **row.typed})

    finding = examine(flavor, ScriptedWay(flavor.origin, row.script), purpose=row.purpose, test_image=row.image)

    # What minting a login ended in is the flavor's to say, as its hints are.
    but = {*flavor.hints.values(), *([finding.steps[2].fact] if flavor.mints else [])}
    assert past_the_catalogue(all_of(finding.steps, but=but)) == []


@pytest.mark.parametrize("has_login", [True, False])
@pytest.mark.parametrize("end", list(test_repairs.ENDS))
@pytest.mark.parametrize("slug", list(FLAVORS))
def test_every_explanation_of_every_flavor_can_be_said_otherwise(
    slug: str, end: str, has_login: bool, brackets: None
) -> None:
    flavor = made(slug, TYPED[slug])
    error, step = test_repairs.ENDS[end]
    image = test_repairs.IMAGE if step in (Step.PULL, Step.PUSH) else None

    _, result = explain(error, Asked(registry=flavor, step=step, has_login=has_login, image=image))

    assert past_the_catalogue(all_of([result], but=flavor.hints.values())) == []


@pytest.mark.parametrize(
    ("asked", "options"),
    [
        (registry(rights=EVERYBODY), {"purpose": "pull"}),
        (registry(rights=EVERYBODY), {"flavor": Harbor(password=Secret("wrong"))}),
        (registry(rights=EVERYBODY), {"purpose": "pull", "test_image": ""}),
        (registry(), {"test_image": ""}),
        (registry(auth="open"), {"test_image": ""}),
        (registry(), {"purpose": "pull", "flavor": Harbor(push_scope_is_harmless=True)}),
        (registry(answers={("GET", "/v2/"): answer(200, {})}), {}),
        (registry(), {"dns": ("142.250.99.82", "142.250.99.83"), "tls": FakeTLS(proxy="proxy.corp:3128")}),
        (registry(), {"dns": ("registry.example",), "tls": None}),
        (registry(), {"dns": RuntimeError("ours")}),
        (registry(), {"test_image": "Not An Image"}),
    ],
)
def test_whatever_is_added_to_a_step_can_be_said_otherwise(
    asked: FakeRegistry, options: dict[str, Any], brackets: None
) -> None:
    options = dict(options)

    finding = check(asked, options.pop("flavor", None), **options)

    assert past_the_catalogue(all_of(finding.steps)) == []


@pytest.mark.parametrize("seconds", [None, 0, 1, 60, 61, 7200, 7201])
def test_when_to_try_again_can_be_said_otherwise(seconds: int | None, brackets: None) -> None:
    error = RegistryError() if seconds is None else RateLimited(retry_after_seconds=seconds)

    _, result = explain(error, Asked(registry=Harbor(), step=Step.PULL, has_login=True, image=None))

    assert past_the_catalogue(all_of([result])) == []


@pytest.mark.parametrize("seconds", [3600, 21600, 60, 120, 61])
def test_how_many_pulls_are_left_can_be_said_otherwise(seconds: int, brackets: None) -> None:
    asked = registry()
    image = asked.images["team/app"]["1"] = asked.image("linux", "arm64")
    image.headers.extend([("ratelimit-limit", f"100;w={seconds}"), ("ratelimit-remaining", f"76;w={seconds}")])

    assert past_the_catalogue(all_of(check(asked).steps)) == []


@pytest.mark.parametrize(
    "text", ["x" * 3000, "a" * 64, "Acme/App", "a b", f"acme/{'a' * 300}", "a@md5:" + "0" * 32, "a@sha256:" + "0" * 32,
             "a@sha256:" + "A" * 64],
)  # fmt: skip
def test_why_a_text_is_no_reference_can_be_said_otherwise(text: str, brackets: None) -> None:
    with pytest.raises(InvalidReference) as refused:
        Reference.parse(text)

    assert past_the_catalogue(refused.value.args) == []


# The way there -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("host", ["", "harbor.corp"])
@pytest.mark.parametrize(
    "address", [*(str(net[0]) for _, net in (*addresses._NEVER, *addresses._UNLESS_ALLOWED)), "4000::1", "2600::5efe:0:1"]
)
def test_why_an_address_is_refused_can_be_said_otherwise(address: str, host: str, brackets: None) -> None:
    with pytest.raises(BlockedByPolicy) as refused:
        Policy().judge(address, 443, host=host)
    with pytest.raises(BlockedByPolicy) as in_the_open:
        Policy().judge_plain(address, host=host)
    with pytest.raises(BlockedByPolicy) as port:
        Policy().judge(address, 22, host=host)

    assert past_the_catalogue([refused.value.detail, in_the_open.value.detail, port.value.detail]) == []


@pytest.mark.parametrize("fault", [OSError(), UnicodeError(), *(socket.gaierror(code) for code in (-2, -3))])
def test_why_a_name_is_not_looked_up_can_be_said_otherwise(fault: Exception, brackets: None) -> None:
    def resolver(*_: Any, **__: Any) -> Any:
        raise fault

    with pytest.raises(RegistryError) as failed:
        look_up("harbor.corp", 443, resolver=resolver, seconds=3)

    assert past_the_catalogue([failed.value.detail]) == []


def untrusted(code: int) -> ssl.SSLCertVerificationError:
    error = ssl.SSLCertVerificationError()
    error.verify_code = code
    return error


FAULTS: list[BaseException | None] = [
    None, ConnectionRefusedError(), ConnectionResetError(), ssl.SSLEOFError(), ssl.SSLError(),
    *(untrusted(code) for code in (18, 10, 62, 1)),
]  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_what_ends_a_connection_can_be_said_otherwise(fault: BaseException | None, brackets: None) -> None:
    assert past_the_catalogue([registry_error(fault, "harbor.corp").detail]) == []


def test_what_takes_too_long_can_be_said_otherwise(brackets: None) -> None:
    meter = Meter(lambda: 0, 20)
    exchange = Meter(lambda: 0, 20)
    exchange.begin(3, 0)

    assert past_the_catalogue([meter.late("harbor.corp").detail, exchange.late("harbor.corp").detail]) == []


@pytest.fixture
def tunnels() -> Tunnels:
    proxy = Proxy(scheme="http", host="proxy.corp", port=3128)
    return Tunnels(proxy, resolver=socket.getaddrinfo, connector=network.connect_tcp, clock=lambda: 0)


def of_proxy(tunnels: Tunnels, fault: BaseException | None) -> str:
    return tunnels._failed(registry_error(fault, tunnels._who)).detail


@pytest.mark.parametrize("fault", FAULTS)
def test_what_is_wrong_with_the_proxy_can_be_said_otherwise(
    fault: BaseException | None, tunnels: Tunnels, brackets: None
) -> None:
    assert past_the_catalogue([of_proxy(tunnels, fault)]) == []


def test_a_sentence_begins_with_a_capital_letter_where_it_begins_with_the_proxy(tunnels: Tunnels, german: None) -> None:
    refused, no_way, expired = (of_proxy(tunnels, fault) for fault in (ConnectionRefusedError(), None, untrusted(10)))

    assert (str(refused), languages.said(refused)) == (
        "The proxy proxy.corp:3128 refused the connection.", "Proxy proxy.corp:3128 hat die Verbindung verweigert.",
    )  # fmt: skip
    assert (str(no_way), languages.said(no_way)) == (
        "There is no way to the proxy proxy.corp:3128.", "Es führt kein Weg zu Proxy proxy.corp:3128.",
    )  # fmt: skip
    assert (str(expired), languages.said(expired)) == (
        "The proxy proxy.corp:3128 cannot be used. The certificate expired.",
        "Der Proxy proxy.corp:3128 ist nicht nutzbar. Das Zertifikat ist abgelaufen.",
    )


@pytest.mark.parametrize(("status", "kind"), [(403, ProxyFailed), (407, ProxyFailed), (502, RegistryError)])
@pytest.mark.parametrize("authorization", ["", "Basic eDp5"])
def test_what_the_proxy_answers_can_be_said_otherwise(
    status: int, kind: type[RegistryError], authorization: str, brackets: None
) -> None:
    proxy = Proxy(scheme="http", host="proxy.corp", port=3128, authorization=authorization)
    asked = Tunnels(proxy, resolver=socket.getaddrinfo, connector=network.connect_tcp, clock=lambda: 0)

    with pytest.raises(kind) as failed:
        asked._judge(status, "harbor.corp, 203.0.113.9")

    assert past_the_catalogue([failed.value.detail]) == []


# Numbers and days ----------------------------------------------------------------------------------------------------


def test_sizes_and_days_are_written_as_the_language_does(german: None) -> None:
    soon, day = datetime(2026, 11, 12, 9, tzinfo=UTC), datetime(2026, 11, 12, 14, 5, tzinfo=UTC)
    fact = check(registry()).steps[3].fact

    assert [languages.said(written_size(count)) for count in (1, 1_000, 1_900_000_000, 640_000_000)] == [
        "1 Byte", "1,0 kB", "1,9 GB", "640 MB",
    ]  # fmt: skip
    assert languages.said(fact) == fact.replace("1.9 GB", "1,9 GB")
    assert languages.said(end_in_words(day, soon)) == "Er endet am 12. Nov. 2026 um 14:05 UTC."
    assert languages.said(end_in_words(day, day - NEAR - timedelta(seconds=1))) == "Er endet am 12. Nov. 2026."


def test_hundreds_of_platforms_are_no_deep_sentence() -> None:
    platforms = tuple(f"linux/{number}" for number in range(2000))

    row = in_a_row("one", *platforms, say("{n} GB", n=1.5), *platforms)

    assert json.loads(json.dumps(steps_as_json((StepResult(step=Step.PULL, state=State.PASSED, fact=row),))))
    assert row == ", ".join(["one", *platforms, "1.5 GB", *platforms])


# Keeping it ----------------------------------------------------------------------------------------------------------


def test_steps_are_kept_as_sentences() -> None:
    step = StepResult(
        step=Step.TLS, state=State.FAILED, ms=7,
        fact=together(say("The certificate expired on {day}.", day=date(2026, 11, 3)), "x"),
        fix=say("Its owner has to replace it."), mends=(Mend(say("Change the {label}", label="URL"), "id_url"),),
    )  # fmt: skip

    (read,) = steps_from_json(json.loads(json.dumps(steps_as_json((step,)))))

    assert read == step
    assert [type(text) for text in all_of([read])] == [Sentence] * 3
    assert read.fact == "The certificate expired on 3 Nov 2026. x"


def test_steps_of_before_there_were_sentences_are_read_as_they_are() -> None:
    old = {"step": "dns", "state": "failed", "fact": "{No}.", "fix": "Yes.", "mends": [{"words": "Change", "anchor": "id"}]}

    (step,) = steps_from_json([old | {"ms": 3, "unknown": 1}])

    assert (step.fact, step.fix, step.mends, step.ms) == ("{No}.", "Yes.", (Mend("Change", "id"),), 3)
    assert [languages.said(text) for text in all_of([step])] == ["{No}.", "Yes.", "Change"]


@pytest.fixture
def refused(connection: Connection, alice: User, monkeypatch: pytest.MonkeyPatch) -> Connection:
    """Return the connection after a check whose login was refused."""

    def examine_a_fake(asked: Any, kept: Check, **details: Any) -> Finding:
        way = FakeWay(registry())
        return examine(Harbor(password=Secret("wrong")), way, purpose="pull", test_image="a", on_step=kept.report)

    monkeypatch.setattr(check_module, "examine", examine_a_fake)
    Check.objects.ask(connection, by=alice)
    Check.run_waiting()
    return connection.team.connections.get(pk=connection.pk)


@pytest.fixture
def reader(alice: User, signed_in: Callable[[User], Client], settings: Any) -> Client:
    """Return the browser of somebody who reads German."""
    settings.LANGUAGES = [("en", "English"), ("de", "Deutsch")]
    client = signed_in(alice)
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "de"
    return client


def panel(client: Client, address: str) -> str:
    """Return the words of a connection's test and of its history."""
    html = client.get(address).content.decode()
    parts = re.findall(r'<section class="card" id="(?:check|history)".*?</section>', html, re.DOTALL)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", " ".join(parts)))


GERMAN = (
    "Verbindungstest", "Fehlgeschlagen im Schritt Anmelden", "registry.example ist 142.250.99.82.",
    "TLS 1.3. Zertifikat gültig bis 18. Jan. 2027.", "Die Registry hat den Login abgelehnt.",
    "Prüfen Sie Benutzername und Passwort, oder ersetzen Sie sie.", "Übersprungen, weil die Anmeldung fehlgeschlagen ist.",
    "Fehlerhaft:",
)  # fmt: skip
ENGLISH = (
    "Connection test", "Failed at Sign in", "registry.example is 142.250.99.82.",
    "TLS 1.3. Certificate valid until 18 Jan 2027.", "The registry refused the login.",
    "Check the username and the password, or replace them.", "Skipped, because signing in failed.",
    "Failing: sign-in refused",
)  # fmt: skip


def test_each_reader_has_what_was_found_in_their_language(
    refused: Connection, reader: Client, bob: User, signed_in: Callable[[User], Client]
) -> None:
    address = reverse("connection_detail", args=[refused.team.slug, refused.name])

    in_german, in_english = panel(reader, address), panel(signed_in(bob), address)

    assert [words for words in GERMAN if words not in in_german] == []
    assert [words for words in ENGLISH if words not in in_english] == []
    assert not [words for words in ENGLISH if words in in_german]


def test_a_row_of_before_there_were_sentences_is_shown_as_it_is(refused: Connection, reader: Client) -> None:
    steps = [{"step": step, "state": "failed", "fact": "As <it> was.", "fix": "{Mend} it."} for step in Step]
    Check.objects.update(steps_json=steps)
    Connection.bare.filter(pk=refused.pk).update(reason="As it was.")

    words = panel(reader, reverse("connection_detail", args=[refused.team.slug, refused.name]))

    assert "As &lt;it&gt; was." in words
    assert "{Mend} it." in words
    assert refused.team.connections.get(pk=refused.pk).reason == "As it was."


def test_a_connection_keeps_why_it_fails_as_a_sentence_that_is_never_cut(connection: Connection, german: None) -> None:
    kept = connection.checks.create(team=connection.team, host=connection.host, version=connection.version)
    long = say("There is no repository {repository}, or this login may not see it.", repository="a" * 800)

    connection.take(not_run(Step.DNS, long, ""), kept)

    reason = connection.team.connections.get(pk=connection.pk).reason
    assert reason == long
    assert languages.said(reason) == f"Ein Repository {'a' * 800} gibt es nicht, oder dieser Login darf es nicht sehen."


def test_programs_have_what_was_found_in_english(refused: Connection, sam: User, reader: Client) -> None:
    out = StringIO()

    with translation.override("de"), pytest.raises(CommandError, match="Sign-in refused"):
        call_command("check_registry", f"{refused.team.slug}/{refused.name}", stdout=out)

    assert "The registry refused the login." in out.getvalue()
    with translation.override("de"):
        assert json.dumps(refused.reason) == '"The registry refused the login."'
        assert str(DeadlinePassed()) == "The host did not answer in time."


# What pages make of it -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", list(State))
@pytest.mark.parametrize("outcome", list(Outcome))
def test_the_summary_of_a_test_can_be_said_otherwise(outcome: Outcome, state: State, brackets: None) -> None:
    steps = tuple(StepResult(step=step, state=state) for step in Step)
    ended = datetime(2026, 11, 12, tzinfo=UTC)
    tests = [
        Check(outcome=outcome, steps_json=steps_as_json(steps), finished_at=ended),
        Check(steps_json=steps_as_json(steps), started_at=ended),
        Check(),
    ]

    assert past_the_catalogue(test.summary for test in tests) == []


@pytest.mark.parametrize("outcome", list(Outcome))
def test_the_history_can_be_said_otherwise(outcome: Outcome, brackets: None) -> None:
    span = Span(tests=[Test(outcome, 0)])

    assert past_the_catalogue([span.status]) == []
    assert isinstance(span.title, Sentence)
