"""The laboratory itself: a proof is worth as much as what it stands on. Expectations are the servers' own, as measured."""

import json
import re
import ssl
from pathlib import Path

import psycopg
import pytest

from tests.lab import packages
from tests.lab.certificates import Authority
from tests.lab.images import INDEX, MANIFEST, Session, make_image, make_index
from tests.lab.postgres import start_postgres
from tests.lab.registry import Registry, start_registry
from tests.lab.tokens import TokenRegistry, granted
from tests.real.conftest import MANY, ONE, PULLER, PULLER_PASSWORD, PUSHER, PUSHER_PASSWORD, ROBOT, ROBOT_PASSWORD

PULL_APP = [{"type": "repository", "name": "team/app", "actions": ["pull"]}]


def robot(registry: Registry, password: str = ROBOT_PASSWORD, tls: ssl.SSLContext | None = None) -> Session:
    return Session(origin=registry.origin, username=ROBOT, password=password, tls=tls)


# Registries ---------------------------------------------------------------------------------------------------------


def test_an_open_registry_asks_nobody(open_registry: Registry) -> None:
    answer = Session(origin=open_registry.origin).send("GET", "/v2/")

    assert answer.status == 200
    assert "www-authenticate" not in answer.headers


def test_a_password_file_asks_for_basic(basic_registry: Registry) -> None:
    answer = Session(origin=basic_registry.origin).send("GET", "/v2/")

    assert answer.status == 401
    assert answer.headers["www-authenticate"] == 'Basic realm="Lab"'


@pytest.mark.parametrize(("password", "status"), [(ROBOT_PASSWORD, 200), ("wrong", 401)])
def test_a_password_file_knows_the_right_password(basic_registry: Registry, password: str, status: int) -> None:
    session = robot(basic_registry, password)

    assert session.send("GET", "/v2/", headers=session.permission("")).status == status


def test_a_token_registry_names_the_service_in_its_own_origin(token_registry: TokenRegistry) -> None:
    answer = Session(origin=token_registry.origin).send("GET", "/v2/")

    assert answer.status == 401
    assert answer.headers["www-authenticate"] == f'Bearer realm="{token_registry.origin}/token",service="lab-registry"'


def test_the_token_service_refuses_a_wrong_password(token_registry: TokenRegistry) -> None:
    session = Session(origin=token_registry.origin, username=PULLER, password="wrong")

    with pytest.raises(RuntimeError, match="HTTP 401"):
        session.permission("repository:team/app:pull")


def test_a_token_of_nobody_opens_the_ping_and_nothing_else(token_registry: TokenRegistry) -> None:
    nobody = Session(origin=token_registry.origin)
    permission = nobody.permission("repository:team/app:pull")

    assert nobody.send("GET", "/v2/", headers=permission).status == 200
    assert nobody.send("GET", "/v2/team/app/manifests/1", headers=permission).status == 401


def test_a_token_registry_answers_basic_with_its_challenge(token_registry: TokenRegistry) -> None:
    session = Session(origin=token_registry.origin, username=PULLER, password=PULLER_PASSWORD)

    answer = session.send("GET", "/v2/", headers=session.basic())

    assert answer.status == 401
    assert answer.headers["www-authenticate"].startswith("Bearer realm=")


def test_a_token_with_too_few_rights_is_named_as_such(token_registry: TokenRegistry) -> None:
    session = Session(origin=token_registry.origin, username=PULLER, password=PULLER_PASSWORD)
    permission = session.permission("repository:team/app:pull,push")

    answer = session.send("POST", "/v2/team/app/blobs/uploads/", headers=permission)

    assert answer.status == 401
    # The server names the two actions in any order.
    assert re.search(r'scope="repository:team/app:\w+,\w+",error="insufficient_scope"$', answer.headers["www-authenticate"])


@pytest.mark.parametrize(("age_seconds", "status"), [(0, 200), (300 + 30, 200), (300 + 90, 401)])
def test_a_token_works_a_minute_past_its_end(token_registry: TokenRegistry, age_seconds: int, status: int) -> None:
    token = token_registry.signer.token(PULLER, PULL_APP, age_seconds=age_seconds)

    answer = Session(origin=token_registry.origin).send("GET", "/v2/", headers={"Authorization": f"Bearer {token}"})

    assert answer.status == status


@pytest.mark.parametrize("fault", ["garbage", "audience"])
def test_a_token_that_is_not_for_this_registry_is_invalid(token_registry: TokenRegistry, fault: str) -> None:
    tokens = {"garbage": "no.token.here", "audience": token_registry.signer.token(PULLER, PULL_APP, audience="another")}

    bearer = {"Authorization": f"Bearer {tokens[fault]}"}
    answer = Session(origin=token_registry.origin).send("GET", "/v2/team/app/manifests/1", headers=bearer)

    assert answer.status == 401
    assert 'error="invalid_token"' in answer.headers["www-authenticate"]


