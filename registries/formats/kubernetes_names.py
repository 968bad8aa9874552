"""
The names that Kubernetes takes.

Source: Kubernetes documentation, "Object Names and IDs"; a Secret has the name of a subdomain of RFC 1123, a namespace
that of a label.
"""

import re

_LABEL = r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?"
_SUBDOMAIN = re.compile(rf"{_LABEL}(?:\.{_LABEL})*", re.ASCII)
_NAMESPACE = re.compile(_LABEL, re.ASCII)
_LONGEST_NAME = 253
_LONGEST_NAMESPACE = 63
_NO_LETTER_OR_DIGIT = "registry"


class InvalidName(ValueError):
    """Kubernetes takes no such name; the message is one sentence that says which it takes."""


def kubernetes_name(text: str) -> str:
    """Return the name of a Secret made from a connection's: `my-example.ghcr-1` from `My-Example.GHCR_1`."""
    labels = (re.sub(r"[^a-z0-9-]", "-", label).strip("-") for label in text.lower().split("."))
    # What is cut off may leave a dash or a dot at the end.
    return ".".join(filter(None, labels))[:_LONGEST_NAME].rstrip("-.") or _NO_LETTER_OR_DIGIT


def container_name(text: str) -> str:
    """Return the name of a container made from an image's: one label, so without dots."""
    return kubernetes_name(text).replace(".", "-")[:_LONGEST_NAMESPACE].rstrip("-")


def check_kubernetes_name(text: str) -> None:
    """Raise `InvalidName` where this is no name of a Secret."""
    if len(text) > _LONGEST_NAME:
        raise InvalidName(f"The name of a Secret has at most {_LONGEST_NAME} characters.")
    if not _SUBDOMAIN.fullmatch(text):
        raise InvalidName(
            "The name of a Secret has lower-case letters, digits, dashes and dots, and each part between dots begins and "
            "ends with a letter or digit."
        )


def check_namespace(text: str) -> None:
    """Raise `InvalidName` where this is no name of a namespace."""
    if len(text) > _LONGEST_NAMESPACE:
        raise InvalidName(f"The name of a namespace has at most {_LONGEST_NAMESPACE} characters.")
    if not _NAMESPACE.fullmatch(text):
        raise InvalidName(
            "The name of a namespace has lower-case letters, digits and dashes, and begins and ends with a letter or digit."
        )
