"""Logins in whatever was pasted: in commands, in every wrapping, and in none too odd or too large to be answered."""

import json
import time

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from registries.pasted.login import NO_USERNAME
from registries.pasted.logins import COMMAND, DOCKER, KUBERNETES, NO_HOST, NotLogins, Pasted, read_logins
from registries.pasted.password_source import ASKS
from tests.conftest import CANARY
from tests.registries.pasted.written import auth, b64, config, explained, login, secret


def answered(content: str) -> Pasted | NotLogins:
    try:
        return read_logins(content)
    except NotLogins as refusal:
        return refusal


READ: dict[str, tuple[str, Pasted]] = {
    "a command": ("docker login -u U -p P ghcr.io", Pasted(COMMAND, (login(),))),
    "a command after a prompt in brackets": ("[a@b ~]$ docker login -u U -p P ghcr.io", Pasted(COMMAND, (login(),))),
    "two commands": (
        "docker login -u U -p P ghcr.io\ndocker login -u U -p P\ndocker login -u U -p P ghcr.io",
        Pasted(COMMAND, (login(), login("docker.io"))),
    ),
    "a command that asks": ("docker login ghcr.io", Pasted(COMMAND, (explained(ASKS),))),
    "a command without a user name": (
        "docker login -p P ghcr.io",
        Pasted(COMMAND, (login(username="", note=NO_USERNAME),)),
    ),
    "a variable": (
        "docker login -u U -p $TOKEN ghcr.io",
        Pasted(
            COMMAND,
            (
                explained(
                    "The command takes the password from a variable, so it is not in here. Enter the password itself.",
                    username="U",
                ),
            ),
        ),
    ),
    "a file": (
        "cat key.json | docker login -u _json_key --password-stdin https://gcr.io",
        Pasted(
            COMMAND,
            (
                explained(
                    "The command reads the password from a file, “cat key.json”, so it is not in here. Enter what the file "
                    "holds.",
                    "gcr.io",
                    "_json_key",
                ),
            ),
        ),
    ),
    "a program of Amazon's": (
        "aws ecr get-login-password | docker login -u AWS --password-stdin public.ecr.aws",
        Pasted(
            COMMAND,
            (
                explained(
                    "The password comes from “aws ecr get-login-password” when the command runs, so it is not in here. "
                    "That one ends after 12 hours. Use an access key instead, from which Berth makes each password.",
                    "public.ecr.aws",
                    "AWS",
                ),
            ),
        ),
    ),
    "a program that nothing better is known for": (
        "docker login -u U -p $(op read op://x/y/z) ghcr.io",
        Pasted(
            COMMAND,
            (
                explained(
                    "The password comes from “op read” when the command runs, so it is not in here. Enter a password or "
                    "token that lasts.",
                    username="U",
                ),
            ),
        ),
    ),
    "a registry in a variable beside it": (
        "docker login -u U -p P $REGISTRY\ndocker login -u U -p P ghcr.io",
        Pasted(COMMAND, (login(),), (NO_HOST,)),
    ),
    "a workflow": (
        "on: push\njobs:\n  x:\n    steps:\n      - run: docker login -u U -p P ghcr.io\n",
        Pasted(COMMAND, (login(),)),
    ),
}


@pytest.mark.parametrize("name", READ)
def test_commands_are_read_in_their_order(name: str) -> None:
    content, expected = READ[name]

    assert read_logins(content) == expected


def test_fifty_logins_are_read() -> None:
    assert len(read_logins(json.dumps({"auths": {f"r{n}.example.com": auth() for n in range(50)}})).logins) == 50


