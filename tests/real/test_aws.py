"""
Minting against an AWS that checks every signature and every right: moto's server, through the real way out.

Its passwords end on 1 January 2015, whenever one asks, so the clock of these tests stands shortly before.
"""

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from ipaddress import ip_network
from typing import Any

import boto3
import pytest
from django.db import connections as databases
from moto.server import ThreadedMotoServer

from console.models import Team, User
from registries.distribution import (
    AccessDenied,
    Answer,
    BlockedByPolicy,
    Credential,
    RegistryError,
    Secret,
    SignInRefused,
    Unreachable,
)
from registries.egress import Policy, Way
from registries.flavors import aws as aws_flavor
from registries.flavors.aws import AWS
from registries.flavors.ecr import mint
from registries.models import Connection, Minted

LOOPBACK = Policy(allow=(ip_network("127.0.0.0/8"),))
HOST = "123456789012.dkr.ecr.eu-west-1.amazonaws.com"
PASSWORD = Secret("123456789012-auth-token")
END = datetime(2015, 1, 1, tzinfo=UTC)
MORNING = END - timedelta(hours=12)
MANY = 20


@dataclass(frozen=True)
class FakeCloud:
    """A running moto: two users' keys, of whom one may do nothing, and a role for the other."""

    url: str
    key: Mapping[str, str]
    powerless: Mapping[str, str]
    role: str


def policy(*actions: str, **more: Any) -> str:
    statement = {"Effect": "Allow", "Action": list(actions), **(more or {"Resource": "*"})}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


@pytest.fixture(scope="session")
def cloud() -> Iterator[FakeCloud]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    url = f"http://{host}:{port}"
    iam: Any = boto3.client(
        "iam", endpoint_url=url, region_name="eu-west-1", aws_access_key_id="any", aws_secret_access_key="any"
    )
    keys = {}
    for user in ("berth", "powerless"):
        iam.create_user(UserName=user)
        keys[user] = iam.create_access_key(UserName=user)["AccessKey"]
    may = policy("ecr:GetAuthorizationToken", "sts:AssumeRole")
    iam.put_user_policy(UserName="berth", PolicyName="may", PolicyDocument=may)
    trust = policy("sts:AssumeRole", Principal={"AWS": "*"})
    role = iam.create_role(RoleName="reader", AssumeRolePolicyDocument=trust)["Role"]["Arn"]
    iam.put_role_policy(RoleName="reader", PolicyName="may", PolicyDocument=policy("ecr:GetAuthorizationToken"))
    iam.close()
    check_rights(url, "0")
    yield FakeCloud(url=url, key=keys["berth"], powerless=keys["powerless"], role=role)
    check_rights(url, "inf")
    server.stop()


def check_rights(url: str, after: str) -> None:
    """Let moto check signatures and rights after so many requests."""
    with Way(url, policy=LOOPBACK) as way:
        headers = {"Content-Type": "application/octet-stream"}
        assert way.request("POST", f"{url}/moto-api/reset-auth", headers, after.encode()).status == 200


