"""What is said of an image that gets a connection: how that is, until when its login is good, and what it is called now."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Generic

from registries.specs import edits, sentences
from registries.specs.spec import Use
from registries.specs.verdicts import Finding, Fix, K, Level, Rule


@dataclass(frozen=True, kw_only=True)
class Standing(Generic[K]):
    """
    What is said of an image’s login, and the connection that it is about.

    `spare` is what could be done should the image not be public after all; `at_name` says that a variable is in the name.
    """

    findings: tuple[Finding, ...]
    about: K | None = None
    spare: tuple[Fix, ...] = ()
    at_name: bool = False


def the_name(use: Use) -> str:
    """Return the name beside an image, "" where there is none or nothing is in its place, or a tag makes it in the run."""
    hidden = use.named is None or use.name_variable or not use.named.text.strip()
    return "" if hidden or use.named is None else use.named.text


def error(rule: Rule, sentence: str, fixes: tuple[Fix, ...] = ()) -> Finding:
    """Return a finding that keeps the image from being pulled."""
    return Finding(level=Level.ERROR, rule=rule, sentence=sentence, fixes=fixes)


def warning(rule: Rule, sentence: str, fixes: tuple[Fix, ...] = ()) -> Finding:
    """Return a finding that needs a look."""
    return Finding(level=Level.WARNING, rule=rule, sentence=sentence, fixes=fixes)


def resolved(text: str, use: Use, one: K, *, now: datetime, needed_until: date | None) -> Standing[K]:
    """Judge the connection that an image gets."""
    named = the_name(use)
    findings = [_health(one, now)]
    if named and named.lower() != one.name.lower():
        fixes = edits.use_names(text, use, Rule.FORMER_NAME, [one.name])
        findings.append(warning(Rule.FORMER_NAME, sentences.former_name(one, named), fixes))
    day = _last_day(one)
    if day and needed_until and day < needed_until:
        findings.append(warning(Rule.ENDS_BEFORE, sentences.ends_before(one, day, needed_until)))
    return Standing(findings=tuple(findings), about=one)


def _health(one: K, now: datetime) -> Finding:
    health, day = one.health, _last_day(one)
    sentence = sentences.resolves(one, health)
    if day and health.ends_at and health.ends_at <= now:
        # A check that failed meanwhile has words of its own for what came of that.
        return error(Rule.ENDED, sentence if health.level is Level.ERROR else sentences.ended(one, day))
    if health.level is Level.ERROR:
        return error(Rule.FAILING, sentence)
    if health.level is Level.WARNING:
        return warning(Rule.UNCHECKED, sentence)
    return Finding(level=Level.OK, rule=Rule.RESOLVES, sentence=sentence)


def _last_day(one: K) -> date | None:
    return one.health.ends_at.astimezone(UTC).date() if one.health.ends_at else None
