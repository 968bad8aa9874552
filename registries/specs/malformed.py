"""
What is wrong with a text that stands where an image should, in one sentence, and how it would read.

Source: reference page, section 1. No sentence repeats any of the text: it may be anything, a password too.
"""

import re
from dataclasses import dataclass

from console.sentences import say
from registries.distribution import InvalidReference, Reference
from registries.distribution.reference import is_digest

_SCHEME = re.compile(r"(https?|docker|oci)://", re.IGNORECASE)
_COMMAND = re.compile(r"(?:docker|podman|nerdctl|crictl) +pull +", re.IGNORECASE)
_LONGEST_REFERENCE = 2048
_TAG = re.compile(r"\w[\w.-]{0,127}", re.ASCII)
_DIGEST_RULE = say("A digest is an algorithm and its digits: sha256, a colon, and 64 of 0-9 and a-f.")
_TAG_RULE = say("A tag is at most 128 letters, digits, underscores, dots and dashes, and begins with neither dot nor dash.")
_NOT_ONE = say("This is not an image reference, such as ghcr.io/acme/web:1.4.")


@dataclass(frozen=True)
class Wrong:
    """What is wrong, and where it can be put right without a guess: what to call that, and the image as it should be."""

    sentence: str
    title: str = ""
    mended: str = ""


def what_is_wrong(text: str, *, fixable: bool = True) -> Wrong | None:
    """
    Say what keeps a text from being the reference of an image; None where nothing does.

    `fixable` is false where the text does not stand in the file as it is.
    """
    wrong = _no_image(text) if _reads(text) else _found(text)
    return wrong if wrong is None or (fixable and _reads(wrong.mended)) else Wrong(wrong.sentence)


def _no_image(text: str) -> Wrong | None:
    """Say what a single word is that the grammar takes for an official image of Docker Hub, and that is none."""
    name = re.split("[:@]", text, maxsplit=1)[0]
    if "/" in text:
        return None
    if "." in name or name == "localhost":
        return Wrong(say("This names a host and no image."))
    return Wrong(say("This is the ID of an image, not its name.")) if name == "sha256" else None


def _found(text: str) -> Wrong:  # noqa: PLR0911 - one for each kind of mistake
    if not text.strip():
        return Wrong(say("There is no image here. Name one, such as ghcr.io/acme/web:1.4."))
    if len(text) > _LONGEST_REFERENCE:
        return Wrong(say("This is too long for an image reference."))
    if command := _COMMAND.match(text):
        return Wrong(
            say("This is a command. An image stands alone."), say("Leave the command out"), text[command.end() :].strip()
        )
    if scheme := _SCHEME.match(text):
        leave = f"{scheme[1].lower()}://"
        fact = say("An image begins with its host, without {scheme}.", scheme=leave)
        return Wrong(fact, say("Leave out {scheme}", scheme=leave), text[scheme.end() :].rstrip("/"))
    if any(mark.isspace() for mark in text):
        return Wrong(say("An image reference has no spaces or line breaks."), say("Leave the spaces out"), text.strip())
    first, slash, rest = text.partition("/")
    if slash and "@" in first:
        said = say("An image holds no login. A registry of the team does, and is named beside the image.")
        return Wrong(said, say("Leave the login out"), f"{first.rpartition('@')[2]}/{rest}")
    if text.startswith("/") or "//" in text or text.endswith("/"):
        said = say("In an image reference, something stands on both sides of each slash.")
        return Wrong(said, say("Leave the slash out"), re.sub("/+", "/", text).strip("/"))
    return _in_its_parts(text)


def _in_its_parts(text: str) -> Wrong:
    """Judge the name, the tag and the digest, each by its own rule."""
    named, at, digest = text.partition("@")
    before, slash, last = named.rpartition("/")
    bare, colon, tag = last.partition(":")
    name = f"{before}{slash}{bare}"
    rules = (
        (at and not digest, say("There is no digest behind the @.")),
        (digest.count(":") > 1, say("The tag stands before the digest, as in web:1.4@sha256:…")),
        (digest and not is_digest(digest), _DIGEST_RULE),
        (colon and not tag, say("There is no tag behind the colon.")),
        (":" in tag, say("An image has one tag, and this has two colons.")),
        (tag and not _TAG.fullmatch(tag), _TAG_RULE),
    )
    if broken := next((sentence for wrong, sentence in rules if wrong), ""):
        return Wrong(broken)
    lower = f"{name.lower()}{text[len(name) :]}"
    if lower != text and _reads(lower):
        return Wrong(say("The repository must be lower case."), say("Write it in lower case"), lower)
    # What is left is the name, of which the grammar has sentences of its own.
    fault = _fault(name)
    return Wrong(_NOT_ONE if fault in ("", "This is not an image reference.") else fault)


def _fault(text: str) -> str:
    try:
        Reference.parse(text)
    except InvalidReference as error:
        fault: str = error.args[0]
        return fault
    return ""


def _reads(text: str) -> bool:
    return not _fault(text)
