"""When a login ends: what its own text says, and what GitHub, GitLab and Docker Hub answer when they are asked."""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from registries.distribution import Answer, ConnectionRefused, RegistryError, Secret
from registries.flavors.base import Flavor
from registries.flavors.ends import day_written, end_in, in_a_header, moment, moment_written
from tests.registries.flavor_table import GITHUB, HUB, PASSWORD, TABLE, made
from tests.registries.flavor_table.gitlab import GITLAB, OWN

END = datetime(2026, 12, 3, 22, 30, tzinfo=UTC)
MIDNIGHT = datetime(2026, 12, 3, tzinfo=UTC)
GITHUB_USER = "GET https://api.github.com/user"
GITLAB_SELF = "GET https://gitlab.com/api/v4/personal_access_tokens/self"
HUB_SIGN_IN = "POST https://hub.docker.com/v2/auth/token"
HUB_TOKENS = "GET https://hub.docker.com/v2/access-tokens?page_size=100"


@dataclass
class Scripted:
    """A provider that answers by a script, `METHOD url` to an answer or an error, and keeps what it was asked."""

    script: Mapping[str, Answer | Exception]
    asked: list[str] = field(default_factory=list)
    headers: list[Mapping[str, str]] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    limits: list[int] = field(default_factory=list)

    def request(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes = b"", *, limit_bytes: int = 65536
    ) -> Answer:
        self.asked.append(f"{method} {url}")
        self.headers.append(headers)
        self.bodies.append(body)
        self.limits.append(limit_bytes)
        reply = self.script[self.asked[-1]]
        if isinstance(reply, Exception):
            raise reply
        return reply


def answer(body: Any = b"", status: int = 200, **headers: str) -> Answer:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Answer(status, [(name.replace("_", "-"), value) for name, value in headers.items()], raw)


def token(claims: Any, *, raw: bytes = b"") -> str:
    """Make a JSON Web Token whose signature nobody checks."""
    parts = [b'{"alg":"HS256","typ":"JWT"}', raw or json.dumps(claims).encode(), b"signature"]
    return ".".join(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in parts)


def github(password: str = f"ghp_{PASSWORD}") -> Flavor:
    return made("github", GITHUB | {"password": password})


def gitlab(method: str = "personal", password: str = f"glpat-{PASSWORD}", **typed: str) -> Flavor:
    return made("gitlab", GITLAB | {"method": method, "password": password} | typed)


def hub(password: str = f"dckr_pat_{PASSWORD}") -> Flavor:
    return made("dockerhub", HUB | {"password": password})


def github_says(value: str) -> Scripted:
    return Scripted({GITHUB_USER: answer({"login": "octocat"}, github_authentication_token_expiration=value)})


def gitlab_says(value: Any) -> Scripted:
    return Scripted({GITLAB_SELF: answer(value)})


def hub_says(page: Any, signed_in: Any = None) -> Scripted:
    first = {"access_token": "a-token"} if signed_in is None else signed_in
    return Scripted({HUB_SIGN_IN: answer(first), HUB_TOKENS: answer(page)})


def active(end: Any, is_active: Any = True) -> dict[str, Any]:
    return {"uuid": "b30bbf97", "is_active": is_active, "token_label": "ci", "expires_at": end}


# What a token says of itself ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("exp", [END.timestamp(), int(END.timestamp()), END.timestamp() + 0.9])
def test_a_token_that_names_its_end_is_believed(exp: float) -> None:
    assert end_in(Secret(token({"exp": exp}))) == END


@pytest.mark.parametrize(
    "exp",
    [
        None, "", "1796337000", "2026-12-03", True, False, 0, 1, -1796337000, 946684799, 7258118400, 10**15, -(10**400),
        10**400, 1e308, float("nan"), float("inf"), float("-inf"), [], [1796337000], {}, {"exp": 1796337000},
    ],
)  # fmt: skip
def test_an_end_that_cannot_be_one_is_none(exp: object) -> None:
    assert moment(exp) is None
    assert end_in(Secret(token({"exp": exp}))) is None


@pytest.mark.parametrize(
    "text",
    [
        "", "eyJ", "eyJ.eyJ.eyJ", "eyJhbGciOiJIUzI1NiJ9", "eyJhbGciOiJIUzI1NiJ9..", f"{token({})}.more",
        token([]), token("exp"), token(None), token(1796337000), token({}),
        token(None, raw=b"\xff\xfe"), token(None, raw=b"{"), token(None, raw=b'{"exp":' + b"9" * 5000 + b"}"),
        token(None, raw=b"[" * 9000), token(None, raw=b'{"a":' * 2200), "eyJ\ud800.eyJ.eyJ", "eyJ\u00fc.e.y", "eyJ\x00.e.y",
        "ghp_" + token({"exp": END.timestamp()}),
    ],
    ids=range(20),
)  # fmt: skip
def test_what_is_no_token_with_an_end_is_none(text: str) -> None:
    assert end_in(Secret(text)) is None


