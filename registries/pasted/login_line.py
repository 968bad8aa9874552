"""
A `docker login` command, as people copy it from a terminal, a script or a registry's page of instructions.

Source: reference page, sections 4.1, 4.5 and 4.8 (its relatives).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from registries.distribution import Secret
from registries.distribution.reference import HUB
from registries.pasted.address import address_of
from registries.pasted.login import LONGEST_USERNAME, holds_control_characters
from registries.pasted.password_source import UNREADABLE, password_in
from registries.pasted.transcript import unwrapped
from registries.pasted.words import Command, Word, pipelines

LIMIT_BYTES = 64 * 1024

_PROGRAMS = {
    "buildah", "cosign", "crane", "docker", "finch", "helm", "krane", "nerdctl", "oras", "podman", "regctl", "skopeo",
}  # fmt: skip
_DASHES = re.compile(r"[–—−]{1,2}-?(?=[a-z])")  # what word processors make of the dashes of an option
_TAKES_A_VALUE = {
    "-u", "--username", "--user", "-p", "--password", "--pass", "-e", "--email", "-a", "--address", "-c", "--context",
    "--connection", "-H", "--host", "-l", "--log-level", "-n", "--namespace", "--config", "--tlscacert", "--tlscert",
    "--tlskey", "--authfile", "--compat-auth-file", "--cert-dir", "--secret", "--identity", "--identity-token",
    "--ca-file", "--cert-file", "--key-file", "--registry-config", "--kube-context", "--kubeconfig", "--resolve",
    "--root", "--runroot", "--storage-driver", "--url", "--data-root", "--hosts-dir", "--command-timeout", "--policy",
    "--tmpdir", "--platform",
}  # fmt: skip


@dataclass(frozen=True)
class LoginLine:
    """
    What a login command says: whom it signs in, and where.

    `host` is lower case, with its port where it has one, `docker.io` for Docker Hub, and "" where the line names no
    address that can be read; `path` is what follows the host. Where the password is not in the line, it is None, and
    `made_by` says what would have given it: "" where it is asked for, or what stands in `password_source`.
    """

    host: str
    path: str
    username: str = field(repr=False)  # at some registries it is the token itself
    password: Secret | None
    made_by: str = ""


def read_login_line(text: str) -> LoginLine | None:
    """Read the first login command in a text of at most 64 KiB; None where there is none. Never raises."""
    return next(_login_lines(text), None)


def read_login_lines(text: str) -> list[LoginLine]:
    """Read every login command in a text of at most 64 KiB, in their order. Never raises."""
    return list(_login_lines(text))


def _login_lines(text: str) -> Iterator[LoginLine]:
    # Most of what is looked at is a password, and most of those are told by this alone.
    if "login" not in text or len(text.encode("utf-8", "replace")) > LIMIT_BYTES:
        return
    for pipeline in pipelines(unwrapped(text)):
        for before, command in zip([None, *pipeline], pipeline, strict=False):
            line = _login_line(command, before)
            if line:
                yield line


def _login_line(command: Command, before: Command | None) -> LoginLine | None:
    if command.program not in _PROGRAMS:
        return None
    options, places = _sorted(command.called[1:])
    if places and places[0].text in ("auth", "registry"):  # `crane auth login`, `helm registry login`
        places = places[1:]
    if not places or places[0].text != "login" or (len(places) > 2 and not options):  # the last is a sentence in prose
        return None
    username = _username(options.get("--username") or options.get("--user") or options.get("-u") or Word(""))
    given = options.get("--password") or options.get("--pass") or options.get("-p")
    password, made_by = password_in(given, command, before)
    if holds_control_characters(username, password):
        username, password, made_by = "", "", UNREADABLE
    # Where the first place is none that can be read, no other word may stand in for it: it would be some other host.
    host, path = address_of(places[1].text) if len(places) == 2 else ("", "") if places[1:] else (HUB, "")
    return LoginLine(host, path, username, Secret(password) if password else None, made_by)


def _sorted(words: list[Word]) -> tuple[dict[str, Word], list[Word]]:
    """Return the options that have a value, and the words that belong to no option."""
    options: dict[str, Word] = {}
    places: list[Word] = []
    rest = iter(words)
    for word in rest:
        dashes = _DASHES.match(word.text)
        name = word.text[dashes.end() :] if dashes else word.text
        text = f"{'-' if len(name.partition('=')[0]) == 1 else '--'}{name}" if dashes else name
        name, equals, value = text.partition("=")
        if not text.startswith("-"):
            places.append(word)
        elif name in _TAKES_A_VALUE:
            options[name] = Word(value, made=word.made) if equals else next(rest, Word(""))
        elif text[:2] in ("-u", "-p"):
            options[text[:2]] = Word(text[2:], made=word.made)
        else:
            options[name] = Word("")
    return options, places


def _username(word: Word) -> str:
    # NVIDIA's and Harbor's own names look like variables, and are often written without the quotes that they need.
    literal = not word.made or word.text == "$oauthtoken" or word.text.startswith("robot$")
    return word.text if literal and len(word.text) <= LONGEST_USERNAME else ""
