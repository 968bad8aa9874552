"""
What a hostile registry may do, as one table: each row a behaviour, and where the check of it ends.

`tests.hostile` has the behaviours of bare connections, `tests.hostile_registry` the registry that is good but
for one place.
"""

import base64
import gzip
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field

from registries.outcomes import Outcome, Step
from tests import hostile
from tests.hostile import HEAD, Behaviour
from tests.hostile_registry import (
    HOST,
    IMAGE_TYPE,
    INDEX_TYPE,
    MANIFEST,
    MARK,
    Page,
    Registry,
    always,
    bearer,
    refusal,
    reply,
    said_in,
)
from tests.hostile_world import (
    HUB,
    HUB_TOKENS,
    REGISTRY_ADDRESS,
    TOKEN_SERVICE_ADDRESS,
    Names,
    leads_to,
    never_answers,
    rebinds,
    usual_names,
)

CONNECTED, UNREACHABLE, NOT_A_REGISTRY = Outcome.CONNECTED, Outcome.UNREACHABLE, Outcome.NOT_A_REGISTRY
REFUSED, BLOCKED, NOT_TRUSTED, NO_PULL = (
    Outcome.SIGN_IN_REFUSED,
    Outcome.BLOCKED,
    Outcome.NOT_TRUSTED,
    Outcome.NO_PULL_ACCESS,
)
NO_PUSH, LIMITED, NO_IMAGE = Outcome.NO_PUSH_ACCESS, Outcome.RATE_LIMITED, Outcome.IMAGE_NOT_FOUND
DNS, TLS, SIGN_IN, PULL, PUSH = Step


@dataclass(frozen=True, kw_only=True)
class Row:
    """
    One behaviour, and where the check of it ends: in this outcome, decided by this step (None where all passed).

    A slow one is ended by the clock, so it is given little of it. `tls` names the server's certificate, "" for none at all;
    `dials` are the addresses that may be connected to.
    """

    what: str
    behave: Behaviour = field(default_factory=Registry)
    outcome: Outcome
    step: Step | None
    slow: bool = False
    tls: str = "good"
    names: Names = usual_names
    host: str = HOST
    image: str = "team/app:1"
    purpose: str = "pull"
    dials: frozenset[str] = frozenset({REGISTRY_ADDRESS})

    @property
    def deadline_seconds(self) -> float:
        return 1.0 if self.slow else 20.0  # The others end by what they do, however busy the machine is.

    @property
    def exchange_seconds(self) -> float:
        return 0.3 if self.slow else 20.0


ROWS = [Row(what="a good registry, to be sure that the others differ from it", outcome=CONNECTED, step=None)]

# Time and size, at every place --------------------------------------------------------------------------------------

V2, TOKEN, MANIFESTS, BLOBS, UPLOADS, CATALOG, TAGS = (
    "/v2/",
    "/token",
    "/v2/team/app/manifests/",
    "/v2/team/app/blobs/sha256",
    "/v2/team/app/blobs/uploads/",
    "/v2/_catalog",
    "/v2/team/app/tags/list",
)
PLACES = {V2: SIGN_IN, TOKEN: SIGN_IN, MANIFESTS: PULL}

SLOW = (
    hostile.is_silent,
    hostile.listens_and_is_silent,
    hostile.drips_a_status,
    hostile.drips_headers,
    hostile.drips_a_body,
    hostile.drips_chunks,
    hostile.drips_interim_answers,
    hostile.talks_another_protocol,
)
ODD = (
    hostile.floods_a_body,
    hostile.floods_chunks,
    hostile.floods_headers,
    hostile.floods_one_header,
    hostile.floods_interim_answers,
    hostile.talks_nonsense,
)


def called(behave: Behaviour) -> str:
    return behave.__name__.replace("_", " ")


for behave in SLOW:
    ROWS += [Row(what=called(behave), behave=behave, outcome=UNREACHABLE, step=SIGN_IN, slow=True)]
for behave in ODD:
    ROWS += [
        Row(
            what=f"{called(behave)}, at {place}",
            behave=Registry(worst={place: behave}),
            outcome=NOT_A_REGISTRY,
            step=step,
        )
        for place, step in PLACES.items()
    ]
