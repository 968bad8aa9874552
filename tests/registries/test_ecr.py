"""Asking AWS for a password: what is sent and where, what of the machine is not read, what each answer comes to."""

import base64
import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from registries.distribution import (
    AccessDenied,
    Answer,
    BlockedByPolicy,
    DeadlinePassed,
    NotARegistry,
    NotTrusted,
    RateLimited,
    RegistryError,
    Secret,
    SignInRefused,
    Unreachable,
)
from registries.flavors.aws import AWS
from registries.flavors.aws_places import Place
from registries.flavors.ecr import AccessKey, mint, password_end
from registries.health import examine
from registries.outcomes import Outcome, State
from tests.fake_registry import FakeRegistry, FakeTLS, answer

CANARY = "canary7c2e"
KEY_ID, SECRET_KEY, SESSION_TOKEN = "AKIAIOSFODNN7EXAMPLE", f"{CANARY}-secret", f"{CANARY}-session"
KEY = AccessKey(key_id=KEY_ID, secret=Secret(SECRET_KEY))
ROLE = "arn:aws:iam::210987654321:role/registry-reader"
HOST = "123456789012.dkr.ecr.eu-west-1.amazonaws.com"
IRELAND = Place(region="eu-west-1")
PUBLIC = Place(region="us-east-1", public=True)
END = datetime.fromtimestamp(1772490600, UTC)  # 2 March 2026, 22:30
JSON = "application/x-amz-json-1.1"


