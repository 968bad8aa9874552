"""Settings from the environment: a wrong value stops the start and names the variable, and never quotes a secret."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent


def start(home: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """Start Django with these variables and nothing else of ours."""
    keys = {"SECRET_KEY": "x" * 60, "BERTH_SEALING_KEYS": "k1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="}
    inherited = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return subprocess.run(
        [sys.executable, "manage.py", "check"],
        cwd=ROOT,
        env={**inherited, "BERTH_HOME": str(home), **keys, **variables},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("DEBUG", "maybe"),
        ("PORT", "http"),
        ("PORT", "70000"),
        ("BERTH_WORKERS", "0"),
        ("BERTH_URL", "berth.example.com"),
        ("BERTH_URL", "https://user:CANARY@berth.example.com"),
        ("BERTH_URL", "https://berth.example.com/path"),
        ("BERTH_URL", "http://[::1"),
        ("BERTH_URL", "http://a b"),
        ("BERTH_URL", "http://h#x"),
        ("BERTH_BIND", "nonsense"),
        ("BERTH_HOSTS", "https://foo/"),
        ("BERTH_FAULTS_TO", "nonsense"),
        ("BERTH_MAIL_FROM", "nonsense"),
        ("SECRET_KEY", "CANARY"),
        ("BERTH_EGRESS_ALLOW", "10.0.0.0/8, everything"),
        ("BERTH_EGRESS_ALLOW", "10.0.0.1/8"),
        ("DATABASE_URL", "mysql://root:CANARY@db/berth"),
        ("DATABASE_URL", "CANARY"),
        ("EMAIL_URL", "carrier-pigeon://CANARY"),
        ("BERTH_LOG_LEVEL", "loud"),
        ("BERTH_OIDC_ISSUER", "sso.example.com"),
        ("BERTH_OIDC_ISSUER", "http://sso.example.com"),
        ("BERTH_OIDC_ISSUER", "https://user:CANARY@sso.example.com"),
        ("BERTH_OIDC_ISSUER", "https://sso.example.com/?tenant=CANARY"),
        ("BERTH_OIDC_ISSUER", "https://[::1"),
        ("BERTH_OIDC_ISSUER", "https://sso.example.com/" + "x" * 200),
        ("BERTH_OIDC_CLIENT_ID", "CANARY"),
        ("BERTH_OIDC_CLIENT_SECRET", "CANARY"),
        ("BERTH_OIDC_CLIENT_SECRET_FILE", "/no/such/file"),
        ("BERTH_OIDC_NAME", "Northwind SSO"),
        ("BERTH_OIDC_ONLY", "yes"),
        ("BERTH_OIDC_ONLY", "perhaps"),
        ("BERTH_OIDC_TEAMS", "northwind.example=northwind"),
        ("SECRET_KEY_FILE", "/no/such/file"),
        ("BERTH_SEALING_KEYS", "k1:CANARY"),
    ],
)
def test_a_wrong_value_stops_the_start_and_names_the_variable(variable: str, value: str, tmp_path: Path) -> None:
    started = start(tmp_path, **{variable: value})

    assert started.returncode != 0
    assert variable in started.stderr
    assert "CANARY" not in started.stderr + started.stdout
    assert "Traceback" not in started.stderr


PROVIDER = {
    "BERTH_OIDC_ISSUER": "https://sso.example.com/realms/main",
    "BERTH_OIDC_CLIENT_ID": "berth",
    "BERTH_OIDC_CLIENT_SECRET": "CANARY",
}


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("BERTH_OIDC_CLIENT_ID", ""),
        ("BERTH_OIDC_CLIENT_SECRET", ""),
        ("BERTH_OIDC_NAME", "x" * 41),
        ("BERTH_OIDC_TEAMS", "northwind.example"),
        ("BERTH_OIDC_TEAMS", "northwind=northwind"),
        ("BERTH_OIDC_TEAMS", "northwind.example=north wind"),
        ("BERTH_OIDC_TEAMS", "northwind.example=northwind:owner"),
        ("BERTH_OIDC_TEAMS", "northwind.example=a, northwind.example=b"),
    ],
)
def test_a_provider_that_is_set_by_halves_stops_the_start(variable: str, value: str, tmp_path: Path) -> None:
    started = start(tmp_path, **{**PROVIDER, variable: value})

    assert started.returncode != 0
    assert variable in started.stderr
    assert "CANARY" not in started.stderr + started.stdout
    assert "Traceback" not in started.stderr


def test_a_provider_may_be_set_with_its_secret_in_a_file(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("CANARY\n")
    teams = "northwind.example=northwind, acme.example = acme:admin"
    there = {**PROVIDER, "BERTH_OIDC_CLIENT_SECRET": "", "BERTH_OIDC_CLIENT_SECRET_FILE": str(secret)}

    assert start(tmp_path, **there, BERTH_OIDC_TEAMS=teams, BERTH_OIDC_ONLY="yes").returncode == 0
    assert start(tmp_path, **{**PROVIDER, "BERTH_OIDC_ISSUER": "http://127.0.0.1:8080/realms/main"}).returncode == 0


def test_without_keys_it_does_not_start_and_says_how_to_make_them(tmp_path: Path) -> None:
    started = start(tmp_path, SECRET_KEY="")

    assert started.returncode != 0
    assert "SECRET_KEY is not set" in started.stderr
    assert "make run" in started.stderr


def test_a_secret_may_come_from_a_file(tmp_path: Path) -> None:
    ring = tmp_path / "ring"
    ring.write_text("k1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n")

    assert start(tmp_path, BERTH_SEALING_KEYS="", BERTH_SEALING_KEYS_FILE=str(ring)).returncode == 0


def test_debug_is_refused_on_a_public_address(tmp_path: Path) -> None:
    started = start(tmp_path, DEBUG="yes", BERTH_URL="https://berth.example.com")

    assert started.returncode != 0
    assert "DEBUG is on" in started.stderr