def test_a_token_is_read_up_to_16_kib() -> None:
    at_most = token({"exp": END.timestamp(), "pad": ""})
    long = token({"exp": END.timestamp(), "pad": "x" * 12_000})
    too_long = token({"exp": END.timestamp(), "pad": "x" * 12_300})

    assert len(long) <= 16 * 1024 < len(too_long)
    assert [end_in(Secret(one)) for one in (at_most, long, too_long)] == [END, END, None]


def test_the_nearest_end_of_several_secrets_counts() -> None:
    registry = github(token({"exp": END.timestamp()}))

    assert registry.ends_at == END
    assert github().ends_at is None


# How an end is written ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "2026-12-03 22:30:00 UTC", "2026-12-03 22:30:00 +0000", "2026-12-03 15:30:00 -0700", "2026-12-04T04:00:00+05:30",
        "2026-12-03T22:30:00Z", "2026-12-03T22:30:00.123456789Z", "2026-12-03 22:30:00 Z", "2026-12-03T22:30:00UTC",
    ],
)  # fmt: skip
def test_a_moment_is_read_in_each_of_its_spellings(text: str) -> None:
    assert moment_written(text) == END


@pytest.mark.parametrize(
    "text",
    [
        "", " ", "never", "2026-12-03", "2026-12-03T22:30:00", "2026-12-03 22:30 UTC", "2026-12-03 22:30:00 UTC ",
        "2026-12-03 22:30:00 CET", "2026-12-03 22:30:00\nUTC", "2026-12-03 22:30:00 UTC\n", "2026-13-03T22:30:00Z",
        "2026-02-29T22:30:00Z", "2026-12-03T25:30:00Z", "2026-12-03T22:30:00+99:99", "0001-01-01T00:00:00+23:59",
        "9999-12-31T23:59:59-23:59", "1999-12-31T23:59:59Z", "2200-01-01T00:00:00Z", "0000-00-00T00:00:00Z",
        "２０２６-12-03T22:30:00Z", "2026-12-03T22:30:00." + "0" * 100_000 + "Z", "20261203T223000Z", "1796337000",
        None, True, 1796337000, 1.5, [], {}, ["2026-12-03T22:30:00Z"],
    ],
)  # fmt: skip
def test_what_is_no_moment_is_none(text: object) -> None:
    assert moment_written(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "", "2026-12-3", "2026-12-32", "2026-02-30", "2026-12-03T00:00:00Z", "2026-12-03 ", "2026-12-03\n", "20261203",
        "0000-01-01", "1999-12-31", "2200-01-01", "9999-12-31", "２０２６-12-03", "2026-W49-4", None, False, 20261203,
        [], {},
    ],
)  # fmt: skip
def test_what_is_no_day_is_none(text: object) -> None:
    assert day_written(text) is None


def test_a_day_begins_at_midnight() -> None:
    assert day_written("2026-12-03") == MIDNIGHT


@pytest.mark.parametrize("value", ["", " ", "a b", "a\r\nb", "a\x00", "ü", "\ud800", "x" * 20_000, None, 7, [], {"a": 1}])
def test_what_no_header_can_carry_is_left_out(value: object) -> None:
    assert in_a_header(value) == ""


def test_a_token_goes_into_a_header_as_it_is() -> None:
    assert in_a_header(Secret("ghp_a.B-9~")) == in_a_header("ghp_a.B-9~") == "ghp_a.B-9~"


# GitHub -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("written", ["2026-12-03 22:30:00 UTC", "2026-12-03 15:30:00 -0700", "2026-12-03 22:30:00 +0000"])
def test_github_tells_the_end_of_a_token_in_a_header(written: str) -> None:
    http = github_says(written)

    assert github().read_end(http) == END

    assert http.asked == [GITHUB_USER]
    assert http.headers[0]["Authorization"] == f"Bearer ghp_{PASSWORD}"
    assert http.headers[0]["User-Agent"].startswith("berth/")
    assert http.bodies == [b""]


@pytest.mark.parametrize(
    "said",
    ["", "never", "2026-12-03", "2026-12-03 22:30:00", "1970-01-01 00:00:00 UTC", "9999-12-31 00:00:00 UTC", PASSWORD],
)
def test_an_odd_end_of_github_is_not_known(said: str) -> None:
    assert github().read_end(github_says(said)) is None


