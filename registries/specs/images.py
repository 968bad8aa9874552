"""
An image as a file has it: what of it is known before the file is run, and whether a pull of it is likely to need a login.

Sources: reference page, section 1 (the grammar); Compose specification, "Interpolation", for defaults of variables.
"""

import re
from dataclasses import dataclass

from registries.distribution import InvalidReference, Reference
from registries.resolution import canonical_host
from registries.specs.malformed import Wrong, what_is_wrong
from registries.specs.spec import Kind

# Hosts whose images most people pull without a login, so that one without a connection is no sign of a mistake. At all
# others, the hosts of cloud accounts and everybody’s own, an image is private until somebody opens it.
PUBLIC_HOSTS = frozenset(
    {
        "docker.io",
        "ghcr.io",
        "quay.io",
        "gcr.io",
        "asia.gcr.io",
        "eu.gcr.io",
        "us.gcr.io",
        "marketplace.gcr.io",
        "mirror.gcr.io",
        "registry.k8s.io",
        "k8s.gcr.io",
        "public.ecr.aws",
        "mcr.microsoft.com",
        "nvcr.io",
        "icr.io",
        "container-registry.oracle.com",
        "registry.access.redhat.com",
        "registry.fedoraproject.org",
        "registry.opensuse.org",
        "registry.suse.com",
        "registry.gitlab.com",
        "codeberg.org",
        "cgr.dev",
        "docker.elastic.co",
        "lscr.io",
        "registry.opensource.zalan.do",
    }
)
_OFFICIAL = "docker.io/library/"

# Where a variable begins: in shells, Compose, Kubernetes, GitHub, GitLab, Helm and Jinja, and as people write examples.
_BEGINS = re.compile(r"\$[A-Za-z_({\[]|\{[{%]|<[^<>]*>", re.ASCII)
_WHOLE = re.compile(
    r"\$\{\{[^{}]*\}\}|\$\{[^{}]*\}|\$\([^()]*\)|\$\[\[[^\[\]]*\]\]|\$\w+|\{\{[^{}]*\}\}|<[^<>]*>", re.ASCII
)
_WITH_DEFAULT = re.compile(r"\$\{\w+:?-([^${}]*)\}", re.ASCII)
_DEEPEST = 5  # defaults within defaults
_LONGEST = 2048


def place(reference: Reference) -> str:
    """Return an image without tag and digest, its host in its one spelling."""
    return f"{canonical_host(reference.host)}/{reference.repository}"


def looks_private(reference: Reference) -> bool:
    """Say whether a pull is likely to need a login, by the host alone."""
    return canonical_host(reference.host) not in PUBLIC_HOSTS


def is_official(reference: Reference) -> bool:
    """Say whether it is one of Docker Hub’s official images, which everybody may pull."""
    return place(reference).startswith(_OFFICIAL)


@dataclass(frozen=True, kw_only=True)
class Written:
    """
    What is known of an image by what is written.

    `reference` is None where a variable hides which repository it is, or where it is `wrong`. Where a variable hides the
    tag alone, `tag_known` is false and the reference has none.
    """

    reference: Reference | None = None
    wrong: Wrong | None = None
    tag_known: bool = True
    by_default: bool = False

    @property
    def tag_fault(self) -> bool:
        """Whether it may be another image tomorrow: no tag, or the one that moves."""
        one = self.reference
        return bool(one and self.tag_known and not one.digest and one.tag in ("", "latest"))


def holds_variable(text: str) -> bool:
    """Say whether a text is known only when the file is run."""
    return _BEGINS.search(text) is not None


def read_image(text: str, kind: Kind) -> Written:
    """Read an image; in Compose, variables with a default are read as that."""
    if len(text) > _LONGEST:
        return Written(wrong=what_is_wrong(text))
    read = _with_defaults(text) if kind is Kind.COMPOSE else text
    by_default = read != text
    begins = _BEGINS.search(read)
    if begins is None:
        wrong = what_is_wrong(read, fixable=not by_default)
        return Written(wrong=wrong) if wrong else Written(reference=Reference.parse(read), by_default=by_default)
    repository = _before_the_tag(read, begins.start())
    try:
        return Written(reference=Reference.parse(repository), tag_known=False, by_default=by_default)
    except InvalidReference:
        return Written(tag_known=False, by_default=by_default)


def _with_defaults(text: str) -> str:
    for _ in range(_DEEPEST):
        filled = _WITH_DEFAULT.sub(r"\1", text)
        if filled == text:
            break
        text = filled
    return text


def _before_the_tag(text: str, variable: int) -> str:
    """Return the image without its tag where the first variable is in the tag, or in the digest behind it; else ""."""
    mark = max(text.rfind(":", 0, variable), text.rfind("@", 0, variable))
    behind = _WHOLE.sub("", text[variable:])
    return text[:mark] if mark > text.rfind("/", 0, variable) and "/" not in behind else ""