def test_a_registry_is_gone_after_its_block(tmp_path: Path) -> None:
    with start_registry(tmp_path) as registry:
        session = Session(origin=registry.origin)
        assert session.send("GET", "/v2/").status == 200

    with pytest.raises(ConnectionRefusedError):
        session.send("GET", "/v2/")


def test_a_registry_that_cannot_start_says_why(tmp_path: Path) -> None:
    with (
        start_registry(tmp_path / "first") as registry,
        pytest.raises(RuntimeError, match="address already in use"),
        start_registry(tmp_path / "second", port=int(registry.host.split(":")[1])),
    ):
        pass


# Certificates -------------------------------------------------------------------------------------------------------


def test_a_certificate_is_good_for_who_knows_its_authority(tls_registry: Registry, authority: Authority) -> None:
    session = robot(tls_registry, tls=authority.client_context())

    assert session.send("GET", "/v2/", headers=session.permission("")).status == 200


def test_a_certificate_of_an_unknown_authority_is_not_good(tls_registry: Registry) -> None:
    with pytest.raises(ssl.SSLCertVerificationError, match="unable to get local issuer certificate"):
        robot(tls_registry, tls=Authority().client_context()).send("GET", "/v2/")


def test_a_certificate_that_ended_is_not_good(expired_registry: Registry, authority: Authority) -> None:
    with pytest.raises(ssl.SSLCertVerificationError, match="certificate has expired"):
        Session(origin=expired_registry.origin, tls=authority.client_context()).send("GET", "/v2/")


def test_a_certificate_for_another_host_is_not_good(misnamed_registry: Registry, authority: Authority) -> None:
    with pytest.raises(ssl.SSLCertVerificationError, match="IP address mismatch"):
        Session(origin=misnamed_registry.origin, tls=authority.client_context()).send("GET", "/v2/")


# Images -------------------------------------------------------------------------------------------------------------


def test_images_are_the_same_bytes_every_time() -> None:
    assert make_image().digest == ONE.digest
    assert make_index().digest == MANY.digest


def test_a_pushed_image_can_be_read_from_an_open_registry(open_registry: Registry) -> None:
    answer = Session(origin=open_registry.origin).send("GET", "/v2/team/app/manifests/1", headers={"Accept": MANIFEST})

    assert answer.status == 200
    assert answer.headers["docker-content-digest"] == ONE.digest


def test_a_pushed_image_can_be_read_with_a_password(basic_registry: Registry) -> None:
    session = robot(basic_registry)
    headers = session.permission("") | {"Accept": MANIFEST}

    assert session.send("GET", "/v2/team/app/manifests/1", headers=headers).body == ONE.manifest.data
    assert session.send("GET", "/v2/team/app/manifests/2", headers=headers).status == 404


def test_an_index_can_be_read_with_a_token_over_tls(tls_token_registry: TokenRegistry, authority: Authority) -> None:
    context = authority.client_context()
    session = Session(origin=tls_token_registry.origin, username=PUSHER, password=PUSHER_PASSWORD, tls=context)
    headers = session.permission("repository:team/many:pull") | {"Accept": INDEX}

    answer = session.send("GET", "/v2/team/many/manifests/1", headers=headers)

    rows = json.loads(answer.body)["manifests"]
    assert [row["platform"]["architecture"] for row in rows] == ["amd64", "arm64"]


def test_rights_that_fall_short_are_granted_as_far_as_they_go() -> None:
    rights = {"team/app": frozenset({"pull"})}

    access = granted(["repository:team/app:pull,push repository:team/other:pull", "registry:catalog:*"], rights)

    assert access == [{"type": "repository", "name": "team/app", "actions": ["pull"]}]


# The rest of the machine --------------------------------------------------------------------------------------------


def test_a_database_server_comes_and_goes() -> None:
    with start_postgres() as database_url:
        folder = Path(database_url.partition("?host=")[2])
        with psycopg.connect(database_url) as connection:
            row = connection.execute("SELECT 1").fetchone()

    assert row == (1,)
    assert not folder.exists()


def test_what_is_missing_is_said_in_one_line(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(packages, "missing", list)
    monkeypatch.setattr(packages, "is_debian", lambda: False)

    code = packages.main(["docker-registry", "postgresql"])

    said = capsys.readouterr().err
    assert code == 1
    assert said.startswith("Missing: docker-registry, postgresql.")
    assert said.count("\n") == 1


def test_a_browser_that_is_named_is_the_one_that_is_looked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHROMIUM", "/no/such/browser")

    assert packages.missing(["chromium"]) == ["chromium"]