@dataclass(frozen=True)
class Sent:
    """A request as it was handed to the network."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def host(self) -> str:
        return urlsplit(self.url).netloc

    @property
    def form(self) -> dict[str, list[str]]:
        return parse_qs(self.body.decode())


@dataclass
class FakeAWS:
    """AWS in place of the network; `replies` takes the place of what it says, in order."""

    password: str = "a-password-for-12-hours"
    end: float = END.timestamp()
    replies: list[Answer | Exception] = field(default_factory=list)
    sent: list[Sent] = field(default_factory=list)

    def request(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes = b"", *, limit_bytes: int = 65536
    ) -> Answer:
        self.sent.append(Sent(method, url, dict(headers), body))
        if self.replies:
            reply = self.replies.pop(0)
            if isinstance(reply, Exception):
                raise reply
            return reply
        host = urlsplit(url).netloc
        if host.startswith("sts"):
            return assumed()
        return given(self.password, self.end, public="public" in host)


def given(password: str, end: Any = 1772490600, *, public: bool = False) -> Answer:
    data = {"authorizationToken": base64.b64encode(f"AWS:{password}".encode()).decode(), "expiresAt": end}
    return answer(200, {"authorizationData": data if public else [data]}, content_type=JSON)


def assumed(key_id: str = "ASIAROLEROLEROLEROLE") -> Answer:
    body = f"""<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><Credentials>
      <AccessKeyId>{key_id}</AccessKeyId><SecretAccessKey>{CANARY}-role</SecretAccessKey>
      <SessionToken>{CANARY}-role-session</SessionToken><Expiration>2026-03-02T11:00:00Z</Expiration>
    </Credentials></AssumeRoleResult></AssumeRoleResponse>"""
    return answer(200, body.encode(), content_type="text/xml")


def refused(status: int, code: str) -> Answer:
    body = {"__type": code, "message": f"The key {KEY_ID} {SECRET_KEY} {SESSION_TOKEN} is not welcome."}
    return answer(status, body, content_type=JSON)


def refused_by_sts(status: int, code: str) -> Answer:
    body = f"<ErrorResponse><Error><Code>{code}</Code><Message>{KEY_ID} {SECRET_KEY}</Message></Error></ErrorResponse>"
    return answer(status, body.encode(), content_type="text/xml")


def failing(*replies: Answer | Exception, role: str = "") -> RegistryError:
    with pytest.raises(RegistryError) as raised:
        mint(FakeAWS(replies=list(replies)), host=HOST, key=KEY, place=IRELAND, role=role)
    return raised.value


# What is sent -------------------------------------------------------------------------------------------------------


def test_a_password_is_minted_and_says_when_it_ends() -> None:
    aws = FakeAWS()

    credential = mint(aws, host=HOST, key=KEY, place=IRELAND)

    assert (credential.host, credential.username, credential.expires_at) == (HOST, "AWS", END)
    assert credential.password == Secret("a-password-for-12-hours")
    assert credential.expires_at is not None
    assert credential.expires_at.tzinfo is UTC


def test_the_request_is_signed_and_holds_no_secret() -> None:
    aws = FakeAWS()

    mint(aws, host=HOST, key=KEY, place=IRELAND)

    (sent,) = aws.sent
    assert (sent.method, sent.url, sent.body) == ("POST", "https://api.ecr.eu-west-1.amazonaws.com/", b"{}")
    assert sent.headers["X-Amz-Target"] == "AmazonEC2ContainerRegistry_V20150921.GetAuthorizationToken"
    assert f"Credential={KEY_ID}/" in sent.headers["Authorization"]
    assert "/eu-west-1/ecr/aws4_request" in sent.headers["Authorization"]
    assert "SignedHeaders=content-type;host;x-amz-date;x-amz-target" in sent.headers["Authorization"]
    assert all(isinstance(value, str) for value in sent.headers.values())
    assert SECRET_KEY not in str(sent)


@pytest.mark.parametrize(("key_id", "sent"), [("ASIAIOSFODNN7EXAMPLE", SESSION_TOKEN), (KEY_ID, None)])
def test_a_session_token_is_sent_with_temporary_keys_alone(key_id: str, sent: str | None) -> None:
    aws = FakeAWS()
    registry = AWS(registry=HOST, access_key=key_id, secret_key=Secret(SECRET_KEY), session_token=Secret(SESSION_TOKEN))

    registry.login(aws)

    assert aws.sent[0].headers.get("X-Amz-Security-Token") == sent


def test_a_role_is_assumed_first_and_asks_with_its_own_key() -> None:
    aws = FakeAWS()

    mint(aws, host=HOST, key=KEY, place=IRELAND, role=ROLE)

    first, second = aws.sent
    assert first.host == "sts.eu-west-1.amazonaws.com"
    assert (first.form["Action"], first.form["RoleArn"]) == (["AssumeRole"], [ROLE])
    assert second.host == "api.ecr.eu-west-1.amazonaws.com"
    assert "Credential=ASIAROLEROLEROLEROLE/" in second.headers["Authorization"]
    assert second.headers["X-Amz-Security-Token"] == f"{CANARY}-role-session"


def test_a_password_for_ecr_public_comes_from_virginia() -> None:
    aws = FakeAWS()

    credential = mint(aws, host="public.ecr.aws", key=KEY, place=PUBLIC)

    assert credential.username == "AWS"
    assert aws.sent[0].url == "https://api.ecr-public.us-east-1.amazonaws.com/"
    assert aws.sent[0].headers["X-Amz-Target"] == "SpencerFrontendService.GetAuthorizationToken"
    assert "/us-east-1/ecr-public/aws4_request" in aws.sent[0].headers["Authorization"]


@pytest.mark.parametrize(
    ("address", "api", "sts", "place"),
    [
        ("dkr.ecr.us-east-1.amazonaws.com", "api.ecr", "sts", "us-east-1.amazonaws.com"),
        ("dkr.ecr.ap-east-9.amazonaws.com", "api.ecr", "sts", "ap-east-9.amazonaws.com"),
        ("dkr.ecr-fips.us-east-1.amazonaws.com", "api.ecr-fips", "sts-fips", "us-east-1.amazonaws.com"),
        ("dkr.ecr-fips.us-gov-west-1.amazonaws.com", "api.ecr-fips", "sts", "us-gov-west-1.amazonaws.com"),
        ("dkr.ecr.us-gov-west-1.amazonaws.com", "api.ecr", "sts", "us-gov-west-1.amazonaws.com"),
        ("dkr.ecr.cn-north-1.amazonaws.com.cn", "api.ecr", "sts", "cn-north-1.amazonaws.com.cn"),
        ("dkr.ecr.eusc-de-east-1.amazonaws.eu", "api.ecr", "sts", "eusc-de-east-1.amazonaws.eu"),
        ("dkr.ecr.us-iso-east-1.c2s.ic.gov", "api.ecr", "sts", "us-iso-east-1.c2s.ic.gov"),
        ("dkr.ecr.us-isob-east-1.sc2s.sgov.gov", "api.ecr", "sts", "us-isob-east-1.sc2s.sgov.gov"),
        ("dkr.ecr.eu-isoe-west-1.cloud.adc-e.uk", "api.ecr", "sts", "eu-isoe-west-1.cloud.adc-e.uk"),
        ("dkr.ecr.us-isof-south-1.csp.hci.ic.gov", "api.ecr", "sts", "us-isof-south-1.csp.hci.ic.gov"),
        ("dkr-ecr.eu-west-1.on.aws", "ecr", "sts", "eu-west-1.api.aws"),
        ("dkr-ecr-fips.us-west-2.on.aws", "ecr-fips", "sts-fips", "us-west-2.api.aws"),
        (
            "dkr-ecr.cn-north-1.on.amazonwebservices.com.cn", "ecr", "sts", "cn-north-1.api.amazonwebservices.com.cn",
        ),
        ("public.ecr.aws", "api.ecr-public", "sts", "us-east-1.amazonaws.com"),
    ],
)  # fmt: skip
def test_the_endpoints_follow_from_the_address(address: str, api: str, sts: str, place: str) -> None:
    aws = FakeAWS()
    host = address if address == "public.ecr.aws" else f"123456789012.{address}"

    registry = AWS(registry=host, access_key=KEY_ID, secret_key=Secret(SECRET_KEY), role=ROLE)
    credential = registry.login(aws)

    assert [sent.url for sent in aws.sent] == [f"https://{sts}.{place}/", f"https://{api}.{place}/"]
    assert credential is not None
    assert credential.host == registry.host == host


# The machine's own identity -----------------------------------------------------------------------------------------


@pytest.fixture
def hostile(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A machine with an identity of its own, whose every setting leads somewhere else."""
    own = "[default]\naws_access_key_id = AKIAMACHINEMACHINE22\naws_secret_access_key = machine\n"
    settings = own + "region = ap-south-1\nendpoint_url = https://evil.example\nuse_fips_endpoint = true\n"
    home = tmp_path / ".aws"
    for name, content in (("config", settings), ("credentials", own)):
        home.mkdir(exist_ok=True)
        (home / name).write_text(content)
    models = home / "models" / "ecr" / "2015-09-21"
    models.mkdir(parents=True)
    (models / "service-2.json").write_text("{}")
    elsewhere = "https://evil.example"
    for name, value in {
        "HOME": str(tmp_path),
        "AWS_ACCESS_KEY_ID": "AKIAMACHINEMACHINE22",
        "AWS_SECRET_ACCESS_KEY": "machine",
        "AWS_SESSION_TOKEN": "machine",
        "AWS_CONFIG_FILE": str(home / "config"),
        "AWS_SHARED_CREDENTIALS_FILE": str(home / "credentials"),
        "AWS_PROFILE": "missing",
        "AWS_DEFAULT_PROFILE": "missing",
        "AWS_REGION": "ap-south-1",
        "AWS_DEFAULT_REGION": "ap-south-1",
        "AWS_DATA_PATH": str(home / "models"),
        "AWS_ENDPOINT_URL": elsewhere,
        "AWS_ENDPOINT_URL_ECR": elsewhere,
        "AWS_ENDPOINT_URL_STS": elsewhere,
        "AWS_USE_FIPS_ENDPOINT": "true",
        "AWS_USE_DUALSTACK_ENDPOINT": "true",
        "AWS_STS_REGIONAL_ENDPOINTS": "legacy",
        "AWS_CA_BUNDLE": "",
        "REQUESTS_CA_BUNDLE": "",
        "AWS_MAX_ATTEMPTS": "9",
        "AWS_RETRY_MODE": "legacy",
        "AWS_DEFAULTS_MODE": "auto",
        "AWS_EXECUTION_ENV": "a-machine",
        "AWS_SDK_UA_APP_ID": "a-machine",
        "AWS_CONTAINER_CREDENTIALS_FULL_URI": elsewhere,
        "AWS_WEB_IDENTITY_TOKEN_FILE": str(home / "credentials"),
        "AWS_ROLE_ARN": ROLE,
        "HTTPS_PROXY": "http://127.0.0.1:9",
        "BOTO_CONFIG": str(home / "config"),
    }.items():
        monkeypatch.setenv(name, value)