@pytest.fixture(autouse=True)
def asks_the_fake_cloud(cloud: FakeCloud, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(aws_flavor, "mint", partial(mint, endpoint_url=cloud.url))


@dataclass
class Counted:
    """The real way out, which counts what goes through it; with `gate` shut, answers are withheld."""

    sent: list[str] = field(default_factory=list)
    gate: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self.gate.set()

    def request(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes = b"", *, limit_bytes: int = 65536
    ) -> Answer:
        with Way(f"https://{HOST}", policy=LOOPBACK) as way:
            answer = way.request(method, url, headers, body, limit_bytes=limit_bytes)
        self.sent.append(url)
        assert self.gate.wait(10)
        return answer


@pytest.fixture
def way() -> Counted:
    return Counted()


def registry(key: Mapping[str, str], *, secret: str = "", role: str = "") -> AWS:
    secret_key = Secret(secret or key["SecretAccessKey"])
    return AWS(registry=HOST, access_key=key["AccessKeyId"], secret_key=secret_key, role=role)


# One ask ------------------------------------------------------------------------------------------------------------


def test_the_signature_that_arrives_is_the_one_that_was_made(cloud: FakeCloud, way: Counted) -> None:
    credential = registry(cloud.key).login(way)

    assert credential == Credential(host=HOST, username="AWS", password=PASSWORD, expires_at=END)


def test_a_role_is_assumed_with_the_key_and_asks_with_its_own(cloud: FakeCloud, way: Counted) -> None:
    credential = registry(cloud.key, role=cloud.role).login(way)

    assert credential == Credential(host=HOST, username="AWS", password=PASSWORD, expires_at=END)
    assert len(way.sent) == 2


def test_a_session_token_is_sent_along(cloud: FakeCloud, way: Counted) -> None:
    sts: Any = boto3.client(
        "sts", endpoint_url=cloud.url, region_name="eu-west-1",
        aws_access_key_id=cloud.key["AccessKeyId"], aws_secret_access_key=cloud.key["SecretAccessKey"],
    )  # fmt: skip
    given = sts.assume_role(RoleArn=cloud.role, RoleSessionName="by-hand")["Credentials"]
    sts.close()

    temporary = AWS(
        registry=HOST,
        access_key=given["AccessKeyId"],
        secret_key=Secret(given["SecretAccessKey"]),
        session_token=Secret(given["SessionToken"]),
    )
    credential = temporary.login(way)

    assert credential is not None
    assert credential.password == PASSWORD


@pytest.mark.parametrize(
    ("who", "secret", "with_role", "kind", "words"),
    [
        ("key", "wrong", False, SignInRefused, "AWS refused the access key."),
        ("powerless", "", False, SignInRefused, "AWS refused the access key."),
        ("key", "wrong", True, SignInRefused, "The secret access key is not the one of this access key."),
        ("powerless", "", True, AccessDenied, "AWS knows the access key, which may not assume the role."),
    ],
)
def test_a_key_that_is_wrong_or_may_not_is_refused(
    who: str, secret: str, with_role: bool, kind: type[RegistryError], words: str, cloud: FakeCloud, way: Counted
) -> None:
    # moto tells why in XML, which its ECR does not speak; its STS answers as AWS does.
    asked = registry(getattr(cloud, who), secret=secret, role=cloud.role if with_role else "")

    with pytest.raises(kind) as refused:
        asked.login(way)

    assert (refused.value.detail, refused.value.status) == (words, 403)
    assert len(way.sent) == 1


@pytest.mark.parametrize("with_role", [False, True])
def test_a_key_that_nobody_made_is_refused(with_role: bool, cloud: FakeCloud, way: Counted) -> None:
    unknown = {"AccessKeyId": "AKIAIOSFODNN7EXAMPLE", "SecretAccessKey": "x" * 40}

    with pytest.raises(SignInRefused):
        registry(unknown, role=cloud.role if with_role else "").login(way)


def test_a_fault_of_the_cloud_is_told_as_one(cloud: FakeCloud, way: Counted) -> None:
    # moto has no ECR Public, and falls over where it is asked for one.
    public = AWS(
        registry="public.ecr.aws",
        access_key=cloud.key["AccessKeyId"],
        secret_key=Secret(cloud.key["SecretAccessKey"]),
    )

    with pytest.raises(Unreachable) as faulty:
        public.login(way)

    assert faulty.value.status == 500


def test_the_egress_policy_holds_for_aws_too(cloud: FakeCloud) -> None:
    with Way(f"https://{HOST}", policy=Policy()) as strict, pytest.raises(BlockedByPolicy):
        registry(cloud.key).login(strict)


# Many asks ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def ask_at_once(way: Counted) -> Iterator[Callable[[Connection], list[Any]]]:
    """Let many ask for a connection's login at once; the answer is withheld until all but one of them wait."""
    waiting: set[int] = set()

    def sleep(seconds: float) -> None:
        waiting.add(threading.get_ident())
        if len(waiting) == MANY - 1:
            way.gate.set()
        threading.Event().wait(0.02)

    def one(connection: Connection) -> Any:
        try:
            mine = Connection.objects.get(pk=connection.pk)
            return Minted.objects.login(mine, mine.open(), way, now=lambda: MORNING, sleep=sleep)
        except RegistryError as error:
            return error
        finally:
            databases.close_all()

    def ask_at_once(connection: Connection) -> list[Any]:
        way.gate.clear()
        return list(threads.map(one, [connection] * MANY))

    with ThreadPoolExecutor(max_workers=MANY) as threads:
        yield ask_at_once
        way.gate.set()


@pytest.mark.django_db(transaction=True)
def test_twenty_who_ask_at_once_get_one_password_minted_once(
    cloud: FakeCloud, way: Counted, ask_at_once: Callable[[Connection], list[Any]], team: Team, alice: User
) -> None:
    connection = team.connections.connect("ecr", registry(cloud.key), by=alice)

    got = ask_at_once(connection)

    assert got == [Credential(host=HOST, username="AWS", password=PASSWORD, expires_at=END)] * MANY
    assert len(way.sent) == 1


@pytest.mark.django_db(transaction=True)
def test_when_aws_refuses_twenty_it_was_asked_once(
    cloud: FakeCloud, way: Counted, ask_at_once: Callable[[Connection], list[Any]], team: Team, alice: User
) -> None:
    connection = team.connections.connect("ecr", registry(cloud.key, secret="wrong"), by=alice)

    got = ask_at_once(connection)

    assert [type(error) for error in got] == [SignInRefused] * MANY
    assert len(way.sent) == 1


def test_thirteen_hours_later_another_one_is_minted(cloud: FakeCloud, way: Counted, team: Team, alice: User) -> None:
    connection = team.connections.connect("ecr", registry(cloud.key), by=alice)

    def ask(after: timedelta) -> None:
        assert Minted.objects.login(connection, connection.open(), way, now=lambda: MORNING + after) is not None

    asked_so_far = []
    for after in (timedelta(), timedelta(hours=6), timedelta(hours=11, minutes=44), timedelta(hours=13)):
        ask(after)
        asked_so_far.append(len(way.sent))

    assert asked_so_far == [1, 1, 1, 2]
