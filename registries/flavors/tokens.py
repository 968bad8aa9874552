"""
What a secret looks like, from the patterns of secret scanners: hints only, and never a reason to refuse.

Source: reference page, section 3.0 (secrets). The hint says what the secret seems to be and where that belongs, and quotes
nothing of it.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from console import languages
from console.sentences import say
from registries.distribution import Secret
from registries.flavors.ends import end_in

if TYPE_CHECKING:
    from registries.flavors.base import Flavor


@dataclass(frozen=True, kw_only=True)
class Kind:
    """A kind of secret: its pattern, what it is called, and the flavors whose forms take it."""

    pattern: re.Pattern[str]
    called: str
    belongs: tuple[str, ...]
    note: str = ""


def _kind(pattern: str, called: str, *belongs: str, note: str = "") -> Kind:
    return Kind(pattern=re.compile(pattern, re.ASCII), called=called, belongs=belongs, note=note)


KINDS = (
    _kind(r"do[por]_v1_[a-f0-9]{64}", say("a token of DigitalOcean"), "digitalocean"),
    _kind(r"dckr_[po]at_[A-Za-z0-9_-]{20,40}", say("an access token of Docker Hub"), "dockerhub"),
    _kind(r"github_pat_\w{20,255}", say("a fine-grained token of GitHub"), "github"),
    _kind(
        r"gh[or]_\w{30,255}|ghu_\w{30,255}", say("a token that GitHub gave to an application"), "github",
        note=say("It ends by itself. Make a classic personal access token instead."),
    ),
    _kind(
        r"ghs_[\w.-]{30,600}", say("an installation token of GitHub"), "github",
        note=say("It ends within hours. Make a classic personal access token instead."),
    ),
    _kind(r"ghp_\w{30,255}", say("a personal access token of GitHub"), "github"),
    _kind(
        r"glcbt-\w{1,5}_[\w-]{20,}", say("a token of a GitLab job"), "gitlab",
        note=say("It ends with its job. Make a deploy token instead."),
    ),
    _kind(r"gl(?:pat|dt)-[\w.=-]{20,300}", say("a token of GitLab"), "gitlab"),
    _kind(
        r"(?:A3T[A-Z0-9]|AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{16}", say("the ID of an AWS access key, which is not a secret"),
        note=say("The secret access key has 40 characters."),
    ),
    _kind(r"\w{3}\dQ~[\w~.-]{31,34}", say("a client secret of Azure"), "azure"),
    _kind(r"[a-zA-Z0-9+/]{42}\+ACR[a-zA-Z0-9]{6}", say("a password of Azure Container Registry"), "azure"),
    _kind(r"AKCp[A-Za-z0-9]{69}", say("an API key of Artifactory"), "jfrog"),
    _kind(r"cmVmd[A-Za-z0-9]{59}", say("a reference token of Artifactory"), "jfrog"),
    _kind(r"nvapi-[\w-]{60,80}", say("a key of NVIDIA"), "ngc"),
    _kind(r"LTAI[a-zA-Z0-9]{17,21}", say("the ID of an Alibaba access key, which is not a secret")),
    _kind(
        r"eyJwYXlsb2FkIjoi[\w+/=-]{100,}", say("a password of Amazon ECR"), "aws",
        note=say("It ends 12 hours after it was made. With an access key Berth renews it by itself."),
    ),
    _kind(r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*", say("a private key, which no registry takes as a password")),
    _kind(r"\{\s*\"type\"\s*:\s*\"service_account\".*", say("a service account key of Google"), "gcp"),
)  # fmt: skip
_HIDDEN = re.compile(r"[A-Za-z0-9_-]{2,}(?:\*{3,}|…|\.{3,}|•{3,}).*", re.DOTALL)


def is_token(text: str) -> bool:
    """Whether a text has the form of some provider's token."""
    return any(kind.belongs and kind.pattern.fullmatch(text) for kind in KINDS)


def hints(flavor: "type[Flavor]", secret: Secret) -> Iterator[SafeString]:
    """Say what is doubtful about a secret that was typed for a flavor, each in a sentence or two of HTML."""
    text = secret.reveal()
    kind = next((kind for kind in KINDS if kind.pattern.fullmatch(text)), None)
    if kind:
        # A host that no flavor knows may take anything, so there it is not said that the token is somebody else's.
        foreign = bool(kind.belongs) and flavor.slug not in kind.belongs and not flavor.any_host
        if foreign or kind.note or not kind.belongs:
            said = [_("This looks like {kind}.").format(kind=languages.said(kind.called))]
            if foreign:
                said.append(_("{registry} most likely refuses it.").format(registry=flavor.name))
            yield format_html_join(" ", "{}", ((sentence,) for sentence in [*said, languages.said(kind.note)] if sentence))
    elif _HIDDEN.fullmatch(text):
        yield escape(_("This looks shortened, with dots or stars for what is hidden. Copy the whole of it."))
    if (end := end_in(secret)) and end < datetime.now(UTC):
        yield format_html(_("By its own text this token ended on {day}. Make a new one."), day=languages.day(end))