@pytest.mark.parametrize("status", [201, 204, 301, 302, 304, 401, 403, 404, 429, 500, 503])
def test_only_a_success_of_github_tells_an_end(status: int) -> None:
    said = answer(
        status=status, github_authentication_token_expiration="2026-12-03 22:30:00 UTC", location="https://evil.example/"
    )
    http = Scripted({GITHUB_USER: said})

    assert github().read_end(http) is None

    assert http.asked == [GITHUB_USER]


def test_a_token_of_github_without_an_end_has_none() -> None:
    assert github().read_end(Scripted({GITHUB_USER: answer({"login": "octocat"})})) is None


# GitLab -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["personal", "group"])
def test_gitlab_tells_the_day_with_which_a_token_ends(method: str) -> None:
    http = gitlab_says({"id": 42, "active": True, "revoked": False, "expires_at": "2026-12-03"})

    assert gitlab(method).read_end(http) == MIDNIGHT

    assert http.asked == [GITLAB_SELF]
    assert http.headers[0]["PRIVATE-TOKEN"] == f"glpat-{PASSWORD}"
    assert "Authorization" not in http.headers[0]


def test_a_gitlab_of_ones_own_is_asked_on_its_own_host() -> None:
    url = "GET https://gitlab.corp.example:8443/api/v4/personal_access_tokens/self"
    http = Scripted({url: answer({"expires_at": "2026-12-03"})})

    assert gitlab(**OWN | {"method": "personal", "gitlab_host": "gitlab.corp.example:8443"}).read_end(http) == MIDNIGHT

    assert http.asked == [url]


@pytest.mark.parametrize(
    "typed",
    [
        {"method": "deploy"},
        {"method": "deploy", "password": "glpat-abc"},
        {"method": "personal", "password": "gldt-abc"},
        {"method": "group", "password": "gloas-abc"},
        {"password": "glpat-\u00fc"},
        {"registry": "registry.gitlab.corp.example", "gitlab_host": ""},
    ],
)
def test_gitlab_is_not_asked_what_it_cannot_tell(typed: dict[str, str]) -> None:
    http = Scripted({})

    assert gitlab(**typed).read_end(http) is None

    assert http.asked == []


@pytest.mark.parametrize(
    "said",
    [
        {}, {"expires_at": None}, {"expires_at": ""}, {"expires_at": True}, {"expires_at": 1796337000}, {"expires_at": []},
        {"expires_at": {"date": "2026-12-03"}}, {"expires_at": "soon"}, {"expires_at": "9999-12-31"},
        {"expires_at": "1970-01-01"}, [], [{"expires_at": "2026-12-03"}], "2026-12-03", 7, None,
        b"", b"<html>", b"\xff\xfe\x00", b"[" * 100_000, b'{"expires_at":"2026-12-03"',
        b'{"expires_at":' + b"9" * 5000 + b"}",
    ],
)  # fmt: skip
def test_an_odd_answer_of_gitlab_is_not_known(said: object) -> None:
    assert gitlab().read_end(gitlab_says(said)) is None


# Docker Hub ---------------------------------------------------------------------------------------------------------


def test_docker_hub_is_signed_in_to_and_tells_the_end_of_the_one_active_token() -> None:
    http = hub_says({"count": 1, "next": None, "results": [active("2026-12-03T22:30:00.52Z")]})

    assert hub().read_end(http) == END

    assert http.asked == [HUB_SIGN_IN, HUB_TOKENS]
    assert json.loads(http.bodies[0]) == {"identifier": "acmeci", "secret": f"dckr_pat_{PASSWORD}"}
    assert http.headers[0]["Content-Type"] == "application/json"
    assert http.headers[1]["Authorization"] == "Bearer a-token"
    assert http.bodies[1] == b""
    assert not any(PASSWORD in str(headers) for headers in http.headers)