@pytest.mark.parametrize(
    "content",
    [
        config(ghcr__io=auth(CANARY, CANARY)),
        config(ghcr__io={"auth": CANARY}),
        config(ghcr__io={"auth": b64(CANARY)}),
        config(ghcr__io=auth("U", f"{CANARY}\nx")),
        config(ghcr__io={"identitytoken": CANARY, "registrytoken": CANARY}),
        config(**{CANARY: auth(), f"https://u:{CANARY}@ghcr__io": auth(), "ghcr__io": auth()}),
        json.dumps({"credHelpers": {"ghcr.io": CANARY}}),
        json.dumps({"credsStore": CANARY}),
        json.dumps(secret(config(ghcr__io=auth("U", CANARY)))),
        f"docker login -u U -p {CANARY} ghcr.io",
        f"./give {CANARY} | docker login -u U --password-stdin ghcr.io",
        f"docker login -u U -p P {CANARY}",
        config(ghcr__io=auth("U", CANARY))[:-1],
        config(ghcr__io=auth("U", CANARY))[:-1] + ",}",
        f'{{"{CANARY}": 1, "{CANARY}": 2}}',
        f'["{CANARY}"]',
        f'{{"type": "service_account", "private_key": "{CANARY}"}}',
        f"auths:\n  ghcr.io:\n   password: {CANARY}\n  - {CANARY}: *{CANARY}\n",
        f"apiVersion: v1\nkind: {CANARY}\n",
        f"apiVersion: v1\nkind: Secret\ndata: {{.dockerconfigjson: {CANARY}}}\n",
        f"apiVersion: v1\nkind: Secret\nstringData: {{.dockerconfigjson: '{{\"auths\": {CANARY}'}}\n",
        CANARY,
        f"{CANARY}\x00",
        b64(f"U:{CANARY}"),
        f"-----BEGIN {CANARY}",
    ],
)
def test_nothing_that_is_said_or_shown_quotes_a_secret(content: str) -> None:
    answer = answered(content)

    shown = repr(answer)
    assert getattr(answer, "__context__", None) is None  # a parser's own error would hold the whole text
    assert CANARY not in shown
    assert b64(CANARY)[:20] not in shown


WORDS = st.characters(codec="utf-8", exclude_categories=["Cc", "Zl", "Zp"])
USERNAMES = st.text(WORDS, min_size=1, max_size=40).filter(lambda name: ":" not in name and name != "<token>")


@given(USERNAMES, st.text(WORDS, min_size=1, max_size=80))
def test_any_login_comes_back_from_every_wrapping(username: str, password: str) -> None:
    written = config(ghcr__io=auth(username, password))
    expected = (login(username=username, password=password),)

    wrappings = [
        written,
        config(ghcr__io={"username": username, "password": password}),
        json.dumps(json.loads(written), ensure_ascii=False),
        yaml.safe_dump(json.loads(written)),
        b64(written),
        json.dumps(secret(written)),
        yaml.safe_dump(secret(written)),
        json.dumps(secret(written, plain=True)),
        yaml.safe_dump(secret(written, plain=True)),
        yaml.safe_dump({"apiVersion": "v1", "kind": "List", "items": [secret(written)]}),
    ]

    assert [read_logins(wrapping).logins for wrapping in wrappings] == [expected] * len(wrappings)


NAMES = st.sampled_from(
    [
        "auths",
        "auth",
        "username",
        "password",
        "identitytoken",
        "credHelpers",
        "credsStore",
        "kind",
        "items",
        "data",
        "stringData",
        "apiVersion",
        "type",
        "services",
        ".dockerconfigjson",
        ".dockercfg",
        "ghcr.io",
        "https://index.docker.io/v1/access-token",
        "*.io",
    ]
)
TEXTS = st.text() | NAMES | st.sampled_from(["Secret", "List", "VTpQ", "pass"])
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES | st.text(), inner, max_size=4),
    max_leaves=12,
)


@given(
    st.one_of(
        st.text(),
        st.binary().map(lambda data: data.decode("latin-1")),
        st.text("{}[]:,\"'&*!|>-?#% \n\tauths0k"),
        VALUES.map(json.dumps),
        VALUES.map(lambda value: yaml.safe_dump(value, allow_unicode=True)),
        VALUES.map(lambda value: json.dumps(secret(json.dumps(value)))),
    )
)
def test_no_content_is_too_odd_for_an_answer(content: str) -> None:
    pasted = answered(content)

    if isinstance(pasted, NotLogins):
        assert str(pasted).endswith(".")
        return
    assert pasted.kind in (DOCKER, KUBERNETES, COMMAND)
    assert pasted.logins
    for each in pasted.logins:
        assert each.host
        assert each.password or each.note.endswith(".")


@pytest.mark.parametrize(
    "content",
    [
        "auths:\n" + "".join(f"  h{n % 50}.example.com/v2/X{n}: {{}}\n" for n in range(3500)),
        '{"auths":{' + ",".join(f'"http://ghcr.io/v2/A{n}":{{}}' for n in range(4000)) + "}}",
        "x: [" + "a," * 65_000 + "]",
        "x: [" + "[]," * 43_000 + "]",
        "-\n" * 65_000,
        "? " * 65_000,
        "---\n" * 32_000,
        "x: '" + "\n" * 130_000,
        "&a " * 43_000,
        '"' * 131_000,
        "auths: &a\n" + "".join(f"  h{n}.b: &b{n} {{auth: VTpQ}}\n" for n in range(50)) + "x: [" + "*a," * 100 + "]",
    ],
)
def test_a_content_made_to_be_slow_is_read_soon(content: str) -> None:
    began = time.perf_counter()

    answered(content)

    assert time.perf_counter() - began < 5
