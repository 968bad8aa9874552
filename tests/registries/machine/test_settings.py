"""What the environment says: each wrong setting has its sentence, and none quotes the token."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from registries.machine import berth
from registries.tokens import Token
from tests.registries.machine.world import ENVIRONMENT, TOKEN


def settings(**environ: str) -> berth.Settings:
    return berth.read_settings(environ, warn=lambda sentence: None)


def refusal(**environ: str) -> str:
    with pytest.raises(berth.CouldNot) as caught:
        settings(**environ)
    return str(caught.value)


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("https://berth.example.com", "https://berth.example.com"),
        ("  https://Berth.Example.com/\n", "https://berth.example.com"),
        ("https://berth.example.com:443/", "https://berth.example.com"),
        ("https://berth.example.com:8443/registry/", "https://berth.example.com:8443/registry"),
        ("https://10.1.2.3", "https://10.1.2.3"),
        ("http://127.0.0.1:8000", "http://127.0.0.1:8000"),
        ("http://127.9.9.9", "http://127.9.9.9"),
        ("http://localhost:80", "http://localhost"),
        ("http://[::1]:8000", "http://[::1]:8000"),
    ],
)
def test_an_address_is_read(url: str, address: str) -> None:
    assert str(settings(BERTH_URL=url, BERTH_TOKEN=TOKEN).address) == address


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("", "BERTH_URL is not set. Set it"),
        ("berth.example.com", "with https:// in front"),
        ("ftp://berth.example.com", "with https:// in front"),
        ("https://", "with https:// in front"),
        ("https://user:CANARY@berth.example.com", "holds a user name"),
        ("https://berth.example.com/?token=CANARY", "more than an address"),
        ("https://berth.example.com/#CANARY", "more than an address"),
        ("https://berth.example.com:port", "is not an address"),
        ("https://[::1", "is not an address"),
        ("https://berth.example.com/\r\nX: CANARY", "characters that no address has"),
        ("https://berth.exämple.com", "characters that no address has"),
        ("http://berth.example.com", "plain http"),
        ("http://10.1.2.3", "plain http"),
        ("http://0.0.0.0:8000", "plain http"),
        ("http://127.0.0.1.example.com", "plain http"),
        ("http://localhost.example.com", "plain http"),
        ("http://[::ffff:10.1.2.3]", "plain http"),
        ("http://2130706433", "plain http"),
    ],
)
def test_an_address_that_the_token_may_not_be_sent_to_is_refused(url: str, words: str) -> None:
    sentence = refusal(BERTH_URL=url, BERTH_TOKEN=TOKEN)

    assert words in sentence
    assert "CANARY" not in sentence


def test_the_tokens_that_berth_makes_are_taken() -> None:
    for _ in range(50):
        token = Token.new().text.reveal()

        assert settings(BERTH_URL="https://berth.example.com", BERTH_TOKEN=f" {token}\n").token == token


@pytest.mark.parametrize(
    ("token", "words"),
    [
        (TOKEN[:-1], "holds no machine token"),
        ("ghp_" + "x" * 36, "holds no machine token"),
        (TOKEN[:20] + "\r\n" + TOKEN[20:], "holds no machine token"),
        (TOKEN[:20] + ("x" if TOKEN[20] != "x" else "y") + TOKEN[21:], "is mistyped"),
    ],
)
def test_what_cannot_be_a_token_is_refused_before_anything_is_asked(token: str, words: str) -> None:
    sentence = refusal(BERTH_URL="https://berth.example.com", BERTH_TOKEN=token)

    assert words in sentence
    assert token[10:] not in sentence


def test_no_token_is_said_with_where_to_get_one() -> None:
    assert "Make one on the page Machine tokens" in refusal(BERTH_URL="https://berth.example.com")


def test_two_tokens_are_refused() -> None:
    assert "both set" in refusal(**ENVIRONMENT, BERTH_TOKEN_FILE="/run/secrets/berth")


def test_settings_do_not_show_the_token() -> None:
    assert TOKEN not in repr(settings(**ENVIRONMENT))


def from_file(path: Path, mode: int = 0o600) -> tuple[str, list[str]]:
    warnings: list[str] = []
    path.chmod(mode)
    environ = {"BERTH_URL": "https://berth.example.com", "BERTH_TOKEN_FILE": str(path)}
    return berth.read_settings(environ, warnings.append).token, warnings


def test_a_token_is_read_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "token").write_text(TOKEN + "\n", encoding="utf-8")

    assert from_file(tmp_path / "token") == (TOKEN, [])


def test_a_token_file_that_a_group_reads_is_nobodys_mistake(tmp_path: Path) -> None:
    (tmp_path / "token").write_text(TOKEN, encoding="utf-8")

    assert from_file(tmp_path / "token", 0o640) == (TOKEN, [])


def test_a_token_file_that_everyone_reads_is_warned_of(tmp_path: Path) -> None:
    path = tmp_path / "my token"
    path.write_text(TOKEN, encoding="utf-8")

    token, warnings = from_file(path, 0o644)

    assert token == TOKEN
    assert warnings == [f"Everyone on this machine can read the machine token. Run: chmod 600 '{path}'"]


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda path: None, "cannot be read: No such file or directory"),
        (lambda path: path.mkdir(), "which is not a regular file"),
        (os.mkfifo, "which is not a regular file, and a pipe such as <(…)"),
        (lambda path: path.touch(), "is empty"),
        (lambda path: path.write_bytes(b"\xff\xfe" * 3000), "holds no machine token"),
    ],
)
def test_a_token_file_that_holds_none_is_refused(tmp_path: Path, make: Callable[[Path], object], words: str) -> None:
    path = tmp_path / "token"
    make(path)

    assert words in refusal(BERTH_URL="https://berth.example.com", BERTH_TOKEN_FILE=str(path))


@pytest.mark.skipif(not Path("/dev/fd").exists(), reason="needs /dev/fd")
def test_a_token_in_a_pipe_is_told_to_be_put_into_a_file() -> None:
    reading, writing = os.pipe()  # as BERTH_TOKEN_FILE=<(…) of a shell hands it
    os.write(writing, TOKEN.encode())

    sentence = refusal(BERTH_URL="https://berth.example.com", BERTH_TOKEN_FILE=f"/dev/fd/{reading}")

    os.close(reading)
    os.close(writing)
    assert "Put the machine token into a regular file, or set BERTH_TOKEN." in sentence