def steady(sent: Sent) -> tuple[Any, ...]:
    """What of a request is the same each time."""
    of_this_one = ("X-Amz-Date", "Authorization", "amz-sdk-invocation-id")
    return sent.method, sent.url, sent.body, {k: v for k, v in sent.headers.items() if k not in of_this_one}


def test_nothing_of_the_machine_changes_what_is_sent(request: pytest.FixtureRequest) -> None:
    plain, steered = FakeAWS(), FakeAWS()
    mint(plain, host=HOST, key=KEY, place=IRELAND, role=ROLE)

    request.getfixturevalue("hostile")
    mint(steered, host=HOST, key=KEY, place=IRELAND, role=ROLE)

    assert [steady(sent) for sent in steered.sent] == [steady(sent) for sent in plain.sent]
    assert f"Credential={KEY_ID}/" in steered.sent[0].headers["Authorization"]
    assert "achine" not in str(steered.sent).replace("amz-sdk", "")


@pytest.mark.parametrize(("key_id", "secret"), [("", SECRET_KEY), (KEY_ID, ""), ("", ""), (" ", " "), (KEY_ID, "sécret")])
@pytest.mark.parametrize("role", ["", ROLE])
@pytest.mark.usefixtures("hostile")
def test_an_empty_key_sends_nothing_and_never_becomes_the_machines_own(key_id: str, secret: str, role: str) -> None:
    aws = FakeAWS()

    with pytest.raises(SignInRefused):
        mint(aws, host=HOST, key=AccessKey(key_id=key_id, secret=Secret(secret)), place=IRELAND, role=role)

    assert aws.sent == []