for behave in (hostile.hangs_up, hostile.resets, hostile.is_half_open):
    ROWS += [
        Row(what=f"{called(behave)}, at {place}", behave=Registry(worst={place: behave}), outcome=UNREACHABLE, step=step)
        for place, step in PLACES.items()
    ]

for place, (outcome, step) in {
    TOKEN: (UNREACHABLE, SIGN_IN),
    MANIFESTS: (UNREACHABLE, PULL),
    UPLOADS: (UNREACHABLE, PUSH),
    BLOBS: (CONNECTED, None),
}.items():
    late = Registry(worst={place: hostile.drips_a_body})
    ROWS += [Row(what=f"drips a body, at {place}", behave=late, outcome=outcome, step=step, slow=True, purpose="push")]


def cut(what: str, behave: Behaviour, outcome: Outcome) -> Row:
    return Row(what=what, behave=behave, outcome=outcome, step=SIGN_IN)


def http(what: str, data: bytes) -> Row:
    return Row(what=what, behave=hostile.hangs_up_after(data), outcome=NOT_A_REGISTRY, step=SIGN_IN)


HALF = HEAD + b"Content-Length: 100\r\n\r\n{"
ROWS += [
    cut("resets within the status", hostile.resets_after(b"HTT"), UNREACHABLE),
    cut("resets within the headers", hostile.resets_after(HEAD), UNREACHABLE),
    cut("resets within the body", hostile.resets_after(HALF), UNREACHABLE),
    cut("hangs up within the headers", hostile.hangs_up_after(HEAD), NOT_A_REGISTRY),
    cut("hangs up within the body", hostile.hangs_up_after(HALF), NOT_A_REGISTRY),
    http("two lengths", HEAD + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}"),
    http("a length below zero", HEAD + b"Content-Length: -1\r\n\r\n"),
    http("a length of 30 digits", HEAD + b"Content-Length: " + b"9" * 30 + b"\r\n\r\n"),
    http("a chunk of 2 to the 80th bytes", HEAD + b"Transfer-Encoding: chunked\r\n\r\nfffffffffffffffffffff\r\n"),
    http("a transfer that is compressed", HEAD + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"),
    http("HTTP 0.9", b"<html>" + MARK.encode() + b"</html>"),
    http("HTTP 2 unasked", b"\x00\x00\x12\x04\x00\x00\x00\x00\x00" + b"\x00" * 18),
    http("a status that is no number", b"HTTP/1.1 abc " + MARK.encode() + b"\r\n\r\n"),
    http("another protocol by 101", b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\nConnection: upgrade\r\n\r\n"),
    http("a zero byte in a header", HEAD + b"X-A: \x00\r\n\r\n"),
]

# Compression that nobody asked for ----------------------------------------------------------------------------------

GZIP, DEFLATE = gzip.compress(b"0" * 30_000_000), zlib.compress(b"{" * 30_000_000)
for coding, bomb in {"gzip": GZIP, "deflate": DEFLATE}.items():
    ROWS += [
        Row(
            what=f"a {coding} bomb, at {place}",
            behave=Registry({place: always(200, bomb, content_encoding=coding)}),
            outcome=NOT_A_REGISTRY,
            step=step,
        )
        for place, step in PLACES.items()
    ]

# Challenges ---------------------------------------------------------------------------------------------------------

EVIL = "https://evil.example/token"
REALM = f"https://{HOST}/token"


def asks(what: str, challenge: str, outcome: Outcome = NOT_A_REGISTRY, step: Step | None = SIGN_IN) -> Row:
    return Row(what=what, behave=Registry(challenge=challenge), outcome=outcome, step=step)


ROWS += [
    asks("a foreign challenge before a good one", f'{bearer(EVIL)}, Basic realm="x"'),
    asks("a foreign challenge after a good one", f'Basic realm="x", {bearer(EVIL)}', CONNECTED, None),
    asks("two challenges in two headers", f'{bearer(EVIL)}\r\nWWW-Authenticate: Basic realm="x"'),
    asks("a foreign realm after the good one", f'Bearer realm="{REALM}",realm="{EVIL}"', CONNECTED, None),
    asks("a foreign realm before the good one", f'Bearer realm="{EVIL}",realm="{REALM}"'),
    asks("a challenge of another kind", "Negotiate"),
    asks("no words in the challenge", ""),
    asks("no realm", "Bearer"),
    asks("4,000 challenges", "Digest realm=x, " * 4000),
    asks("a quote without an end", 'Bearer realm="' + REALM + "\\" * 30_000),
    asks("a scope of somebody else's choosing", bearer() + ',scope="repository:other/secret:*"', CONNECTED, None),
    Row(
        what="open at first, and a foreign challenge at the manifest",
        behave=Registry(
            {V2: always(200), MANIFESTS: lambda head: refusal(401, "UNAUTHORIZED", www_authenticate=bearer(EVIL))}
        ),
        outcome=NOT_A_REGISTRY,
        step=PULL,
    ),
    Row(
        what="a foreign challenge to whoever has a token already",
        behave=Registry({MANIFESTS: lambda head: refusal(401, "UNAUTHORIZED", www_authenticate=bearer(EVIL))}),
        outcome=NO_PULL,
        step=PULL,
    ),
    Row(
        what="a token first, and then the password to itself",
        behave=Registry(
            {
                V2: lambda head: refusal(
                    401, "UNAUTHORIZED", www_authenticate='Basic realm="x"' if said_in(head)[0] else bearer()
                )
            }
        ),
        outcome=REFUSED,
        step=SIGN_IN,
    ),
]

REALMS = {
    "on another host": EVIL,
    "on another port": f"https://{HOST}:8443/token",
    "over plain http": f"http://{HOST}/token",
    "at a private address": "https://10.0.0.1/token",
    "at loopback": "https://127.0.0.1/token",
    "at loopback by IPv6": "https://[::1]/token",
    "at loopback as a number": "https://2130706433/token",
    "at a link-local address": "https://169.254.1.1/token",
    "at the metadata address": "http://169.254.169.254/latest/api/token",
    "with a user": f"https://{HOST}@evil.example/token",
    "with a user and a backslash": f"https://{HOST}\\\\@evil.example/token",
    "at a name that begins alike": f"https://{HOST}.evil.example/token",
    "at a name that ends alike": f"https://x{HOST}/token",
    "at a name that looks alike": "https://r\xe9gistry.example/token",
    "below the registry's own name": f"https://cdn.{HOST}/token",
    "at another registry's token service": f"https://{HUB_TOKENS}/token",
    "without a host": "/token",
    "without a scheme": "//evil.example/token",
    "as a script": "javascript:alert(1)",
    "as a file": "file:///etc/passwd",
    "of 64 KB": f"https://{HOST}/token?" + "x" * 65536,
    "with a fragment": f"https://{HOST}#@evil.example/token",
    "with a line break": f"https://{HOST}/token\\\r\n X-Evil: 1",
    "with a written line break": f"https://{HOST}%0d%0a.evil.example/token",
}
ROWS += [asks(f"a realm {where}", bearer(realm)) for where, realm in REALMS.items()]
ROWS += [
    asks("a service with written line breaks", f'Bearer realm="{REALM}",service="a%0d%0aX-Evil: 1"', CONNECTED, None),
]

# Redirects ----------------------------------------------------------------------------------------------------------

TARGETS = {
    301: "https://evil.example/v2/",
    302: "http://169.254.169.254/latest/meta-data/",
    303: "https://127.0.0.1/v2/",
    307: f"http://{HOST}/v2/",
    308: "//evil.example/v2/",
}
LED: Mapping[str, tuple[Outcome, Step | None]] = {
    **{place: (NOT_A_REGISTRY, step) for place, step in PLACES.items()},
    UPLOADS: (NO_PUSH, PUSH),
    BLOBS: (CONNECTED, None),
}
AWAY = {"refresh": "0; url=https://evil.example/", "alt_svc": 'h2="evil.example:443"'}
for place, (outcome, step) in LED.items():
    ROWS += [
        Row(
            what=f"{status} at {place}",
            behave=Registry({place: always(status, {"token": MARK}, location=target)}),
            outcome=outcome,
            step=step,
            purpose="push",
        )
        for status, target in TARGETS.items()
    ]
    ROWS += [
        Row(
            what=f"a Refresh at {place}",
            behave=Registry({place: always(200, b"<html>", **AWAY)}),
            outcome=outcome,
            step=step,
            purpose="push",
        )
    ]
ROWS += [
    Row(what="a redirect to itself", behave=Registry({V2: always(302, location=V2)}), outcome=NOT_A_REGISTRY, step=SIGN_IN),
]
for where, location in {
    "another host": "https://evil.example/v2/team/app/blobs/uploads/1",
    "plain http": f"http://{HOST}/v2/team/app/blobs/uploads/1",
    "the metadata address": "http://169.254.169.254/v2/team/app/blobs/uploads/1",
    "another repository": "/v2/team/other/manifests/1",
}.items():
    ROWS += [
        Row(
            what=f"an upload at {where}",
            behave=Registry({UPLOADS: always(202, location=location)}),
            outcome=CONNECTED,
            step=None,
            purpose="push",
        )
    ]

# Tokens -------------------------------------------------------------------------------------------------------------

TOKENS: Mapping[str, object] = {
    "a number": {"token": 1},
    "a list": {"token": [MARK]},
    "an object": {"token": {"token": MARK}},
    "nothing": {"token": None},
    "not a number": b'{"token": NaN}',
    "infinity": b'{"token": -Infinity}',
    "a number of 60,000 digits": b'{"token": ' + b"9" * 60_000 + b"}",
    "line breaks": {"token": "a\r\nX-Evil: 1"},
    "a space": {"token": "a b"},
    "letters beyond ASCII": {"token": "\u0442oken"},
    "half a letter": b'{"token": "\\ud800"}',
    "33 KB": {"token": "x" * 33_000},
    "more than is read": {"token": "x" * 66_000},
    "nested 30,000 times": b'{"token": ' + b"[" * 30_000,
    "a list of tokens": [{"token": MARK}],
    "a web page": b"<html>" + MARK.encode(),
    "bytes that are no text": b"\xff\xfe\xfa{",
    "no body": b"",
}
ROWS += [
    Row(what=f"a token: {what}", behave=Registry({TOKEN: always(200, body)}), outcome=NOT_A_REGISTRY, step=SIGN_IN)
    for what, body in TOKENS.items()
]


def claims(access: bytes) -> str:
    written = base64.urlsafe_b64encode(b'{"access": ' + access + b"}").decode()
    return f"x.{written.rstrip('=')}.x"


for what, access in {
    "nested 5,000 times": b"[" * 5000 + b"]" * 5000,
    "of a wrong type": b'[1, null, {"type": "repository", "name": "team/app", "actions": {"push": 1}}]',
    "with actions of wrong types": b'[{"type": "repository", "name": "team/app", "actions": [[], {}, NaN, 1]}]',
}.items():
    token = claims(access)
    pages: dict[str, Page] = {
        TOKEN: lambda head, token=token: reply(200, {"token": token}) if said_in(head)[0] else refusal(401),  # type: ignore[misc]
        V2: lambda head: reply(200) if said_in(head)[0] else refusal(401, www_authenticate=bearer()),
        MANIFESTS: always(200, MANIFEST, content_type=IMAGE_TYPE),
    }
    ROWS += [Row(what=f"a token whose claims are {what}", behave=Registry(pages), outcome=CONNECTED, step=None)]

# Logins that come back ----------------------------------------------------------------------------------------------


def echo(status: int) -> Page:
    """Say the login back in every place of an answer that may hold text, once there is one."""

    def page(head: bytes) -> bytes:
        value, plain = said_in(head)
        if not value:
            return refusal(401, "UNAUTHORIZED", www_authenticate=bearer())
        body = {"token": [plain], "errors": [{"code": plain, "message": value, "detail": plain}], "mediaType": plain}
        given = reply(
            status,
            body,
            www_authenticate=f'Bearer realm="https://{plain.replace(":", ".")}/token", error="{plain}"',
            location=f"https://{plain.replace(':', '.')}/",
            docker_content_digest=plain,
            content_type=plain,
            retry_after=plain,
            link=f"<https://{plain}/>; rel=next",
            ratelimit_limit=plain,
        )
        return given.replace(MARK.encode(), plain.encode(), 1)

    return page


ECHOED = {
    (V2, 200): (CONNECTED, None),
    (V2, 401): (REFUSED, SIGN_IN),
    (V2, 403): (REFUSED, SIGN_IN),
    (V2, 429): (LIMITED, SIGN_IN),
    (V2, 500): (Outcome.COULD_NOT_CHECK, SIGN_IN),
    (TOKEN, 200): (NOT_A_REGISTRY, SIGN_IN),
    (TOKEN, 302): (NOT_A_REGISTRY, SIGN_IN),
    (TOKEN, 400): (NOT_A_REGISTRY, SIGN_IN),
    (TOKEN, 401): (REFUSED, SIGN_IN),
    (TOKEN, 403): (REFUSED, SIGN_IN),
    (MANIFESTS, 200): (NOT_A_REGISTRY, PULL),
    (MANIFESTS, 404): (NO_IMAGE, PULL),
    (UPLOADS, 202): (CONNECTED, None),
    (UPLOADS, 403): (NO_PUSH, PUSH),
}
ROWS += [
    Row(
        what=f"the login said back with {status} at {place}",
        behave=Registry({place: echo(status)}),
        outcome=outcome,
        step=step,
        purpose="push",
    )
    for (place, status), (outcome, step) in ECHOED.items()
]
ROWS += [
    Row(
        what="a wait of a billion seconds",
        behave=Registry({V2: always(429, retry_after="999999999")}),
        outcome=LIMITED,
        step=SIGN_IN,
    ),
]

# Manifests ----------------------------------------------------------------------------------------------------------

ITSELF = {"mediaType": INDEX_TYPE, "digest": f"sha256:{'0' * 64}", "platform": {"os": "linux", "architecture": "amd64"}}
MANY = {**ITSELF, "platform": {"os": MARK, "architecture": MARK}}


def manifest(what: str, body: object, outcome: Outcome = CONNECTED, kind: str = IMAGE_TYPE) -> Row:
    page = always(200, body, content_type=kind)
    return Row(what=what, behave=Registry({MANIFESTS: page}), outcome=outcome, step=PULL)


ROWS += [
    manifest("a manifest that is longer than may be", b" " * (5 * 1024 * 1024), NOT_A_REGISTRY),
    manifest("a manifest nested 1,000,000 times", b"[" * 1_000_000, NOT_A_REGISTRY),
    manifest("a manifest with objects nested 100,000 times", b'{"config":' * 100_000, NOT_A_REGISTRY),
    manifest("a manifest that is a list", [MANIFEST], NOT_A_REGISTRY),
    manifest("a manifest of a kind of its own", {**MANIFEST, "mediaType": [MARK]}, NOT_A_REGISTRY, MARK),
    manifest("a manifest whose parts are of wrong types", {"config": [MARK], "layers": {MARK: 1}}),
    manifest("layers of wrong types", {**MANIFEST, "layers": [MARK, None, 1, [], {"size": MARK}]}),
    manifest("sizes that are no sizes", {**MANIFEST, "layers": [{"size": s} for s in (-1, True, 1e300, float("nan"))]}),
    manifest("a size of 60,000 digits", b'{"layers": [{"size": ' + b"9" * 60_000 + b"}]}", NOT_A_REGISTRY),
    manifest("a configuration that leads out", {**MANIFEST, "config": {"digest": "sha256:../../../other", "size": 1}}),
    manifest("an index that holds itself", {"manifests": [ITSELF]}, kind=INDEX_TYPE),
    manifest("an index of 10,000", {"manifests": [MANY] * 10_000}, kind=INDEX_TYPE),
    manifest("an index of wrong types", {"manifests": [1, None, MARK, {"platform": MARK, "digest": []}]}, kind=INDEX_TYPE),
    manifest("a manifest of 100,000 empty objects", b'{"layers": [' + b"{}," * 100_000 + b"{}]}"),
    Row(
        what="a configuration nested 100,000 times",
        behave=Registry({BLOBS: always(200, b'{"os":' * 100_000)}),
        outcome=CONNECTED,
        step=None,
    ),
    Row(
        what="a configuration of words of its own",
        behave=Registry({BLOBS: always(200, {"os": MARK, "architecture": [MARK], "variant": {}})}),
        outcome=CONNECTED,
        step=None,
    ),
]

# Lists --------------------------------------------------------------------------------------------------------------


def listed(what: str, place: str, page: Page) -> Row:
    return Row(what=what, behave=Registry({place: page}), outcome=CONNECTED, step=None, image="")


NEXT = {"link": '</v2/_catalog?n=1&last=x>; rel="next"'}
ROWS += [
    listed("a catalog without an end", CATALOG, always(200, {"repositories": []}, **NEXT)),
    listed("tags without an end", TAGS, always(200, {"tags": []}, link=f'<{TAGS}?last=x>; rel="next"')),
    listed(
        "a catalog that goes on elsewhere",
        CATALOG,
        always(200, {"repositories": []}, link="<https://evil.example/>; rel=next"),
    ),
    listed("a catalog that leads out", CATALOG, always(200, {"repositories": ["../../admin", MARK + "\r\n", "a/" * 400]})),
    listed("a catalog of wrong types", CATALOG, always(200, {"repositories": [1, None, [MARK], {MARK: 1}]})),
    listed("a catalog that is a word", CATALOG, always(200, {"repositories": MARK})),
    listed("a catalog nested 100,000 times", CATALOG, always(200, b"[" * 100_000)),
    listed("a catalog of 20,000, again and again", CATALOG, always(200, {"repositories": [f"{MARK}/a"] * 20_000}, **NEXT)),
    listed("a link of 60 KB", CATALOG, always(200, {"repositories": []}, link="<" * 30_000 + "a" * 30_000)),
    listed("tags that lead out", TAGS, always(200, {"tags": ["../../../admin", MARK + "\n", 1]})),
]

# TLS ----------------------------------------------------------------------------------------------------------------

ROWS += [
    Row(what=f"TLS of a wrong kind: {tls}", tls=tls, outcome=NOT_TRUSTED, step=TLS)
    for tls in ("unknown authority", "wrong host", "expired", "old version")
]
ROWS += [
    Row(what="no TLS, but HTTP", tls="", behave=hostile.talks_http_at_once, outcome=NOT_TRUSTED, step=TLS),
    Row(what="no TLS, but SSH", tls="", behave=hostile.talks_another_protocol, outcome=NOT_TRUSTED, step=TLS),
    Row(what="no TLS, but silence", tls="", behave=hostile.is_silent, outcome=UNREACHABLE, step=TLS, slow=True),
    Row(what="a handshake that drips", tls="", behave=hostile.drips_a_handshake, outcome=UNREACHABLE, step=TLS, slow=True),
    Row(what="no TLS, but a reset", tls="", behave=hostile.resets_at_once, outcome=UNREACHABLE, step=TLS),
    Row(what="no TLS, but a hang-up", tls="", behave=lambda connection: None, outcome=UNREACHABLE, step=TLS),
]

# Names --------------------------------------------------------------------------------------------------------------


def named(what: str, names: Names, outcome: Outcome = BLOCKED, step: Step | None = DNS) -> Row:
    return Row(what=what, names=names, outcome=outcome, step=step, slow=names is never_answers)


ROWS += [
    named("a name that rebinds to loopback", rebinds, CONNECTED, None),
    *(
        named(f"a name at {address}", leads_to(address))
        for address in (
            "127.0.0.1",
            "10.0.0.1",
            "169.254.169.254",
            "0.0.0.0",
            "::1",
            "fe80::1%2",
            "fd00:ec2::254",
            f"::ffff:{REGISTRY_ADDRESS}",
            "::ffff:127.0.0.1",
            "64:ff9b::7f00:1",
            "64:ff9b::a9fe:a9fe",
            "2002:7f00:1::",
        )
    ),
    named("a public address before a private one", leads_to(REGISTRY_ADDRESS, "10.0.0.1")),
    named("a private address before a public one", leads_to("10.0.0.1", REGISTRY_ADDRESS)),
    named("a name that is never answered", never_answers, UNREACHABLE),
    named("a name without addresses", leads_to(), UNREACHABLE),
    named("a name of 2,000 addresses", leads_to(*[REGISTRY_ADDRESS] * 2000), CONNECTED, None),
]

# A token service of its own -----------------------------------------------------------------------------------------

for what, page in {
    "is good": None,
    "redirects": always(307, location=EVIL),
    "says the login back": echo(200),
    "sends line breaks": always(200, {"token": "a\r\nX-Evil: 1"}),
}.items():
    realm = f"https://{HUB_TOKENS}/token"
    ROWS += [
        Row(
            what=f"a token service elsewhere {what}",
            behave=Registry({TOKEN: page} if page else {}, challenge=bearer(realm)),
            host=HUB,
            outcome=NOT_A_REGISTRY if page else CONNECTED,
            step=SIGN_IN if page else None,
            dials=frozenset({REGISTRY_ADDRESS, TOKEN_SERVICE_ADDRESS}),
        )
    ]
