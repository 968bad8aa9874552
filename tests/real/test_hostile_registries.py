"""
The check against hostile registries: each row is one thing a registry may do to whoever looks at it.

Every row runs a whole check, through the real way out and real sockets, against a server on loopback. Names and addresses
are scripted, so that the policy is the one an installation has: nothing is allowed beside the public internet. Of every
row the same is held: it ends in time and in the outcome that is named, what people read of it holds no credential and no
word of the registry's, and nobody but the registry and its own token service is connected to, so that nobody else can be
told anything. The memory of the process is measured in each row, with the server's own part of it.
"""

import base64
import ctypes
import json
import re
import ssl
import time
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from console.sentences import as_json, say
from registries.distribution import Secret
from registries.egress import Policy, Way
from registries.flavors.other import Other
from registries.health import examine
from registries.outcomes import Finding, steps_as_json
from tests import hostile
from tests.hostile import Server, serving
from tests.hostile_registry import HOST, MARK, PASSWORD, USERNAME
from tests.hostile_rows import ROWS, Row
from tests.hostile_world import FOREIGN_HOSTS, HUB, HUB_TOKENS, Trap, world
from tests.lab.certificates import Authority

PUBLIC_ONLY = Policy()
SLACK_SECONDS = 0.5
MOST_MEMORY_BYTES = 20_000_000

CANARIES = {
    written
    for text in (USERNAME, PASSWORD, f"{USERNAME}:{PASSWORD}")
    for plain in (text, quote(text, safe=""))
    for written in (plain, base64.b64encode(plain.encode()).decode().rstrip("="))
}


# The test -----------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The certificates of the registry's server and of the trap, good ones under an authority that the system trusts."""
    folder = tmp_path_factory.mktemp("certificates")
    authority = Authority()
    ours = (HOST, HUB, HUB_TOKENS)
    (folder / "authority.pem").write_text(authority.pem)
    old = authority.pair(folder / "old", *ours).server_context()
    old.set_ciphers("ALL:@SECLEVEL=0")
    with warnings.catch_warnings(action="ignore", category=DeprecationWarning):
        old.minimum_version = ssl.TLSVersion.TLSv1
        old.maximum_version = ssl.TLSVersion.TLSv1_1
    ended = {"not_before": authority.yesterday.replace(year=authority.yesterday.year - 1), "not_after": authority.yesterday}
    return {
        "": None,
        "good": authority.pair(folder / "good", *ours).server_context(),
        "unknown authority": Authority().pair(folder / "unknown", *ours).server_context(),
        "wrong host": authority.pair(folder / "wrong", "other.example").server_context(),
        "expired": authority.pair(folder / "expired", *ours, **ended).server_context(),
        "old version": old,
        "trap": authority.pair(folder / "trap", HOST, *FOREIGN_HOSTS).server_context(),
        "authority": str(folder / "authority.pem"),
    }


@pytest.fixture(scope="module")
def trap(certificates: Mapping[str, Any]) -> Iterator[Server]:
    with serving(Trap(certificates["trap"])) as server:
        yield server


def check(row: Row, way: Way) -> Finding:
    registry = Other(url=f"https://{row.host}", username=USERNAME, password=Secret(PASSWORD))
    return examine(registry, way, purpose=row.purpose, test_image=row.image)


def read_by_people(finding: Finding) -> str:
    """Everything of a finding, but for the one place where we write the account on our own account."""
    text = json.dumps(steps_as_json(finding.steps), ensure_ascii=False)
    ours = json.dumps(as_json(say("Accepted as {account}.", account=USERNAME)), ensure_ascii=False)
    return text.replace(ours, '"Accepted."')


def but_for_token_hosts(finding: Finding) -> Finding:
    """Leave out the one name of a registry's choosing that is told: a host which somebody could approve."""
    return replace(finding, steps=tuple(replace(step, token_host="") for step in finding.steps))


class Memory:
    """
    How much more memory than before the process had at its peak, this process being client and server in one.

    The peak that `getrusage` tells is that of the process's whole life, so that one large row would hide all later ones.
    Writing 5 to `clear_refs` begins the peak anew (Linux, proc(5)), and `VmHWM` is the peak since. What earlier rows left
    free is given back first, since a row that grows into it would not be seen to grow.
    """

    def __init__(self) -> None:
        ctypes.CDLL(None).malloc_trim(0)
        Path("/proc/self/clear_refs").write_text("5")
        self._before = self._read("VmRSS")

    @staticmethod
    def _read(name: str) -> int:
        return 1024 * int(re.search(rf"{name}:\s+(\d+) kB", Path("/proc/self/status").read_text())[1])  # type: ignore[index]

    def grown_bytes(self) -> int:
        return self._read("VmHWM") - self._before


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.what)
def test_a_hostile_registry_gets_nothing(
    row: Row, certificates: Mapping[str, Any], trap: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", certificates["authority"])
    with world(row.behave, certificates[row.tls], trap, row.names) as around:
        memory = Memory()
        started = time.monotonic()
        with around.way(f"https://{row.host}", PUBLIC_ONLY, row.deadline_seconds, row.exchange_seconds) as way:
            finding = check(row, way)
        took = time.monotonic() - started
        grown = memory.grown_bytes()

    decides = finding.deciding.step if finding.deciding else None
    assert (finding.outcome, decides) == (row.outcome, row.step), finding.steps
    assert grown < MOST_MEMORY_BYTES
    assert took < row.deadline_seconds + SLACK_SECONDS
    text = read_by_people(finding)
    assert not [canary for canary in CANARIES if canary in text]
    assert MARK not in text
    assert "evil" not in read_by_people(but_for_token_hosts(finding))
    for address, port in around.dialled:
        PUBLIC_ONLY.judge(address, port)
    assert {address for address, _ in around.dialled} <= row.dials
    assert (trap.connections, trap.heard) == (0, b"")


def test_a_trap_hears_whoever_is_sent_there(
    certificates: Mapping[str, Any], trap: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", certificates["authority"])
    with world(hostile.is_silent, certificates["good"], trap) as around, around.way(f"https://{HOST}", PUBLIC_ONLY) as way:
        for host in ("evil.example", f"{HOST}:8443"):
            way.request("GET", f"https://{host}/", {"Authorization": f"Basic {PASSWORD}"})

    assert trap.connections == 2
    assert trap.heard.count(PASSWORD.encode()) == 2


def test_memory_that_was_taken_and_given_back_is_seen() -> None:
    memory = Memory()
    bytearray(b"x") * MOST_MEMORY_BYTES

    assert memory.grown_bytes() >= 0.9 * MOST_MEMORY_BYTES


def test_the_table_is_large_and_each_row_has_a_name_of_its_own() -> None:
    assert len({row.what for row in ROWS}) == len(ROWS) >= 40
