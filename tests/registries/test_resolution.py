"""Which connection an image gets: the rule as tables, what must never match, and what holds for any team."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registries.distribution import InvalidReference, Reference
from registries.flavors.aws_places import PUBLIC, PUBLIC_HOSTS
from registries.flavors.dockerhub import ALIASES
from registries.models import Connection
from registries.resolution import (
    InvalidServer,
    Problem,
    Resolution,
    Verdict,
    canonical_host,
    holds,
    prefixes_of,
    resolve,
    resolve_server,
    server_host,
)
from tests.registries.flavor_table.rows import look_alikes_of, made


@dataclass(frozen=True)
class Kept:
    """A connection as far as it decides."""

    name: str
    host: str
    prefix: str = ""
    paused: bool = False


ACME = Kept("ghcr-acme", "ghcr.io", "acme")
ML = Kept("ghcr-ml", "ghcr.io", "acme/ml")
ALL = Kept("ghcr-all", "ghcr.io")
QUAY = Kept("quay", "quay.io", "acme")
HUB = Kept("hub", "docker.io")


def gets(image: str, *team: Kept, named: str = "", former: Mapping[str, str] | None = None) -> Resolution[Kept]:
    return resolve(Reference.parse(image), team, named=named, former=former or {})


def verdicts(resolution: Resolution[Kept]) -> list[tuple[str, Verdict, str]]:
    return [(row.connection.name, row.verdict, row.sentence) for row in resolution.considered]


# Hosts ---------------------------------------------------------------------------------------------------------------

ONE_HOST = [
    ("GHCR.io", "ghcr.io"),
    ("ghcr.io:443", "ghcr.io"),
    ("ghcr.io:5000", "ghcr.io:5000"),
    ("ghcr.io:80", "ghcr.io:80"),
    ("ghcr.io:0443", "ghcr.io:0443"),
    ("ghcr.io:443:443", "ghcr.io:443:443"),
    ("localhost:5000", "localhost:5000"),
    ("[2001:DB8::1]:443", "[2001:db8::1]"),
    ("[::1]:5000", "[::1]:5000"),
    ("docker.io:5000", "docker.io:5000"),
    ("auth.docker.io", "auth.docker.io"),
    ("BÜCHER.example:5000", "xn--bcher-kva.example:5000"),
    ("straße.example", "xn--strae-oqa.example"),
    ("XN--BCHER-KVA.example", "xn--bcher-kva.example"),
    ("doc\u212aer.io", "doc\u212aer.io"),  # the sign for Kelvin, whose lower case is a plain k
    ("ghcr.io.", "ghcr.io."),
    ("ghcr.io\n", "ghcr.io\n"),
    ("", ""),
    *((host, "docker.io") for host in ALIASES),
    *((f"{host.title()}:443", "docker.io") for host in ALIASES),
    *((host, PUBLIC) for host in PUBLIC_HOSTS),
]


@pytest.mark.parametrize(("text", "host"), ONE_HOST)
def test_a_host_has_one_spelling(text: str, host: str) -> None:
    assert canonical_host(text) == host


ASKED = [
    ("https://index.docker.io/v1/", "docker.io"),
    ("https://index.docker.io/v1", "docker.io"),
    ("index.docker.io/v1/", "docker.io"),
    ("https://registry-1.docker.io/v2/", "docker.io"),
    ("docker.io", "docker.io"),
    ("ghcr.io", "ghcr.io"),
    ("ghcr.io/", "ghcr.io"),
    ("GHCR.IO", "ghcr.io"),
    ("https://ghcr.io", "ghcr.io"),
    ("HTTPS://ghcr.io/", "ghcr.io"),
    ("https://ghcr.io:443/v2/", "ghcr.io"),
    ("http://registry.internal:5000", "registry.internal:5000"),
    ("registry.internal:5000/v2/", "registry.internal:5000"),
    ("localhost:5000", "localhost:5000"),
    ("registry", "registry"),
    ("[::1]:5000", "[::1]:5000"),
    ("402918374655.dkr.ecr.eu-west-1.amazonaws.com", "402918374655.dkr.ecr.eu-west-1.amazonaws.com"),
    ("bücher.example", "xn--bcher-kva.example"),
]


@pytest.mark.parametrize(("text", "host"), ASKED)
def test_a_server_is_understood_however_docker_and_podman_name_it(text: str, host: str) -> None:
    assert server_host(text) == host


NO_HOST = "This is not a host, such as ghcr.io or registry.example.com:5000."
ODD = "A server has no spaces, line breaks or control characters."
NO_LOGIN = "Leave the login out of the server."
SCHEME = "A server is asked for by its host, or with https:// in front."
PATH = "A server is a host alone, or with /v1/ or /v2/ behind it."
REFUSED = [
    ("", "Name a server, such as ghcr.io."),
    ("g" * 301, "This is too long for a server."),
    ("ghcr.io\n", ODD),
    ("evil.example\nhost=ghcr.io", ODD),
    ("ghcr.io\r\n", ODD),
    ("ghcr.io\x00", ODD),
    ("ghcr.io\x00.evil.example", ODD),
    (" ghcr.io", ODD),
    ("ghcr.io evil.example", ODD),
    ("ghcr.io\u2028", ODD),
    ("gh\u200bcr.io", ODD),
    ("gh\u00adcr.io", ODD),
    ("\ud800.io", ODD),
    ("bot:hunter2@ghcr.io", NO_LOGIN),
    ("https://bot@ghcr.io/", NO_LOGIN),
    ("ftp://ghcr.io", SCHEME),
    ("oci://ghcr.io", SCHEME),
    ("https://https://ghcr.io", SCHEME),
    ("https://", NO_HOST),
    ("https:///ghcr.io", NO_HOST),
    ("//ghcr.io", NO_HOST),
    ("/v1/", NO_HOST),
    ("ghcr.io:", NO_HOST),
    ("ghcr.io:https", NO_HOST),
    ("ghcr.io.", NO_HOST),
    ("ghcr..io", NO_HOST),
    ("-ghcr.io", NO_HOST),
    ("gh_cr.io", NO_HOST),
    ("ghcr.io?x", NO_HOST),
    ("ghcr.io#x", NO_HOST),
    ("ghcr.io\\x", NO_HOST),
    ("ghcr.io%00", NO_HOST),
    ("::1", NO_HOST),
    ("[fe80::1%eth0]", NO_HOST),
    ("ｇhcr.io", NO_HOST),
    ("ghcr。io", NO_HOST),
    ("doc\u212aer.io", NO_HOST),
    ("ghcr.io/acme", PATH),
    ("ghcr.io//", PATH),
    ("ghcr.io/v1/..", PATH),
    ("https://index.docker.io/v1/access-token", PATH),
    ("https://index.docker.io/v1/refresh-token", PATH),
]


@pytest.mark.parametrize(("text", "sentence"), REFUSED)
def test_a_server_that_is_none_is_refused_in_one_sentence(text: str, sentence: str) -> None:
    with pytest.raises(InvalidServer) as refused:
        server_host(text)

    assert str(refused.value) == sentence


def confusable(host: str) -> set[str]:
    """Return hosts that people or loose code would take for this one."""
    found = {look_alike for look_alike in look_alikes_of(host) if look_alike != f"{host}:443"}
    for at in range(len(host)):
        before, mark, behind = host[:at], host[at], host[at + 1 :]
        found |= {before + behind, before + mark + mark + behind, before + "-" + behind, before + "\u200d" + mark + behind}
        found |= {before + look + behind for look in "0о1lіｍ"}
        found |= {before + look + behind for look in ("\uff0e", "\u3002", "\uff61", "\u2024") if mark == "."}
        found |= {before + chr(ord(mark) + 0xFEE0) + behind, before + "\n" + mark + behind, before + mark + "\x00" + behind}
    found |= {f"{scheme}{host}" for scheme in ("ftp://", "oci://", "docker://", "https:", "//")}
    found |= {f"{host}:{port}" for port in ("80", "44", "4430", "0443", "１", "443:443", "")}
    found |= {f"{host}{end}" for end in ("\r", "\n", "\t", " ", "\\", "?", "#", "%00", "\u2024evil.example", "..")}
    return found - {host}


HOSTS = ("ghcr.io", "docker.io", "index.docker.io", "acme.azurecr.io", "public.ecr.aws", "registry.example.com:5000")


@pytest.mark.parametrize("host", HOSTS)
def test_no_look_alike_of_a_host_gets_its_login(host: str) -> None:
    team = [Kept("mine", canonical_host(host))]
    look_alikes = confusable(host)

    assert len(look_alikes) > 100
    for look_alike in look_alikes:
        assert canonical_host(look_alike) != canonical_host(host), look_alike
        assert asked_for(look_alike, team) is None, look_alike
        assert pulled_from(look_alike, team) is None, look_alike


def test_there_are_far_more_than_200_look_alikes() -> None:
    assert len(set().union(*map(confusable, HOSTS))) > 1000


def asked_for(server: str, team: Sequence[Kept]) -> Kept | None:
    try:
        return resolve_server(server_host(server), team).chosen
    except InvalidServer:
        return None


def pulled_from(host: str, team: Sequence[Kept]) -> Kept | None:
    try:
        reference = Reference.parse(f"{host}/acme/web:1")
    except InvalidReference:
        return None
    # Without a dot, a colon or a capital the grammar reads the first part as a namespace of Docker Hub.
    return None if reference.repository.startswith(f"{host}/") else resolve(reference, team).chosen


@given(st.text(max_size=40) | st.from_regex(r"(https?://)?[a-z.-]{1,12}(:[0-9]{1,4})?/?(v[12]/)?", fullmatch=True))
def test_whatever_is_asked_for_is_a_canonical_host_or_is_refused(text: str) -> None:
    try:
        host = server_host(text)
    except InvalidServer:
        return

    assert host
    assert host.isascii()
    assert host == host.lower()
    assert canonical_host(host) == server_host(host) == host


@given(st.text(max_size=30) | st.sampled_from([text for text, _ in ONE_HOST]))
def test_the_one_spelling_of_a_host_is_its_own(text: str) -> None:
    assert canonical_host(canonical_host(text)) == canonical_host(text)


@given(st.text(min_size=1, max_size=8).filter(lambda label: not label.isascii()))
def test_no_foreign_letters_ever_become_a_plain_name(label: str) -> None:
    host = canonical_host(f"{label}.io")

    assert not host.isascii() or "xn--" in host


# Prefixes ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("prefix", "repository", "held"),
    [
        ("", "web", True),
        ("acme", "acme/web", True),
        ("acme", "acme/ml/app", True),
        ("acme/web", "acme/web", True),
        ("acme", "acme-evil/web", False),
        ("acme", "acmes/web", False),
        ("acme", "evil/acme/web", False),
        ("acme/web", "acme", False),
        ("acme/web", "acme/web2", False),
        ("/", "acme/web", False),
    ],
)
def test_a_prefix_holds_at_a_slash_only(prefix: str, repository: str, held: bool) -> None:
    assert holds(prefix, repository) is held


def test_the_prefixes_that_hold_an_image_are_listed_longest_first() -> None:
    assert prefixes_of("acme/ml/app") == ["acme/ml/app", "acme/ml", "acme", ""]


# Not named -----------------------------------------------------------------------------------------------------------


def test_the_longest_prefix_wins_and_every_other_is_told_why_it_lost() -> None:
    resting = replace(ML, name="ghcr-resting", paused=True)
    elsewhere = Kept("ghcr-globex", "ghcr.io", "globex")

    found = gets("ghcr.io/acme/ml/app:1", QUAY, ALL, elsewhere, resting, ACME, ML)

    assert found.chosen == ML
    assert found.problem is None
    assert not found.public
    assert found.fitting == ("ghcr-ml", "ghcr-acme", "ghcr-all")
    assert found.sentence == "ghcr-ml holds it: the longest prefix, acme/ml, wins."
    assert verdicts(found) == [
        ("ghcr-ml", Verdict.CHOSEN, "It holds the image."),
        ("ghcr-acme", Verdict.SHORTER_PREFIX, "It holds the image, but ghcr-ml has the longer prefix, acme/ml."),
        ("ghcr-all", Verdict.SHORTER_PREFIX, "It holds the image, but ghcr-ml has the longer prefix, acme/ml."),
        ("ghcr-resting", Verdict.PAUSED, "ghcr-resting is paused."),
        ("ghcr-globex", Verdict.OTHER_PREFIX, "Its prefix, globex, does not hold acme/ml/app."),
        ("quay", Verdict.OTHER_HOST, "Its host is quay.io, not ghcr.io."),
    ]


def test_a_tie_is_an_error_that_names_both() -> None:
    twin = replace(ACME, name="GHCR-twin")

    found = gets("ghcr.io/acme/web", ALL, twin, ACME)

    assert (found.chosen, found.problem, found.public) == (None, Problem.AMBIGUOUS, False)
    assert found.fitting == ("ghcr-acme", "GHCR-twin", "ghcr-all")
    assert found.sentence == "ghcr-acme and GHCR-twin are both for ghcr.io/acme. Name the one that is meant."
    assert verdicts(found) == [
        ("ghcr-acme", Verdict.TIED, "It is for ghcr.io/acme, and so is GHCR-twin."),
        ("GHCR-twin", Verdict.TIED, "It is for ghcr.io/acme, and so is ghcr-acme."),
        (
            "ghcr-all",
            Verdict.SHORTER_PREFIX,
            "It holds the image, but ghcr-acme and GHCR-twin have the longer prefix, acme.",
        ),
    ]


def test_many_that_tie_are_not_all_listed() -> None:
    found = gets("ghcr.io/acme/web", *(Kept(f"all-{number}", "ghcr.io") for number in range(8)))

    assert found.sentence == (
        "all-0, all-1, all-2, all-3, all-4 and 3 more are all for the whole of ghcr.io. Name the one that is meant."
    )
    assert [found.considered[place].sentence for place in (0, 7)] == [
        "It is for the whole of ghcr.io, and so are all-1, all-2, all-3, all-4, all-5 and 2 more.",
        "It is for the whole of ghcr.io, and so are all-0, all-1, all-2, all-3, all-4 and 2 more.",
    ]


def test_an_image_that_no_connection_is_for_is_public() -> None:
    found = gets("ghcr.io/acme-evil/web", ACME, QUAY, replace(ML, paused=True))

    assert found.public
    assert (found.chosen, found.problem, found.fitting) == (None, None, ())
    assert found.sentence == (
        "No registry of this team is for ghcr.io/acme-evil/web, so the image is pulled without a login."
    )


@pytest.mark.parametrize(
    ("team", "sentence"),
    [
        ([ACME], "Only ghcr-acme holds it, and is paused. Resume it to pull with its login."),
        ([ACME, ML], "Only ghcr-ml and ghcr-acme hold it, and are paused. Resume the one that is meant."),
    ],
)
def test_an_image_is_not_public_where_all_that_hold_it_are_paused(team: list[Kept], sentence: str) -> None:
    found = gets("ghcr.io/acme/ml/app", QUAY, *(replace(one, paused=True) for one in team))

    assert (found.chosen, found.problem, found.fitting, found.public) == (None, Problem.PAUSED, (), False)
    assert found.sentence == sentence


def test_a_paused_one_leaves_the_image_to_a_shorter_prefix() -> None:
    found = gets("ghcr.io/acme/ml/app", ACME, replace(ML, paused=True))

    assert found.chosen == ACME
    assert found.sentence == "ghcr-acme holds it: it is for ghcr.io/acme."


@pytest.mark.parametrize(
    ("image", "chosen"),
    [
        ("ubuntu", "hub"),
        ("acme/web:1.4", "hub-acme"),
        ("docker.io/acme/web", "hub-acme"),
        ("index.docker.io/acme/web", "hub-acme"),
        ("registry-1.docker.io/acme/web", "hub-acme"),
        ("registry.hub.docker.com/acme/web", "hub-acme"),
        ("Docker.io/acme/web", "hub-acme"),
        ("docker.io:443/acme/web", "hub-acme"),
        ("docker.io:5000/acme/web", None),
        ("docker.io.evil.example/acme/web", None),
        ("registry.internal:5000/acme/web", "port"),
        ("REGISTRY.internal:5000/acme/web", "port"),
        ("registry.internal/acme/web", None),
        ("registry.internal:5001/acme/web", None),
        ("[::1]:5000/acme/web", "v6"),
        ("ecr-public.aws.com/acme/web", "ecr"),
    ],
)
def test_aliases_case_and_ports_of_hosts_are_minded(image: str, chosen: str | None) -> None:
    team = [
        HUB,
        Kept("hub-acme", "docker.io", "acme"),
        Kept("port", "registry.internal:5000"),
        Kept("v6", "[::1]:5000"),
        Kept("ecr", PUBLIC),
    ]

    found = gets(image, *team)

    assert (found.chosen.name if found.chosen else None) == chosen
    assert found.public == (chosen is None)


@pytest.mark.parametrize(("prefix", "held"), [("", True), ("library", True), ("ubuntu", False), ("acme", False)])
def test_an_official_image_is_held_by_the_whole_of_docker_hub_or_by_library(prefix: str, held: bool) -> None:
    found = gets("ubuntu:24.04", Kept("hub", "docker.io", prefix))

    assert (found.chosen is not None) is held


@pytest.mark.parametrize("address", ["https://index.docker.io/v1/", "docker.io", "https://registry-1.docker.io:443"])
def test_docker_hub_saved_under_any_address_holds_its_images(address: str) -> None:
    other = made("other", {"url": address, "namespace": "acme", "method": "none"})
    stored = Connection(name="Hub", host=other.host, prefix=other.prefix)

    found = resolve(Reference.parse("acme/web"), [stored])

    assert found.chosen is stored


# Named ---------------------------------------------------------------------------------------------------------------


def test_a_named_one_is_chosen_whatever_other_prefix_is_longer() -> None:
    found = gets("ghcr.io/acme/ml/app", QUAY, ML, ACME, named="GHCR-Acme")

    assert (found.chosen, found.problem, found.named) == (ACME, None, "GHCR-Acme")
    assert found.sentence == "ghcr-acme is named, and holds it."
    assert verdicts(found) == [
        ("ghcr-acme", Verdict.CHOSEN, "It is the one that is named, and it holds the image."),
        ("ghcr-ml", Verdict.NOT_NAMED, "It holds the image, but it is not the one that is named."),
        ("quay", Verdict.NOT_NAMED, "It is not the one that is named."),
    ]


def test_a_former_name_still_leads_to_its_connection() -> None:
    found = gets("ghcr.io/acme/web", ACME, ALL, named="Old-Name", former={"old-name": "ghcr-acme"})

    assert found.chosen == ACME
    assert found.sentence == "ghcr-acme, once called Old-Name, holds it. Name it as it is called now."


def test_a_present_name_goes_before_the_same_former_one() -> None:
    found = gets("ghcr.io/acme/web", ACME, ALL, named="ghcr-all", former={"ghcr-all": "ghcr-acme"})

    assert found.chosen == ALL


def test_a_former_name_of_what_is_not_there_is_unknown() -> None:
    found = gets("ghcr.io/acme/web", ALL, named="old-name", former={"old-name": "ghcr-acme"})

    assert (found.chosen, found.problem) == (None, Problem.UNKNOWN_NAME)
    assert found.sentence == "No registry is called old-name. ghcr-all holds the image."


@pytest.mark.parametrize(
    ("named", "team", "nearest", "sentence"),
    [
        ("ghcr-acne", [ACME], "ghcr-acme", "No registry is called ghcr-acne. Did you mean ghcr-acme?"),
        (
            "GHCR-ACNE",
            [ACME, ALL],
            "ghcr-acme",
            "No registry is called GHCR-ACNE. Did you mean ghcr-acme? ghcr-all holds the image too.",
        ),
        ("quai", [ACME, QUAY], "quay", "No registry is called quai. Did you mean quay? ghcr-acme holds the image."),
        ("production", [QUAY], "", "No registry is called production."),
        ("production", [ACME, ALL], "", "No registry is called production. ghcr-acme and ghcr-all hold the image."),
        ("production", [], "", "No registry is called production."),
        ("ghcr acme", [ACME], "ghcr-acme", "No registry can have such a name. Did you mean ghcr-acme?"),
        ("ghcr-acme\nx", [QUAY], "", "No registry can have such a name."),
        (" ", [QUAY], "", "No registry can have such a name."),
        ("ghcr-acme" * 20, [ACME], "", "No registry can have such a name. ghcr-acme holds the image."),
        ("q" * 65, [replace(QUAY, name="q" * 64)], "", "No registry can have such a name."),
        ("b1", [replace(QUAY, name="b3"), replace(QUAY, name="b2")], "", "No registry is called b1."),
        ("qua1", [replace(QUAY, name="qua3"), replace(QUAY, name="qua2")], "qua2",
         "No registry is called qua1. Did you mean qua2?"),
    ],
)  # fmt: skip
def test_an_unknown_name_gets_the_nearest_and_those_that_would_do(
    named: str, team: list[Kept], nearest: str, sentence: str
) -> None:
    found = gets("ghcr.io/acme/web", *team, named=named)

    assert (found.chosen, found.problem, found.nearest) == (None, Problem.UNKNOWN_NAME, nearest)
    assert found.sentence == sentence
    assert {row.verdict for row in found.considered} <= {Verdict.NOT_NAMED}


@pytest.mark.parametrize(
    ("image", "mine", "others", "problem", "verdict", "sentence"),
    [
        (
            "quay.io/acme/web", ACME, [QUAY], Problem.WRONG_HOST, Verdict.OTHER_HOST,
            "ghcr-acme is for ghcr.io/acme, while the image is at quay.io. Name quay instead.",
        ),
        (
            "quay.io/acme/web", ALL, [], Problem.WRONG_HOST, Verdict.OTHER_HOST,
            (
                "ghcr-all is for the whole of ghcr.io, while the image is at quay.io. No registry here holds it. "
                "Leave the name out where the image is public."
            ),
        ),
        (
            "ghcr.io/globex/web", ACME, [ALL], Problem.WRONG_PREFIX, Verdict.OTHER_PREFIX,
            "ghcr-acme is for ghcr.io/acme, which does not hold ghcr.io/globex/web. Name ghcr-all instead.",
        ),
        (
            "ghcr.io/acme/web", ML, [ACME, ALL], Problem.WRONG_PREFIX, Verdict.OTHER_PREFIX,
            "ghcr-ml is for ghcr.io/acme/ml, which does not hold ghcr.io/acme/web. Name ghcr-acme or ghcr-all instead.",
        ),
        (
            "ghcr.io/globex/web", ACME, [replace(ALL, paused=True)], Problem.WRONG_PREFIX, Verdict.OTHER_PREFIX,
            "ghcr-acme is for ghcr.io/acme, which does not hold ghcr.io/globex/web. ghcr-all would hold it, but is paused.",
        ),
        (
            "ghcr.io/acme/web", replace(ACME, paused=True), [], Problem.PAUSED, Verdict.PAUSED,
            "ghcr-acme is paused. Resume it to pull with its login.",
        ),
        (
            "ghcr.io/acme/web", replace(ACME, paused=True), [ALL], Problem.PAUSED, Verdict.PAUSED,
            "ghcr-acme is paused. Resume it, or name ghcr-all.",
        ),
        (
            "quay.io/acme/web", replace(ACME, paused=True), [QUAY], Problem.PAUSED, Verdict.PAUSED,
            "ghcr-acme is paused, and is for ghcr.io/acme, while the image is at quay.io. Name quay instead.",
        ),
    ],
)  # fmt: skip
def test_a_named_one_that_does_not_fit_says_why_and_what_would(
    image: str, mine: Kept, others: list[Kept], problem: Problem, verdict: Verdict, sentence: str
) -> None:
    found = gets(image, *others, mine, named=mine.name)

    assert (found.chosen, found.problem, found.public) == (None, problem, False)
    assert found.sentence == sentence
    assert found.fitting == tuple(one.name for one in others if not one.paused)
    assert (found.considered[0].connection, found.considered[0].verdict) == (mine, verdict)


# Asked by host alone -------------------------------------------------------------------------------------------------


def test_a_host_gets_the_one_for_the_whole_of_it() -> None:
    found = resolve_server("ghcr.io", [QUAY, ACME, ALL, replace(ML, paused=True)])

    assert (found.chosen, found.problem, found.reference, found.named) == (ALL, None, None, "")
    assert found.fitting == ("ghcr-acme", "ghcr-all")
    assert found.sentence == "ghcr-all is for the whole of ghcr.io. A host alone never leads to ghcr-acme."
    assert verdicts(found) == [
        ("ghcr-all", Verdict.CHOSEN, "It is for the whole of ghcr.io."),
        ("ghcr-acme", Verdict.OTHER_PREFIX, "It is for ghcr.io/acme alone, and the whole host is asked for."),
        ("ghcr-ml", Verdict.PAUSED, "ghcr-ml is paused."),
        ("quay", Verdict.OTHER_HOST, "Its host is quay.io, not ghcr.io."),
    ]


@pytest.mark.parametrize(
    ("team", "chosen", "problem", "sentence"),
    [
        ([ALL], ALL, None, "ghcr-all is for the whole of ghcr.io."),
        (
            [ACME, QUAY], ACME, None,
            "ghcr-acme is the only registry of this team at ghcr.io. Its login is for ghcr.io/acme.",
        ),
        (
            [ACME, replace(ALL, paused=True)], ACME, None,
            "ghcr-acme is the only registry of this team at ghcr.io that is not paused. Its login is for ghcr.io/acme.",
        ),
        (
            [ACME, ML], None, Problem.AMBIGUOUS,
            (
                "ghcr-acme and ghcr-ml are both at ghcr.io, and a host alone does not tell which is meant. "
                "Ask by image or by name instead."
            ),
        ),
        (
            [ALL, replace(ALL, name="again"), ACME], None, Problem.AMBIGUOUS,
            (
                "again and ghcr-all are both at ghcr.io, and a host alone does not tell which is meant. "
                "Ask by image or by name instead."
            ),
        ),
        (
            [replace(ACME, paused=True)], None, Problem.PAUSED,
            "ghcr-acme is at ghcr.io, and is paused. Resume it to pull with its login.",
        ),
        (
            [replace(ACME, paused=True), replace(ALL, paused=True)], None, Problem.PAUSED,
            "ghcr-acme and ghcr-all are at ghcr.io, and are paused. Resume the one that is meant.",
        ),
        ([QUAY], None, None, "No registry of this team is at ghcr.io, so its images are pulled without a login."),
        ([], None, None, "No registry of this team is at ghcr.io, so its images are pulled without a login."),
    ],
)  # fmt: skip
def test_a_host_gets_the_only_one_or_is_told_why_not(
    team: list[Kept], chosen: Kept | None, problem: Problem | None, sentence: str
) -> None:
    found = resolve_server("ghcr.io", team)

    assert (found.chosen, found.problem) == (chosen, problem)
    assert found.public == (chosen is None and problem is None)
    assert found.sentence == sentence


@pytest.mark.parametrize("asked", ["https://index.docker.io/v1/", "docker.io", "Registry-1.docker.io:443"])
def test_docker_hub_is_found_by_any_of_its_names(asked: str) -> None:
    assert resolve_server(server_host(asked), [QUAY, HUB]).chosen == HUB


def test_a_host_is_compared_in_its_one_spelling() -> None:
    assert resolve_server("GHCR.io:443", [QUAY, ALL]).chosen == ALL


# What holds for any team ---------------------------------------------------------------------------------------------

PARTS = st.sampled_from(["acme", "acme-evil", "ml", "web"])
PREFIXES = st.lists(PARTS, max_size=3).map("/".join)
REPOSITORIES = st.lists(PARTS, min_size=1, max_size=4).map("/".join)
AT = st.sampled_from(["ghcr.io", "ghcr.io:5000", "docker.io", "quay.io"])
NAMES = st.sampled_from(["", "a", "B", "ab", "abc-acme", "abd-acme", "abe-acme", "old", "nobody"])
KEPT = st.builds(
    Kept, st.sampled_from(["a", "b", "ab", "abc-acme", "abd-acme", "c1", "C2", "c3"]), AT, PREFIXES, st.booleans()
)
TEAMS = st.lists(KEPT, max_size=8, unique_by=lambda one: one.name.lower())
IMAGES = st.builds(Reference, AT | st.sampled_from(["GHCR.io", "index.docker.io", "quay.io:443"]), REPOSITORIES)
FORMER = {"old": "c1"}


@given(IMAGES, TEAMS, NAMES, st.randoms())
def test_the_answer_never_depends_on_the_order(image: Reference, team: list[Kept], named: str, random: Random) -> None:
    shuffled = list(team)
    random.shuffle(shuffled)

    assert resolve(image, shuffled, named=named, former=FORMER) == resolve(image, team, named=named, former=FORMER)
    assert resolve_server(image.host, shuffled) == resolve_server(image.host, team)


@given(IMAGES, TEAMS, NAMES, AT, PREFIXES, st.booleans())
def test_an_unrelated_connection_never_changes_an_answer(
    image: Reference, team: list[Kept], named: str, host: str, prefix: str, paused: bool
) -> None:
    unrelated = Kept("zzzzzzzz", host, prefix, paused)
    elsewhere = host != canonical_host(image.host)
    before, after = (resolve(image, one, named=named, former=FORMER) for one in (team, [*team, unrelated]))

    if elsewhere or not holds(prefix, image.repository):
        assert replace(after, considered=()) == replace(before, considered=())
        assert [row for row in after.considered if row.connection != unrelated] == list(before.considered)
    if elsewhere:
        by_host = [resolve_server(image.host, one) for one in (team, [*team, unrelated])]
        assert replace(by_host[0], considered=()) == replace(by_host[1], considered=())


@given(IMAGES, TEAMS)
def test_the_longest_prefix_always_wins(image: Reference, team: list[Kept]) -> None:
    path = image.repository.split("/")
    there = [one for one in team if one.host == canonical_host(image.host)]
    holding = [one for one in there if path[: len(one.prefix.split("/"))] == one.prefix.split("/") or not one.prefix]
    awake = [one for one in holding if not one.paused]
    longest = max((len(one.prefix) for one in awake), default=0)
    best = [one for one in awake if len(one.prefix) == longest]

    found = resolve(image, team)

    assert found.chosen == (best[0] if len(best) == 1 else None)
    assert (found.problem == Problem.AMBIGUOUS) == (len(best) > 1)
    assert (found.problem == Problem.PAUSED) == (bool(holding) and not awake)
    assert found.public == (not holding)
    assert sorted(found.fitting) == sorted(one.name for one in awake)


@given(IMAGES, TEAMS, NAMES)
def test_what_is_chosen_by_name_bears_that_name_and_holds_the_image(image: Reference, team: list[Kept], named: str) -> None:
    found = resolve(image, team, named=named, former=FORMER)

    if found.chosen:
        assert named.lower() in ("", found.chosen.name.lower(), "old")
        assert not found.chosen.paused
        assert found.chosen.host == canonical_host(image.host)
        assert holds(found.chosen.prefix, image.repository)
    elif named:
        assert found.problem is not None


@given(IMAGES, TEAMS, NAMES)
def test_everything_that_was_considered_is_told_of_once(image: Reference, team: list[Kept], named: str) -> None:
    found = resolve(image, team, named=named, former=FORMER)

    assert sorted(row.connection.name for row in found.considered) == sorted(one.name for one in team)
    assert all(row.sentence.endswith(".") for row in found.considered)
    assert [row.connection for row in found.considered if row.verdict == Verdict.CHOSEN] == [found.chosen] * bool(
        found.chosen
    )
    assert found.chosen is None or found.considered[0].connection == found.chosen


@given(PREFIXES.filter(bool), REPOSITORIES)
def test_a_prefix_holds_exactly_what_is_below_it(prefix: str, repository: str) -> None:
    assert holds(prefix, repository) == (prefix in prefixes_of(repository))
    assert not holds(prefix, f"{prefix}-evil/{repository}")
