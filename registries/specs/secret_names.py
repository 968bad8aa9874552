"""
Texts that look like secrets, pasted where the name of a registry goes: nothing repeats them, although they could be names.

Sources: the prefixes that GitHub, GitLab, Docker Hub, AWS, NVIDIA, Google and Berth give their tokens; "eyJ" begins a JWT.
"""

import re

from registries.resolution import is_name
from registries.specs.verdicts import K, Verdict

_PREFIXES = (
    *("ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_"),
    *("glpat-", "gldt-", "dckr_pat_", "dckr_oat_", "AKIA", "ASIA", "nvapi-", "berth_", "ya29.", "eyJ"),
)
_LONG = 30
_MIXED = tuple(re.compile(each) for each in ("[a-z]", "[A-Z]", "[0-9]"))


def looks_like_a_secret(text: str) -> bool:
    """Say whether a text that is no registry’s name is likely to be a secret."""
    return text.startswith(_PREFIXES) or (len(text) > _LONG and all(each.search(text) for each in _MIXED))


def may_be_repeated(text: str) -> bool:
    """Say whether a name that no registry has may be shown."""
    return is_name(text) and not looks_like_a_secret(text)


def shown_name(verdict: Verdict[K]) -> str:
    """Return the name beside an image as it may be shown, "" where there is none, or it is not known what it is."""
    named = verdict.use.named
    if named is None or verdict.use.name_variable or not is_name(named.text):
        return ""
    # A registry of the team that is called so is known by its name, whatever that looks like.
    return named.text if verdict.about is not None or not looks_like_a_secret(named.text) else ""
