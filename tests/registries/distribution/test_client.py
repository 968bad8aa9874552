"""The client: what it asks, where it sends a login, and what it makes of every answer."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registries.distribution import (
    AccessDenied,
    Allowance,
    Answer,
    Challenge,
    Client,
    Credential,
    InvalidReference,
    Manifest,
    NotARegistry,
    NotFound,
    RateLimited,
    RealmRefused,
    RegistryError,
    Secret,
    SignIn,
    SignInRefused,
    Unreachable,
)
from tests.fake_registry import OCI_IMAGE, FakeRegistry, Received, answer, digest_of, refusal

ORIGIN = "https://registry.example"
NOON = datetime(2026, 11, 12, 12, tzinfo=UTC)
CANARY = "canary7c2e"


def login(username: str = "puller", password: str = "right") -> Credential:
    return Credential(host="registry.example", username=username, password=Secret(password))


def client(registry: FakeRegistry, credential: Credential | None = None, *realms: str) -> Client:
    return Client(registry.origin, registry, credential=credential, realms=realms, now=lambda: NOON)


def signed_in(registry: FakeRegistry, username: str = "puller", password: str = "right") -> Client:
    made = client(registry, login(username, password))
    made.sign_in()
    registry.received.clear()
    return made


# Ping ---------------------------------------------------------------------------------------------------------------


def test_a_ping_carries_no_login_and_a_name() -> None:
    registry = FakeRegistry()

    client(registry, login()).ping()

    assert registry.received == [Received("GET", f"{ORIGIN}/v2/", {"User-Agent": "berth/0.1"})]


def test_an_open_registry_has_no_challenges() -> None:
    assert client(FakeRegistry(auth="open")).ping() == []


def test_a_closed_registry_says_its_challenges() -> None:
    challenge = Challenge("bearer", {"realm": f"{ORIGIN}/token", "service": "fake"})

    assert client(FakeRegistry()).ping() == [challenge]


@pytest.mark.parametrize(
    "given",
    [
        answer(200, {}),
        answer(200, b"", docker_distribution_api_version="registry/2.0"),
        answer(200, b"<html>", docker_distribution_api_version="registry/2.0"),
        answer(200, b"true"),
        answer(200, b""),
    ],
)
def test_a_success_that_looks_like_a_registry_is_one(given: Answer) -> None:
    assert client(FakeRegistry(answers={("GET", "/v2/"): given})).ping() == []


@pytest.mark.parametrize(
    "given",
    [
        answer(404, b""),
        answer(200, b"<!doctype html><title>Welcome</title>", content_type="text/html"),
        answer(200, b"\x00\xff\xfe garbage"),
        answer(200, b"[" * 200_000),
        answer(200, b"{}", content_encoding="gzip"),
        answer(401, {}, content_encoding="gzip"),
        answer(401, {}),
        answer(401, {}, www_authenticate="Negotiate"),
        answer(401, {}, www_authenticate='Digest realm="x"'),
        answer(301, b"", location="https://elsewhere.example/v2/"),
        answer(302, b"", location="/login"),
        answer(307, b"", location="http://registry.example/v2/"),
        answer(308, b"", location="//elsewhere.example/"),
        answer(400, b""),
        answer(405, b""),
        answer(418, b""),
        answer(101, b""),
    ],
)
def test_anything_else_is_not_a_registry(given: Answer) -> None:
    registry = FakeRegistry(answers={("GET", "/v2/"): given})

    with pytest.raises(NotARegistry) as refused:
        client(registry, login()).ping()

    assert (refused.value.host, refused.value.status, len(registry.received)) == ("registry.example", given.status, 1)


@pytest.mark.parametrize("status", [403, 408, 500, 502, 503, 504, 522])
def test_a_registry_that_answers_nobody_is_unreachable(status: int) -> None:
    registry = FakeRegistry(answers={("GET", "/v2/"): answer(status)})

    with pytest.raises(Unreachable) as refused:
        client(registry).ping()

    assert refused.value.status == status


@pytest.mark.parametrize(
    ("header", "seconds"),
    {
        "120": 120,
        "0": 0,
        " 7 ": 7,
        "999999999": 86400,
        "9" * 5000: None,
        "Thu, 12 Nov 2026 12:05:00 GMT": 300,
        "Thu, 12 Nov 2026 12:05:00 -0000": 300,
        "Thu, 12 Nov 2026 11:00:00 GMT": 0,
        "Fri, 12 Nov 2027 12:00:00 GMT": 86400,
        "soon": None,
        "-5": None,
        "": None,
        "Thu, 99 Nov 99999 99:99:99 GMT": None,
    }.items(),
)
def test_a_limit_says_how_long_to_wait(header: str, seconds: int | None) -> None:
    limited = refusal(429, "TOOMANYREQUESTS", retry_after=header)

    with pytest.raises(RateLimited) as refused:
        client(FakeRegistry(answers={("GET", "/v2/"): limited})).ping()

    assert (refused.value.retry_after_seconds, refused.value.said) == (seconds, "HTTP 429 TOOMANYREQUESTS")


@given(st.text())
def test_no_waiting_time_breaks_the_client(header: str) -> None:
    with pytest.raises(RateLimited):
        client(FakeRegistry(answers={("GET", "/v2/"): answer(429, retry_after=header)})).ping()


@pytest.mark.parametrize("origin", ["registry.example", "ftp://registry.example", "https://u:p@registry.example", ""])
def test_a_client_of_no_origin_cannot_be_made(origin: str) -> None:
    with pytest.raises(ValueError, match="origin"):
        Client(origin, FakeRegistry(), credential=None)


# Signing in ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("auth", "credential", "sign_in"),
    [
        ("open", None, SignIn.OPEN),
        ("open", login(), SignIn.OPEN),
        ("basic", login(), SignIn.BASIC),
        ("bearer", login(), SignIn.TOKEN),
        ("bearer", None, SignIn.ANONYMOUS),
    ],
)
def test_a_sign_in_says_how_it_went(auth: str, credential: Credential | None, sign_in: SignIn) -> None:
    assert client(FakeRegistry(auth=auth), credential).sign_in() == sign_in


def test_signing_in_with_basic_repeats_the_ping_with_the_login() -> None:
    registry = FakeRegistry(auth="basic")

    client(registry, login()).sign_in()

    assert [(request.method, request.url, request.login) for request in registry.received] == [
        ("GET", f"{ORIGIN}/v2/", None),
        ("GET", f"{ORIGIN}/v2/", ("puller", "right")),
    ]


def test_signing_in_with_a_token_asks_for_one_without_a_scope() -> None:
    registry = FakeRegistry()

    client(registry, login()).sign_in()

    assert [(request.url, request.login, request.token) for request in registry.received] == [
        (f"{ORIGIN}/v2/", None, ""),
        (f"{ORIGIN}/token?service=fake", ("puller", "right"), ""),
        (f"{ORIGIN}/v2/", None, "puller|"),
    ]


def test_an_anonymous_sign_in_sends_nothing_but_the_ping() -> None:
    registry = FakeRegistry()

    client(registry).sign_in()

    assert registry.paths == ["GET /v2/"]


def test_the_first_challenge_that_can_be_met_is_met() -> None:
    challenges = f'Negotiate, Bearer realm="{ORIGIN}/token", Basic realm="Registry"'
    first = [answer(401, {}, www_authenticate=challenges)]
    registry = FakeRegistry()
    registry.answers["GET", "/v2/"] = lambda request: first.pop() if first else answer(200, {})

    assert client(registry, login()).sign_in() == SignIn.TOKEN


def test_the_query_of_a_realm_is_kept() -> None:
    realm = f"{ORIGIN}/proxy_auth?scope=group"
    registry = FakeRegistry(answers={("GET", f"{realm}&service=fake"): answer(200, {"token": "puller|"})}, realm=realm)

    assert client(registry, login()).sign_in() == SignIn.TOKEN


def test_a_service_that_was_not_named_is_not_sent() -> None:
    first = [answer(401, {}, www_authenticate=f'Bearer realm="{ORIGIN}/token"')]
    registry = FakeRegistry()
    registry.answers["GET", "/v2/"] = lambda request: first.pop() if first else answer(200, {})

    client(registry, login()).sign_in()

    assert registry.received[1].url == f"{ORIGIN}/token"


@pytest.mark.parametrize("auth", ["basic", "bearer"])
def test_a_wrong_password_is_refused(auth: str) -> None:
    with pytest.raises(SignInRefused) as refused:
        client(FakeRegistry(auth=auth), login(password="wrong")).sign_in()

    assert (refused.value.said, refused.value.at_token_service) == ("HTTP 401 UNAUTHORIZED", auth == "bearer")


def test_a_registry_that_wants_a_login_refuses_to_do_without() -> None:
    registry = FakeRegistry(auth="basic")

    with pytest.raises(SignInRefused) as refused:
        client(registry).sign_in()

    assert (refused.value.detail, registry.paths) == ("The registry asks for a login, and none is given.", ["GET /v2/"])


def test_a_token_that_the_registry_does_not_take_is_a_refused_sign_in() -> None:
    challenge = answer(401, {}, www_authenticate=f'Bearer realm="{ORIGIN}/token"')

    with pytest.raises(SignInRefused) as refused:
        client(FakeRegistry(answers={("GET", "/v2/"): challenge}), login()).sign_in()

    assert refused.value.at_token_service is False


@pytest.mark.parametrize(
    ("given", "kind"),
    [
        (refusal(403, "DENIED"), AccessDenied),
        (answer(400), NotARegistry),
        (answer(404), NotARegistry),
        (answer(405), NotARegistry),
        (answer(302, location="https://elsewhere.example/"), NotARegistry),
        (answer(500), Unreachable),
        (answer(429), RateLimited),
        (answer(200, {"token": "t"}, content_encoding="gzip"), NotARegistry),
    ],
)
def test_an_answer_of_the_token_service_is_told_apart(given: Answer, kind: type[RegistryError]) -> None:
    registry = FakeRegistry(answers={("GET", "/token"): given})

    with pytest.raises(kind) as refused:
        client(registry, login()).sign_in()

    assert (type(refused.value), refused.value.status, refused.value.at_token_service) == (kind, given.status, True)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b"\xff\xfe",
        b"[" * 50_000,
        b'{"token":' + b"9" * 5000 + b"}",
        {},
        {"token": ""},
        {"token": None},
        {"token": 7},
        {"token": True},
        {"token": ["t"]},
        {"token": {"token": "t"}},
        {"access_token": []},
        {"refresh_token": "r"},
        {"token": "with space"},
        {"token": "line\r\nX-Injected: 1"},
        {"token": "null\x00"},
        {"token": "snow☃"},
        {"token": "t" * 32769},
        ["token"],
    ],
)
def test_token_garbage_is_no_token(body: Any) -> None:
    registry = FakeRegistry(answers={("GET", "/token"): answer(200, body)})

    with pytest.raises(NotARegistry) as refused:
        client(registry, login()).sign_in()

    assert (refused.value.detail, refused.value.at_token_service) == ("The token service sent no token.", True)
    assert registry.paths == ["GET /v2/", "GET /token"]


@pytest.mark.parametrize("body", [{"token": "puller|"}, {"access_token": "puller|"}, {"token": "", "access_token": "x|"}])
def test_a_token_has_two_names(body: Any) -> None:
    registry = FakeRegistry(answers={("GET", "/token"): answer(200, body)})

    assert client(registry, login()).sign_in() == SignIn.TOKEN


# Where a login goes -------------------------------------------------------------------------------------------------

FOREIGN_REALMS = [
    "https://auth.example/token",
    "https://evil.example/token",
    "https://registry.example.evil.example/token",
    "https://evilregistry.example/token",
    "https://sub.registry.example/token",
    "https://example/token",
    "https://registry.example./token",
    "https://registry.example:8443/token",
    "https://registry.example:80/token",
    "https://registry.example:0/token",
    "https://registry.example:99999/token",
    "http://registry.example/token",
    "http://registry.example:443/token",
    "https://puller@registry.example/token",
    "https://puller:right@registry.example/token",
    "https://registry.example@evil.example/token",
    "https://registry.example:443@evil.example/token",
    "https://registry.example\\@evil.example/token",
    "https://registry.example#@evil.example/token",
    "https://registry.example/token#fragment",
    "https://127.0.0.1/token",
    "https://[::1]/token",
    "https://[::ffff:127.0.0.1]/token",
    "https://169.254.169.254/latest/meta-data/",
    "https://10.0.0.1/token",
    "https://2130706433/token",
    "https://localhost/token",
    "https://localhost:5000/token",
    "//evil.example/token",
    "/token",
    "token",
    "?service=x",
    "https:",
    "https://",
    "https:///token",
    "https:/registry.example/token",
    "https:registry.example/token",
    "ftp://registry.example/token",
    "file:///etc/passwd",
    "javascript:alert(1)",
    "data:text/plain,token",
    "gopher://registry.example/_",
    "https://registry.example\t.evil.example/token",
    "https://registry.example\r\n.evil.example/token",
    "https://registry.example /token",
    " https://registry.example/token",
    "https://registry.ex\u00e4mple/token",
    "https://registry\uff0eexample/token",
    "https://registry%2eexample/token",
    "https://registry.example%00.evil.example/token",
    "https://<script>.example/token",
    "https://[registry.example]/token",
    "https://[::1/token",
    "https://registry.example/" + "a" * 65536,
    "",
]


def challenging(realm: str, auth: str = "Bearer") -> FakeRegistry:
    quoted = realm.replace("\\", "\\\\").replace('"', '\\"')
    asked = refusal(401, "UNAUTHORIZED", www_authenticate=f'{auth} realm="{quoted}",service="fake"')
    registry = FakeRegistry(realm="https://nowhere.example/")
    registry.answers["GET", "/v2/"] = asked
    registry.answers["GET", "/v2/team/app/manifests/1"] = asked
    return registry


@pytest.mark.parametrize("realm", FOREIGN_REALMS, ids=[repr(realm[:60]) for realm in FOREIGN_REALMS])
def test_v03_a_foreign_realm_gets_neither_login_nor_request(realm: str) -> None:
    registry = challenging(realm)

    with pytest.raises(RealmRefused):
        client(registry, login()).sign_in()

    assert (registry.paths, registry.login_went_to) == (["GET /v2/"], set())


@pytest.mark.parametrize("realm", FOREIGN_REALMS, ids=[repr(realm[:60]) for realm in FOREIGN_REALMS])
def test_v03_a_foreign_realm_of_a_repository_gets_neither_login_nor_request(realm: str) -> None:
    registry = challenging(realm)

    with pytest.raises(RealmRefused):
        client(registry, login()).manifest("team/app", "1")

    assert (registry.paths, registry.login_went_to) == (["GET /v2/team/app/manifests/1"], set())


@pytest.mark.parametrize("realm", FOREIGN_REALMS, ids=[repr(realm[:60]) for realm in FOREIGN_REALMS])
def test_v03_a_client_without_a_login_keeps_to_the_same_rule(realm: str) -> None:
    registry = challenging(realm)

    with pytest.raises(RealmRefused):
        client(registry).manifest("team/app", "1")

    assert registry.paths == ["GET /v2/team/app/manifests/1"]


def test_v21_a_refused_realm_is_not_named_since_it_could_spell_the_login() -> None:
    with pytest.raises(RealmRefused) as refused:
        client(challenging(f"https://x{CANARY}.evil.example/token"), login(password=CANARY)).sign_in()

    assert CANARY not in f"{refused.value} {vars(refused.value)}"


@pytest.mark.parametrize(
    ("origin", "realm"),
    [
        (ORIGIN, f"{ORIGIN}/token"),
        (ORIGIN, f"{ORIGIN}:443/token"),
        (ORIGIN, "HTTPS://Registry.Example/token"),
        ("https://registry.example:5000", "https://registry.example:5000/token"),
        ("http://registry.example:5000", "http://registry.example:5000/token"),
        ("https://[2001:db8::1]:5000", "https://[2001:db8::1]:5000/token"),
        (ORIGIN, "https://auth.docker.io/token"),
    ],
)
def test_the_registry_itself_and_known_token_services_get_the_login(origin: str, realm: str) -> None:
    registry = FakeRegistry(origin=origin, realm=realm)
    registry.answers["GET", "/token"] = answer(200, {"token": "puller|"})

    assert client(registry, login(), "https://auth.docker.io").sign_in() == SignIn.TOKEN


@pytest.mark.parametrize(
    "realm", ["http://auth.docker.io/token", "https://auth.docker.io:8443/t", "https://docker.io/token"]
)
def test_v04_a_known_token_service_is_known_by_its_whole_origin(realm: str) -> None:
    registry = FakeRegistry(realm=realm)

    with pytest.raises(RealmRefused):
        client(registry, login(), "https://auth.docker.io").sign_in()

    assert registry.login_went_to == set()


def test_v04_a_token_service_over_http_is_not_known_even_where_it_is_listed() -> None:
    registry = FakeRegistry(realm="http://auth.example/token")

    with pytest.raises(RealmRefused):
        client(registry, login(), "http://auth.example").sign_in()

    assert registry.login_went_to == set()


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize(
    "location",
    [
        "https://evil.example/v2/",
        "https://registry.example:8443/v2/",
        "http://registry.example/v2/",
        "//evil.example/v2/",
        "/v2/elsewhere",
        "http://169.254.169.254/",
    ],
)
@pytest.mark.parametrize("path", ["/v2/", "/token", "/v2/team/app/manifests/1"])
def test_v05_a_redirect_is_never_followed(status: int, location: str, path: str) -> None:
    registry = FakeRegistry(answers={("GET", path): answer(status, location=location)})
    asking = client(registry, login())

    def climb() -> None:
        asking.sign_in()
        asking.manifest("team/app", "1")

    with pytest.raises(NotARegistry):
        climb()

    assert registry.login_went_to <= {ORIGIN}
    assert registry.paths.count(f"GET {path}") == 1


def test_v05_a_challenge_of_the_token_service_is_not_met() -> None:
    elsewhere = answer(401, {}, www_authenticate='Basic realm="x", Bearer realm="https://evil.example/token"')
    registry = FakeRegistry(realm="https://auth.docker.io/token", answers={("GET", "/token"): elsewhere})

    with pytest.raises(SignInRefused):
        client(registry, login(), "https://auth.docker.io").sign_in()

    assert registry.paths == ["GET /v2/", "GET /token"]


def test_v05_a_challenge_in_answer_to_a_login_is_not_met() -> None:
    registry = FakeRegistry()
    asking = signed_in(registry)
    elsewhere = answer(401, www_authenticate='Bearer realm="https://evil.example/"')
    registry.answers["GET", "/v2/team/app/manifests/1"] = elsewhere

    with pytest.raises(AccessDenied):
        asking.manifest("team/app", "1")

    assert [request.url for request in registry.received] == [
        f"{ORIGIN}/token?service=fake&scope=repository%3Ateam%2Fapp%3Apull",
        f"{ORIGIN}/v2/team/app/manifests/1",
    ]


def test_v05_a_basic_challenge_after_a_token_does_not_get_the_password() -> None:
    registry = FakeRegistry()
    asking = signed_in(registry)
    registry.answers["GET", "/v2/team/app/manifests/1"] = answer(401, www_authenticate='Basic realm="x"')

    with pytest.raises(AccessDenied):
        asking.manifest("team/app", "1")

    assert [request.path for request in registry.received if request.login] == ["/token"]


# Manifests ----------------------------------------------------------------------------------------------------------


def test_a_manifest_of_one_image_has_its_size_and_platform() -> None:
    registry = FakeRegistry()
    image = registry.images["team/app"]["1"]

    manifest = signed_in(registry).manifest("team/app", "1")

    assert manifest == Manifest(digest_of(image), OCI_IMAGE, 1_900_000_000, ("linux/amd64",))


def test_a_manifest_is_asked_for_in_every_format_and_the_token_serves_for_its_configuration() -> None:
    registry = FakeRegistry()

    signed_in(registry).manifest("team/app", "1")

    [token, manifest, config] = registry.received
    assert (token.path, manifest.path, config.path[:21]) == ("/token", "/v2/team/app/manifests/1", "/v2/team/app/blobs/sh")
    assert manifest.headers["Accept"].split(", ") == [
        "application/vnd.oci.image.index.v1+json",
        "application/vnd.docker.distribution.manifest.list.v2+json",
        "application/vnd.oci.image.manifest.v1+json",
        "application/vnd.docker.distribution.manifest.v2+json",
        "application/vnd.docker.distribution.manifest.v1+prettyjws",
        "application/vnd.docker.distribution.manifest.v1+json",
    ]


def test_an_index_has_platforms_and_no_size() -> None:
    registry = FakeRegistry()
    index = registry.index("linux/amd64", "linux/arm/v7", "unknown/unknown", "linux/amd64", "windows/amd64")
    registry.images["team/app"]["all"] = index

    manifest = signed_in(registry).manifest("team/app", "all")

    assert manifest == Manifest(
        digest_of(index),
        "application/vnd.oci.image.index.v1+json",
        None,
        ("linux/amd64", "linux/arm/v7", "windows/amd64"),
    )


def test_an_index_is_followed_to_the_image_that_most_pull() -> None:
    registry = FakeRegistry()
    registry.many("team/app", "all", {"linux/arm64": 700, "linux/amd64": 900})

    manifest = signed_in(registry).manifest("team/app", "all")

    assert (manifest.size_bytes, manifest.sized_for) == (900, "linux/amd64")
    assert manifest.platforms == ("linux/arm64", "linux/amd64")
    assert [path for path in registry.paths if "manifests" in path][1].startswith("GET /v2/team/app/manifests/sha256:")
    assert len(registry.received) == 3


def test_an_index_without_that_image_is_followed_to_its_first() -> None:
    registry = FakeRegistry()
    registry.many("team/app", "all", {"windows/amd64": 700, "linux/arm64": 900})

    manifest = signed_in(registry).manifest("team/app", "all")

    assert (manifest.size_bytes, manifest.sized_for) == (700, "windows/amd64")


@pytest.mark.parametrize(
    "given",
    [
        answer(404),
        answer(401),
        answer(429),
        answer(500),
        answer(302, location="https://evil.example/"),
        answer(200, b"<html>"),
        answer(200, {"config": {"size": 1}, "layers": []}, content_type=OCI_IMAGE),  # another one than was asked for
        Unreachable(),
    ],
)
def test_an_index_that_leads_nowhere_has_no_size_and_is_read_all_the_same(given: Answer | RegistryError) -> None:
    registry = FakeRegistry()
    registry.images["team/app"]["all"] = registry.index("linux/amd64", digests=["sha256:" + "0" * 64])
    registry.answers["GET", "/v2/team/app/manifests/sha256:" + "0" * 64] = given

    manifest = signed_in(registry).manifest("team/app", "all")

    assert (manifest.size_bytes, manifest.sized_for, manifest.platforms) == (None, "", ("linux/amd64",))


@pytest.mark.parametrize("named", ["latest", "sha256:123", 7, None, ["sha256:" + "0" * 64]])
def test_an_index_is_followed_to_nothing_that_is_no_digest(named: Any) -> None:
    registry = FakeRegistry()
    registry.images["team/app"]["all"] = registry.index("linux/amd64", digests=[named])

    assert signed_in(registry).manifest("team/app", "all").size_bytes is None
    assert len([path for path in registry.paths if "manifests" in path]) == 1


COUNTED = [("ratelimit-limit", "100;w=21600"), ("ratelimit-remaining", "76;w=21600")]


def test_an_index_is_not_followed_where_a_manifest_counts_as_a_pull() -> None:
    registry = FakeRegistry()
    registry.many("team/app", "all", {"linux/amd64": 900})
    registry.images["team/app"]["all"].headers.extend(COUNTED)

    manifest = signed_in(registry).manifest("team/app", "all")

    assert (manifest.size_bytes, manifest.allowance) == (None, Allowance(76, 100, 21600))
    assert len([path for path in registry.paths if "manifests" in path]) == 1


@pytest.mark.parametrize(
    "blob",
    [
        answer(307, location="https://storage.example/blob?signature=x"),
        answer(404),
        answer(500),
        answer(200, b"not JSON"),
        answer(200, []),
        answer(200, {"os": "linux"}),
        answer(200, {"os": CANARY, "architecture": CANARY}),
        answer(200, {"os": ["linux"], "architecture": {}}),
        Unreachable(),
    ],
)
def test_a_configuration_that_cannot_be_read_leaves_the_platform_unknown(blob: Answer | RegistryError) -> None:
    registry = FakeRegistry()
    [config] = registry.blobs
    registry.answers["GET", f"/v2/team/app/blobs/{config}"] = blob

    manifest = signed_in(registry).manifest("team/app", "1")

    assert (manifest.platforms, manifest.size_bytes) == ((), 1_900_000_000)
    assert {request.origin for request in registry.received} == {ORIGIN}


@pytest.mark.parametrize(
    "content",
    [
        {"config": {"size": "7"}, "layers": []},
        {"config": {"size": -7}, "layers": []},
        {"config": {"size": True}, "layers": []},
        {"config": {"size": 7}, "layers": [{}]},
        {"config": {"size": 7}, "layers": ["layer"]},
        {"config": [], "layers": {}},
        {},
    ],
)
def test_a_manifest_that_does_not_add_up_has_no_size(content: Any) -> None:
    registry = FakeRegistry()
    registry.images["team/app"]["1"] = answer(200, content, content_type=OCI_IMAGE)

    assert signed_in(registry).manifest("team/app", "1").size_bytes is None


@pytest.mark.parametrize("platform", [None, [], "linux/amd64", {"os": CANARY, "architecture": "amd64"}, {"os": {}}])
def test_a_platform_of_unknown_words_is_left_out(platform: Any) -> None:
    registry = FakeRegistry()
    content = {"mediaType": "application/vnd.oci.image.index.v1+json", "manifests": [{"platform": platform}, 7]}
    registry.images["team/app"]["1"] = answer(200, content)

    assert signed_in(registry).manifest("team/app", "1").platforms == ()


@pytest.mark.parametrize(
    "given",
    [
        answer(200, b"<html>", content_type="text/html"),
        answer(200, b"", content_type=OCI_IMAGE),
        answer(200, [], content_type=OCI_IMAGE),
        answer(200, b"[" * 200_000, content_type=OCI_IMAGE),
        answer(200, {}, content_type="application/json"),
        answer(200, {"mediaType": ["application/vnd.oci.image.manifest.v1+json"]}),
        answer(302, location="https://evil.example/"),
    ],
)
def test_what_is_no_manifest_is_not_a_registry(given: Answer) -> None:
    registry = FakeRegistry()
    registry.images["team/app"]["1"] = given

    with pytest.raises(NotARegistry):
        signed_in(registry).manifest("team/app", "1")


def test_a_manifest_by_digest_has_to_be_the_one_that_was_asked_for() -> None:
    registry = FakeRegistry()
    wanted = "sha256:" + "0" * 64
    registry.images["team/app"][wanted] = registry.image("linux", "amd64")

    with pytest.raises(NotARegistry, match="something else than the digest"):
        signed_in(registry).manifest("team/app", wanted)


@pytest.mark.parametrize("repository", ["", "..", "../v2", "team/../app", "team/app?x", "Team/App", "/team", "a" * 256])
def test_what_is_no_repository_is_never_asked_for(repository: str) -> None:
    registry = FakeRegistry()
    asking = signed_in(registry)

    asks: list[Callable[[], Any]] = [
        lambda: asking.manifest(repository, "1"),
        lambda: asking.tags(repository),
        lambda: asking.try_push(repository),
    ]
    for ask in asks:
        with pytest.raises(InvalidReference):
            ask()
    assert registry.received == []


@pytest.mark.parametrize("reference", ["", "..", "a/b", "1?x", "1\r\nX: y", "sha256:abc"])
def test_what_is_no_tag_or_digest_is_never_asked_for(reference: str) -> None:
    registry = FakeRegistry()
    asking = signed_in(registry)

    with pytest.raises(InvalidReference):
        asking.manifest("team/app", reference)

    assert registry.received == []


@pytest.mark.parametrize(
    ("given", "kind", "said"),
    [
        (refusal(401, "UNAUTHORIZED"), AccessDenied, "HTTP 401 UNAUTHORIZED"),
        (refusal(403, "DENIED"), AccessDenied, "HTTP 403 DENIED"),
        (refusal(404, "NAME_UNKNOWN"), NotFound, "HTTP 404 NAME_UNKNOWN"),
        (refusal(404, "MANIFEST_UNKNOWN"), NotFound, "HTTP 404 MANIFEST_UNKNOWN"),
        (refusal(400, "NAME_INVALID"), NotFound, "HTTP 400 NAME_INVALID"),
        (refusal(400, "SIZE_INVALID"), NotARegistry, "HTTP 400 SIZE_INVALID"),
        (answer(404, b"<html>"), NotFound, "HTTP 404"),
        (refusal(503, "UNAVAILABLE"), Unreachable, "HTTP 503 UNAVAILABLE"),
        (refusal(500, CANARY), Unreachable, "HTTP 500"),
        (refusal(500, "CANARY"), Unreachable, "HTTP 500"),
        (answer(500, {"errors": [{"code": 7}]}), Unreachable, "HTTP 500"),
        (answer(500, {"errors": {}}), Unreachable, "HTTP 500"),
        (answer(500, {"errors": []}), Unreachable, "HTTP 500"),
        (answer(500, [1]), Unreachable, "HTTP 500"),
        (answer(500, b"[" * 50_000), Unreachable, "HTTP 500"),
    ],
)
def test_a_refusal_is_told_by_its_status_and_a_known_code(given: Answer, kind: type[RegistryError], said: str) -> None:
    registry = FakeRegistry()
    registry.images["team/app"]["1"] = given

    with pytest.raises(kind) as refused:
        signed_in(registry).manifest("team/app", "1")

    assert (type(refused.value), refused.value.said, refused.value.at_token_service) == (kind, said, False)


def test_a_repository_that_wants_a_login_after_an_open_ping_gets_it_once() -> None:
    registry = FakeRegistry(answers={("GET", "/v2/"): answer(200, {})})
    asking = signed_in(registry)

    asking.manifest("team/app", "1")

    assert [(request.path[:24], request.token, request.login) for request in registry.received] == [
        ("/v2/team/app/manifests/1", "", None),
        ("/token", "", ("puller", "right")),
        ("/v2/team/app/manifests/1", "puller|repository:team/app:pull", None),
        ("/v2/team/app/blobs/sha25", "puller|repository:team/app:pull", None),
    ]


def test_a_refused_token_is_not_tried_again() -> None:
    registry = FakeRegistry(answers={("GET", "/v2/"): answer(200, {})}, rights={})

    with pytest.raises(SignInRefused):
        signed_in(registry).manifest("team/app", "1")

    assert registry.paths == ["GET /v2/team/app/manifests/1", "GET /token", "GET /v2/team/app/manifests/1"]


def test_a_basic_login_after_an_open_ping_is_refused_as_a_login() -> None:
    registry = FakeRegistry(auth="basic", answers={("GET", "/v2/"): answer(200, {})})

    with pytest.raises(SignInRefused):
        signed_in(registry, password="wrong").manifest("team/app", "1")


def test_a_public_image_is_read_without_a_login() -> None:
    registry = FakeRegistry(rights={("", "team/app"): {"pull"}})
    asking = client(registry)
    asking.sign_in()

    assert asking.manifest("team/app", "1").platforms == ("linux/amd64",)
    assert all(request.login is None for request in registry.received)


def test_a_private_image_is_denied_without_a_login() -> None:
    asking = client(FakeRegistry())
    asking.sign_in()

    with pytest.raises(AccessDenied):
        asking.manifest("team/app", "1")


names = st.sampled_from(
    ["errors", "code", "token", "manifests", "platform", "os", "architecture", "config", "size", "tags"]
)
values = st.recursive(st.none() | st.integers() | st.text(), lambda leaf: st.lists(leaf) | st.dictionaries(names, leaf))


@given(st.binary(max_size=200) | values.map(lambda value: json.dumps(value).encode()))
def test_no_body_breaks_the_client(body: bytes) -> None:
    for path in ("/v2/", "/token", "/v2/team/app/manifests/1", "/v2/team/app/tags/list", "/v2/_catalog"):
        for status in (200, 401, 404, 500):
            registry = FakeRegistry(answers={("GET", path): answer(status, body, content_type=OCI_IMAGE)})
            asking = client(registry, login())
            try:
                asking.sign_in()
                asking.manifest("team/app", "1")
                asking.tags("team/app")
                asking.catalog()
            except RegistryError:
                pass


# Lists --------------------------------------------------------------------------------------------------------------


def paged(first: str, *pages: tuple[Any, str]) -> FakeRegistry:
    """A registry whose list at `first` has these pages, each with the `Link` to the next."""
    registry = FakeRegistry(auth="open")
    for number, (content, link) in enumerate(pages):
        headers = {"link": link} if link else {}
        path = first if number == 0 else f"/v2/page{number}"
        registry.answers["GET", path] = answer(200, content, **headers)
    return registry


def test_tags_are_listed_page_by_page() -> None:
    registry = paged(
        "/v2/team/app/tags/list",
        ({"tags": ["1", "2"]}, '</v2/page1?n=100&last=2>; rel="next"'),
        ({"tags": ["3"]}, f"<{ORIGIN}/v2/page2>;rel=next"),
        ({"tags": None}, ""),
    )

    assert client(registry).tags("team/app") == ["1", "2", "3"]
    assert [request.url.removeprefix(ORIGIN) for request in registry.received] == [
        "/v2/team/app/tags/list?n=100",
        "/v2/page1?n=100&last=2",
        "/v2/page2",
    ]


@pytest.mark.parametrize(
    "link",
    [
        '<https://evil.example/v2/page1>; rel="next"',
        '<https://registry.example:8443/v2/page1>; rel="next"',
        '<http://registry.example/v2/page1>; rel="next"',
        '<//evil.example/v2/page1>; rel="next"',
        '<\\\\evil.example/v2/page1>; rel="next"',
        '<https://u:p@registry.example/v2/page1>; rel="next"',
        '<http://[::1>; rel="next"',
        '<>; rel="next"',
        '</v2/page1>; rel="prev"',
        "/v2/page1",
        "<" * 100_000,
    ],
)
def test_v06_a_link_that_leads_elsewhere_ends_the_list(link: str) -> None:
    registry = paged("/v2/team/app/tags/list", ({"tags": ["1"]}, link), ({"tags": ["2"]}, ""))

    assert client(registry).tags("team/app") == ["1"]
    assert registry.paths == ["GET /v2/team/app/tags/list"]


def test_v27_an_endless_list_ends_after_five_pages() -> None:
    registry = FakeRegistry(auth="open")
    page = answer(200, {"repositories": ["a"]}, link='</v2/_catalog?last=a>; rel="next"')
    registry.answers["GET", "/v2/_catalog"] = page

    assert client(registry).catalog() == ["a"] * 5
    assert len(registry.received) == 5


def test_a_list_is_cut_at_its_limit() -> None:
    registry = paged("/v2/_catalog", ({"repositories": ["a", "b", "c"]}, ""))

    assert client(registry).catalog(limit=2) == ["a", "b"]


def test_only_names_are_listed() -> None:
    registry = paged("/v2/_catalog", ({"repositories": ["team/app", "../x", 7, None, "A", ["a"], ""]}, ""))

    assert client(registry).catalog() == ["team/app"]


@pytest.mark.parametrize("content", [[], {}, {"tags": "1"}, {"tags": {"1": 2}}, 7])
def test_a_list_that_is_none_is_empty(content: Any) -> None:
    assert client(paged("/v2/team/app/tags/list", (content, ""))).tags("team/app") == []


def test_a_list_that_is_not_json_is_not_a_registry() -> None:
    with pytest.raises(NotARegistry):
        client(paged("/v2/_catalog", (b"<html>", ""))).catalog()


def test_the_catalog_is_asked_for_with_its_own_scope() -> None:
    registry = FakeRegistry(answers={("GET", "/v2/_catalog"): answer(200, {"repositories": []})})

    signed_in(registry).catalog()

    assert registry.received[0].url == f"{ORIGIN}/token?service=fake&scope=registry%3Acatalog%3A%2A"


# Pushing ------------------------------------------------------------------------------------------------------------

PUSHER = {("puller", "team/app"): {"pull", "push"}}
UPLOADS = "/v2/team/app/blobs/uploads/"


def test_a_push_is_started_and_cancelled() -> None:
    registry = FakeRegistry(rights=PUSHER)

    signed_in(registry).try_push("team/app")

    assert [f"{request.method} {request.url.removeprefix(ORIGIN)}" for request in registry.received] == [
        "GET /token?service=fake&scope=repository%3Ateam%2Fapp%3Apush%2Cpull",
        f"POST {UPLOADS}",
        f"DELETE {UPLOADS}1?state=x",
    ]


@pytest.mark.parametrize("auth", ["basic", "bearer"])
def test_a_push_that_may_not_be_is_denied(auth: str) -> None:
    registry = FakeRegistry(auth=auth)

    with pytest.raises(AccessDenied):
        signed_in(registry).try_push("team/app")

    assert registry.paths[-1] == f"POST {UPLOADS}"


@pytest.mark.parametrize("given", [answer(405), answer(500), Unreachable(), answer(302, location="https://evil.example/")])
def test_a_cancellation_that_fails_changes_nothing(given: Answer | RegistryError) -> None:
    registry = FakeRegistry(rights=PUSHER, answers={("DELETE", f"{UPLOADS}1"): given})

    signed_in(registry).try_push("team/app")

    assert registry.paths[-1] == f"DELETE {UPLOADS}1"


@pytest.mark.parametrize(
    "location",
    [
        "https://evil.example/upload",
        "https://registry.example:8443/upload",
        "http://registry.example/upload",
        "http://169.254.169.254/upload",
        "//evil.example/upload",
        "\\\\evil.example/upload",
        "https://registry.example@evil.example/",
        "https://registry.example\r\n.evil.example/",
        "",
    ],
)
def test_v06_the_location_of_an_upload_is_not_trusted(location: str) -> None:
    registry = FakeRegistry(rights=PUSHER, answers={("POST", UPLOADS): answer(202, location=location)})

    signed_in(registry).try_push("team/app")

    assert registry.paths[-1] == f"POST {UPLOADS}"
    assert registry.login_went_to == {ORIGIN}


@pytest.mark.parametrize("status", [200, 204, 302, 405])
def test_an_upload_that_is_answered_oddly_is_not_a_registry(status: int) -> None:
    registry = FakeRegistry(rights=PUSHER, answers={("POST", UPLOADS): answer(status)})

    with pytest.raises(NotARegistry):
        signed_in(registry).try_push("team/app")


# Silence ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("auth", ["basic", "bearer"])
@pytest.mark.parametrize(
    "ask", [Client.sign_in, lambda asking: asking.manifest("team/app", "2"), lambda asking: asking.try_push("team/app")]
)
def test_v21_no_error_carries_the_login_that_a_registry_sends_back(auth: str, ask: Callable[[Client], Any]) -> None:
    registry = FakeRegistry(auth=auth, users={"puller": "right", CANARY: CANARY}, echoing=True)
    asking = client(registry, login(CANARY, CANARY if ask is not Client.sign_in else f"wrong-{CANARY}"))
    if ask is not Client.sign_in:
        asking.sign_in()

    with pytest.raises(RegistryError) as refused:
        ask(asking)

    error: BaseException | None = refused.value
    while error is not None:
        assert CANARY not in f"{error!r} {error} {vars(error)}".lower()
        error = error.__cause__ or error.__context__


def test_v21_a_client_and_its_manifest_show_no_login() -> None:
    registry = FakeRegistry(users={CANARY: CANARY}, rights={(CANARY, "team/app"): {"pull"}}, echoing=True)
    asking = client(registry, login(CANARY, CANARY))
    asking.sign_in()

    manifest = asking.manifest("team/app", "1")

    held = {name: value for name, value in vars(asking).items() if value is not registry}
    assert CANARY not in f"{manifest!r} {asking!r} {held!r}"