@pytest.mark.usefixtures("hostile")
def test_a_role_that_gives_an_empty_key_is_asked_for_nothing() -> None:
    aws = FakeAWS(replies=[assumed("")])

    with pytest.raises(SignInRefused):
        mint(aws, host=HOST, key=KEY, place=IRELAND, role=ROLE)

    assert [sent.host for sent in aws.sent] == ["sts.eu-west-1.amazonaws.com"]


@pytest.mark.usefixtures("hostile")
def test_a_registry_that_lost_its_secret_is_asked_for_nothing() -> None:
    aws = FakeAWS()
    looked_at = AWS.without_secrets({"registry": "123456789012", "region": "eu-west-1", "access_key": KEY_ID})

    with pytest.raises(SignInRefused):
        looked_at.login(aws)

    assert aws.sent == []


def test_an_endpoint_of_a_test_is_handed_over_and_comes_from_nowhere_else() -> None:
    aws = FakeAWS()

    mint(aws, host=HOST, key=KEY, place=IRELAND, endpoint_url="http://127.0.0.1:5000")

    assert aws.sent[0].url == "http://127.0.0.1:5000/"
    assert "endpoint_url" not in AWS.__dataclass_fields__


# What AWS answers ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "code", "kind", "words"),
    [
        (400, "UnrecognizedClientException", SignInRefused, "does not know this access key"),
        (400, "com.amazonaws.ecr#UnrecognizedClientException", SignInRefused, "does not know this access key"),
        (403, "InvalidClientTokenId", SignInRefused, "does not know this access key"),
        (400, "InvalidSignatureException", SignInRefused, "is not the one of this access key"),
        (403, "SignatureDoesNotMatch", SignInRefused, "is not the one of this access key"),
        (400, "ExpiredTokenException", SignInRefused, "session token has ended"),
        (403, "ExpiredToken", SignInRefused, "session token has ended"),
        (403, "RegionDisabledException", SignInRefused, "not enabled"),
        (403, "SomethingNew", SignInRefused, "AWS refused the access key."),
        (401, "", SignInRefused, "AWS refused the access key."),
        (400, "AccessDeniedException", AccessDenied, "may not ask for a password"),
        (403, "AccessDenied", AccessDenied, "may not ask for a password"),
        (400, "ThrottlingException", RateLimited, "slow down"),
        (429, "", RateLimited, "slow down"),
        (500, "ServerException", Unreachable, "a fault of its own"),
        (503, "", Unreachable, "a fault of its own"),
        (400, "InvalidParameterException", RegistryError, "AWS gave no password."),
    ],
)
def test_what_aws_refuses_is_told_in_our_words(status: int, code: str, kind: type[RegistryError], words: str) -> None:
    error = failing(refused(status, code))

    assert type(error) is kind
    assert words in error.detail
    assert (error.status, error.host, error.code) == (status, "api.ecr.eu-west-1.amazonaws.com", "")