@pytest.mark.parametrize(
    ("tokens", "end"),
    [
        ([active("2026-12-03T22:30:00Z"), active("2026-12-03T22:30:00Z")], END),
        ([active("2026-12-03T22:30:00Z"), active("2026-01-01T00:00:00Z", is_active=False)], END),
        ([active("2026-12-03T22:30:00Z"), active(None, is_active=False)], END),
        ([active("2026-12-03T22:30:00Z"), active("2026-12-03T22:30:01Z")], None),
        ([active("2026-12-03T22:30:00Z"), active(None)], None),
        ([active("2026-12-03T22:30:00Z"), active("soon")], None),
        ([active("2026-12-03T22:30:00Z"), active("2027-12-03T22:30:00Z", is_active="no")], None),
        ([active("2026-12-03T22:30:00Z"), active("2027-12-03T22:30:00Z", is_active=None)], None),
        ([active("2026-12-03T22:30:00Z"), "2026-12-03T22:30:00Z"], None),
        ([active("2026-12-03T22:30:00Z", is_active=False)], None),
        ([active(None)], None),
        ([active(["2026-12-03T22:30:00Z"])], None),
        ([{}], None),
        ([], None),
    ],
)
def test_an_end_is_known_where_all_active_tokens_have_the_same(tokens: list[Any], end: datetime | None) -> None:
    assert hub().read_end(hub_says({"next": None, "results": tokens})) == end


@pytest.mark.parametrize(
    "page",
    [
        {"next": "https://hub.docker.com/v2/access-tokens?page=2", "results": [active("2026-12-03T22:30:00Z")]},
        {"next": 2, "results": [active("2026-12-03T22:30:00Z")]},
        {"results": active("2026-12-03T22:30:00Z")}, {"results": None}, {"results": "x"}, {}, [], None, 7,
        b"<html>", b"[" * 9000,
    ],
)  # fmt: skip
def test_an_odd_list_of_docker_hub_tells_no_end_and_is_not_followed(page: object) -> None:
    http = hub_says(page)

    assert hub().read_end(http) is None

    assert http.asked == [HUB_SIGN_IN, HUB_TOKENS]


@pytest.mark.parametrize(
    "signed_in",
    [
        {}, [], 7, {"token": "x"}, {"access_token": ""}, {"access_token": None}, {"access_token": 7},
        {"access_token": ["x"]}, {"access_token": "a b"}, {"access_token": "a\r\nX-Evil: 1"}, {"access_token": "\u00fc"},
        {"access_token": "x" * 20_000}, b"", b"{",
    ],
)  # fmt: skip
def test_an_odd_sign_in_to_docker_hub_ends_there(signed_in: object) -> None:
    http = hub_says({"results": [active("2026-12-03T22:30:00Z")]}, signed_in)

    assert hub().read_end(http) is None

    assert http.asked == [HUB_SIGN_IN]


@pytest.mark.parametrize("password", [PASSWORD, "dckr_oat_abc", "7d0a3f52-91c4-4f0e-a6f1-52b8f1a9c33d"])
def test_only_a_personal_access_token_is_sent_to_docker_hub(password: str) -> None:
    http = Scripted({})

    assert hub(password).read_end(http) is None

    assert http.asked == []


# All of them --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("registry", [github(), gitlab(), hub()], ids=["github", "gitlab", "dockerhub"])
def test_a_fault_on_the_way_is_a_registry_error_without_the_secret(registry: Flavor) -> None:
    fault = ConnectionRefused("The host refused the connection.", host="api.example")
    http = Scripted(dict.fromkeys([GITHUB_USER, GITLAB_SELF, HUB_SIGN_IN], fault))

    with pytest.raises(RegistryError) as raised:
        registry.read_end(http)

    assert PASSWORD not in f"{raised.value!r} {raised.value} {vars(raised.value)}"
    assert len(http.asked) == 1


@pytest.mark.parametrize("registry", [github(), gitlab(), hub()], ids=["github", "gitlab", "dockerhub"])
def test_what_is_read_of_an_answer_is_bounded(registry: Flavor) -> None:
    http = Scripted({GITHUB_USER: answer(), GITLAB_SELF: answer(), HUB_SIGN_IN: answer()})

    registry.read_end(http)

    assert http.limits == [256 * 1024]


@pytest.mark.parametrize(
    "registry", [github("ghp_\u00fc"), gitlab(password="glpat-\u00fc\u4e2d")], ids=["github", "gitlab"]
)
def test_a_token_that_no_header_can_carry_is_sent_nowhere(registry: Flavor) -> None:
    http = Scripted({})

    assert registry.read_end(http) is None

    assert http.asked == []


@pytest.mark.parametrize(
    "row", [row for row in TABLE if row.slug not in ("github", "gitlab", "dockerhub")], ids=lambda row: row.slug
)
def test_no_other_registry_asks_a_provider(row: Any) -> None:
    http = Scripted({})

    assert made(row.slug, row.typed).read_end(http) is None

    assert http.asked == []


def test_a_moment_is_aware_and_in_utc() -> None:
    end = moment_written("2026-12-03 15:30:00 -0700")

    assert end is not None
    assert end.utcoffset() == timedelta(0)