@pytest.mark.parametrize(
    ("status", "code", "kind", "words"),
    [
        (403, "InvalidClientTokenId", SignInRefused, "does not know this access key"),
        (403, "SignatureDoesNotMatch", SignInRefused, "is not the one of this access key"),
        (403, "AccessDenied", AccessDenied, "may not assume the role"),
        (400, "Throttling", RateLimited, "slow down"),
    ],
)
def test_what_the_role_service_refuses_is_told_too(status: int, code: str, kind: type[RegistryError], words: str) -> None:
    error = failing(refused_by_sts(status, code), role=ROLE)

    assert type(error) is kind
    assert words in error.detail
    assert error.host == "sts.eu-west-1.amazonaws.com"


@pytest.mark.parametrize(
    "reply",
    [
        answer(200, b"", content_type=JSON),
        answer(200, b"<html>", content_type="text/html"),
        answer(200, b"[" * 100_000, content_type=JSON),
        answer(200, b"\xff\xfe", content_type=JSON),
        answer(200, [], content_type=JSON),
        answer(200, "text", content_type=JSON),
        answer(200, {}, content_type=JSON),
        answer(200, {"authorizationData": []}, content_type=JSON),
        answer(200, {"authorizationData": [{}]}, content_type=JSON),
        answer(200, {"authorizationData": {"authorizationToken": "QVdTOmE="}}, content_type=JSON),
        answer(200, {"authorizationData": [{"authorizationToken": "QVdTOmE="}]}, content_type=JSON),
        answer(200, {"authorizationData": [{"authorizationToken": 7, "expiresAt": 1}]}, content_type=JSON),
        answer(200, {"authorizationData": [{"authorizationToken": "not base64", "expiresAt": 1}]}, content_type=JSON),
        answer(200, {"authorizationData": [{"authorizationToken": "dTpw", "expiresAt": 1}]}, content_type=JSON),
        given(""),
        given("a\r\nX-Evil: 1"),
        given("é"),
        given("right", 1e300),
        given("right", "next year"),
        given("right", None),
        answer(204, b""),
        answer(302, b"", location="https://evil.example/"),
        answer(400, b"<not xml", content_type="text/xml"),
        answer(200, b"\x1f\x8b", content_encoding="gzip", content_type=JSON),
    ],
)
@pytest.mark.parametrize("role", ["", ROLE])
def test_an_answer_that_is_none_is_an_error_of_the_usual_kind(reply: Answer, role: str) -> None:
    aws = FakeAWS(replies=[reply])

    with pytest.raises(RegistryError) as raised:
        mint(aws, host=HOST, key=KEY, place=IRELAND, role=role)

    assert "X-Evil" not in str(raised.value)
    assert len(aws.sent) == 1


@pytest.mark.parametrize(
    "error",
    [
        BlockedByPolicy("Not allowed.", host="h", allow="10.0.0.0/8"),
        DeadlinePassed("Too late.", host="h"),
        NotTrusted("Not trusted.", host="h", reason="expired"),
        NotARegistry("Too much.", host="h", status=200),
        Unreachable("Gone.", host="h"),
    ],
)
def test_what_goes_wrong_on_the_way_comes_out_as_it_is_and_is_not_tried_again(error: RegistryError) -> None:
    aws = FakeAWS(replies=[error])

    with pytest.raises(RegistryError) as raised:
        mint(aws, host=HOST, key=KEY, place=IRELAND)

    assert raised.value is error
    assert len(aws.sent) == 1


@pytest.mark.parametrize("reply", [refused(500, "ServerException"), refused(400, "ThrottlingException")])
def test_nothing_is_asked_twice(reply: Answer) -> None:
    aws = FakeAWS(replies=[reply])

    with pytest.raises(RegistryError):
        mint(aws, host=HOST, key=KEY, place=IRELAND)

    assert len(aws.sent) == 1


# Secrets ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "replies",
    [
        [],
        [refused(400, "UnrecognizedClientException")],
        [refused(403, f"{CANARY}Exception")],
        [answer(400, {"__type": f"{CANARY}{KEY_ID}", "Message": SECRET_KEY}, content_type=JSON)],
        [answer(200, f"{SECRET_KEY}".encode())],
        [DeadlinePassed(host="h")],
    ],
)
@pytest.mark.parametrize("role", ["", ROLE])
def test_no_secret_is_in_a_log_or_an_error(
    replies: list[Answer | Exception], role: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    key = AccessKey(key_id=KEY_ID, secret=Secret(SECRET_KEY), session_token=Secret(SESSION_TOKEN))
    said = ""

    try:
        credential = mint(
            FakeAWS(password=f"{CANARY}-minted", replies=list(replies)), host=HOST, key=key, place=IRELAND, role=role
        )
        said = f"{credential} {credential!r}"
    except RegistryError as error:
        known: BaseException | None = error
        while known is not None:
            said += f"{known!r} {known} {vars(known)}"
            known = known.__cause__ or known.__context__

    assert said
    assert CANARY not in said + caplog.text + repr(key)
    assert KEY_ID not in caplog.text
    assert caplog.text == ""


# In a check ---------------------------------------------------------------------------------------------------------


@dataclass
class WayToBoth:
    """The way to a registry and to AWS."""

    aws: FakeAWS
    registry: FakeRegistry

    def look_up(self) -> tuple[str, ...]:
        return ("52.94.233.40",)

    def handshake(self) -> FakeTLS:
        return FakeTLS()

    def request(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes = b"", *, limit_bytes: int = 65536
    ) -> Answer:
        to: Any = self.registry if url.startswith(self.registry.origin) else self.aws
        return to.request(method, url, headers, body, limit_bytes=limit_bytes)  # type: ignore[no-any-return]


def ecr(*replies: Answer | Exception, password: str = "a-password-for-12-hours") -> tuple[AWS, WayToBoth]:
    registry = AWS(registry=HOST, access_key=KEY_ID, secret_key=Secret(SECRET_KEY))
    fake = FakeRegistry(
        origin=registry.origin,
        auth="basic",
        users={"AWS": password},
        rights={("AWS", "team/app"): {"pull"}},
    )
    return registry, WayToBoth(FakeAWS(replies=list(replies)), fake)


def test_a_check_says_what_was_minted_and_until_when() -> None:
    registry, way = ecr()

    finding = examine(registry, way, purpose="pull", test_image="team/app:1")

    assert finding.outcome == Outcome.CONNECTED
    assert finding.steps[2].fact == "AWS gave a password that ends at 22:30 UTC. Accepted as AKIA…MPLE."
    assert way.registry.login_went_to == {f"https://{HOST}"}
    assert len(way.aws.sent) == 1


def test_a_key_that_may_not_ask_for_a_password_is_told_which_right_it_lacks() -> None:
    registry, way = ecr(refused(400, "AccessDeniedException"))

    finding = examine(registry, way, purpose="pull", test_image="team/app:1")

    assert finding.outcome == Outcome.NO_PULL_ACCESS
    assert finding.deciding is not None
    assert finding.deciding.fact == "The login is known, but may not use this registry."
    assert "ecr:GetAuthorizationToken" in finding.deciding.fix
    assert [step.state for step in finding.steps[2:4]] == [State.FAILED, State.SKIPPED]
    assert way.registry.received == []


def test_a_key_that_aws_does_not_know_is_a_refused_sign_in() -> None:
    registry, way = ecr(refused(400, "UnrecognizedClientException"))

    finding = examine(registry, way, purpose="pull", test_image="")

    assert finding.outcome == Outcome.SIGN_IN_REFUSED
    assert finding.deciding is not None
    assert finding.deciding.fact == "AWS does not know this access key, or knows it in other regions only."
    assert "IAM" in finding.deciding.fix
    assert finding.deciding.said == "HTTP 400"


@pytest.mark.parametrize(
    ("reply", "outcome"),
    [
        (refused(400, "ThrottlingException"), Outcome.RATE_LIMITED),
        (refused(500, "ServerException"), Outcome.COULD_NOT_CHECK),
        (refused(400, "InvalidParameterException"), Outcome.COULD_NOT_CHECK),
        (BlockedByPolicy("Not allowed."), Outcome.BLOCKED),
        (DeadlinePassed("Too late."), Outcome.UNREACHABLE),
    ],
)
def test_what_is_no_fault_of_the_key_is_not_told_as_one(reply: Answer | Exception, outcome: Outcome) -> None:
    registry, way = ecr(reply)

    assert examine(registry, way, purpose="pull", test_image="").outcome == outcome


# A pasted password --------------------------------------------------------------------------------------------------


def as_ecr_makes_it(**told: Any) -> Secret:
    payload = {"payload": "cGF5bG9hZA==", "datakey": "a2V5", "version": "2", "type": "DATA_KEY", **told}
    return Secret(base64.b64encode(json.dumps(payload).encode()).decode())


def test_a_pasted_password_tells_its_own_end() -> None:
    password = as_ecr_makes_it(expiration=int(END.timestamp()))
    registry = AWS(registry=HOST, method="password", password=password)

    credential = registry.login(FakeAWS())

    assert registry.ends_at == END
    assert registry.ends_after_hours == 12
    assert credential is not None
    assert (credential.username, credential.password, credential.expires_at) == ("AWS", password, END)
    assert not registry.mints


@pytest.mark.parametrize(
    "password",
    [
        Secret("hunter2"), Secret("eyJ"), Secret("eyJ!"), Secret("eyJ" + "A" * 20_000), as_ecr_makes_it(),
        as_ecr_makes_it(expiration="soon"), as_ecr_makes_it(expiration=-1), as_ecr_makes_it(expiration=10**40),
        as_ecr_makes_it(expiration=True), Secret(base64.b64encode(b'{"a":' + b"[" * 5000).decode()),
    ],
)  # fmt: skip
def test_a_password_that_tells_no_end_has_none(password: Secret) -> None:
    assert password_end(password) is None


def test_a_check_of_a_pasted_password_asks_aws_for_nothing() -> None:
    _, way = ecr()
    registry = AWS(registry=HOST, method="password", password=Secret("a-password-for-12-hours"))

    finding = examine(registry, way, purpose="pull", test_image="team/app:1")

    assert (finding.outcome, finding.steps[2].fact) == (Outcome.CONNECTED, "Accepted as AWS.")
    assert way.aws.sent == []
