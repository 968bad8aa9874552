"""
The verdicts over a file’s images: what is wrong with each, or which login it gets.

Source: product page, sections 6 and 7. Whether a login is named beside an image, by its pod, or not at all decides what is
asked of it (`standing.py`); the rest is the same for all: the reference itself, its tag, and what its registry said.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Generic

from console.sentences import together
from registries.distribution import Reference
from registries.specs import edits, sentences
from registries.specs.candidates import Candidates
from registries.specs.images import Written, holds_variable, read_image
from registries.specs.malformed import Wrong
from registries.specs.proving import proven
from registries.specs.resolved import Standing, error, the_name
from registries.specs.spec import Span, Spec, Use
from registries.specs.standing import Standings
from registries.specs.verdicts import Finding, K, Level, Looked, Rule, Verdict

_GRAVEST_FIRST = (Level.ERROR, Level.WARNING, Level.OK)
# What is said of the image itself, even where a name stands beside it.
_OF_THE_IMAGE = frozenset(
    {Rule.MALFORMED, Rule.VARIABLE, Rule.NO_TAG, Rule.LATEST, Rule.NOT_FOUND, Rule.NO_PLATFORM, Rule.NOT_LOOKED_UP}
)
# With these it is not decided which login an image gets, or which image it is, and so its registry cannot be asked for it.
_UNDECIDED = frozenset({Rule.UNKNOWN_NAME, Rule.WRONG_HOST, Rule.WRONG_PREFIX, Rule.PAUSED, Rule.AMBIGUOUS, Rule.VARIABLE})


@dataclass(frozen=True, kw_only=True)
class Facts(Generic[K]):
    """
    What is known when a file is judged.

    `former` maps former names, in lower case, to the present ones; `catalogue` images without a tag, such as
    "docker.io/tensorflow/tensorflow", to what they are called there; `looked` an image and the name of the connection it
    was asked with, "" for none, to what its registry said. `now` is aware.
    """

    connections: Sequence[K]
    now: datetime
    former: Mapping[str, str] = field(default_factory=dict)
    catalogue: Mapping[str, str] = field(default_factory=dict)
    needed_until: date | None = None
    looked: Mapping[tuple[str, str], Looked] = field(default_factory=dict)


def judge(spec: Spec, facts: Facts[K]) -> tuple[Verdict[K], ...]:
    """Return a verdict for each image, in their order."""
    standings = Standings(
        text=spec.text,
        candidates=Candidates(facts.connections, facts.former),
        catalogue=facts.catalogue,
        needed_until=facts.needed_until,
        now=facts.now,
    )
    return proven(spec, [_verdict(spec.text, use, standings, facts.looked) for use in spec.uses])


def to_look_up(verdict: Verdict[K]) -> tuple[Reference, K | None] | None:
    """Return an image and whose login it is asked for with, None for nobody’s; None where it is not known what to ask."""
    return (verdict.reference, verdict.about) if verdict.reference and _decided(verdict.findings) else None


def _verdict(text: str, use: Use, standings: Standings[K], looked: Mapping[tuple[str, str], Looked]) -> Verdict[K]:
    if use.fault:
        return _made(use, Standing(findings=(_error(use.fault),)), Written())
    written = Written(tag_known=False) if use.variable else read_image(use.image.text, use.kind)
    if written.wrong:
        return _made(use, Standing(findings=(_malformed(text, use, written.wrong),)), written)
    standing = _standing(use, written, standings)
    seen = None
    if written.reference and written.tag_known and _decided(standing.findings):
        seen = looked.get((str(written.reference), standing.about.name if standing.about else ""))
    findings = [*standing.findings, *_about_the_tag(written), *([_offering(seen, standing)] if seen else [])]
    return _made(use, replace(standing, findings=tuple(findings)), written, seen)


def _standing(use: Use, written: Written, standings: Standings[K]) -> Standing[K]:
    """Return which login it gets, as far as that is known before the file is run."""
    hidden = Finding(level=Level.WARNING, rule=Rule.VARIABLE, sentence=sentences.VARIABLE)
    if use.name_fault:
        return Standing(findings=(error(Rule.UNKNOWN_NAME, use.name_fault),), at_name=True)
    if use.name_variable or holds_variable(the_name(use)):
        return Standing(findings=(replace(hidden, sentence=sentences.NAME_VARIABLE),), at_name=True)
    if written.reference is None:
        unknown = standings.of_the_name_alone(use)
        return unknown or Standing(findings=(hidden,))
    standing = standings.of(use, written.reference)
    return standing if written.tag_known else replace(standing, findings=(*standing.findings, hidden))


def _decided(findings: Sequence[Finding]) -> bool:
    return not any(finding.rule in _UNDECIDED for finding in findings)


def _about_the_tag(written: Written) -> Iterator[Finding]:
    if written.reference and written.tag_fault:
        rule, sentence = (Rule.LATEST, sentences.LATEST) if written.reference.tag else (Rule.NO_TAG, sentences.NO_TAG)
        yield Finding(level=Level.WARNING, rule=rule, sentence=sentence)


def _offering(seen: Looked, standing: Standing[K]) -> Finding:
    """Return what a registry said, with the login that would do where nobody’s was refused."""
    refused = seen.finding.rule in (Rule.REFUSED, Rule.NOT_FOUND)
    return replace(seen.finding, fixes=standing.spare) if refused and standing.spare else seen.finding


def _malformed(text: str, use: Use, wrong: Wrong) -> Finding:
    fixes = edits.use_image(text, use, Rule.MALFORMED, wrong.title, wrong.mended) if wrong.mended else ()
    return replace(_error(wrong.sentence), fixes=fixes)


def _error(sentence: str) -> Finding:
    return Finding(level=Level.ERROR, rule=Rule.MALFORMED, sentence=sentence)


def _made(use: Use, standing: Standing[K], written: Written, seen: Looked | None = None) -> Verdict[K]:
    """Return a verdict of what is gravest alone."""
    levels = [finding.level for finding in standing.findings]
    level = next(level for level in _GRAVEST_FIRST if level in levels)
    findings = [finding for finding in standing.findings if finding.level is level]
    first, about = findings[0].rule, standing.about
    if written.by_default and not written.wrong:
        findings[-1] = replace(findings[-1], sentence=together(findings[-1].sentence, sentences.BY_DEFAULT))
    return Verdict(
        use=use,
        reference=written.reference if written.tag_known else None,
        about=about,
        span=_span(use, first, at_name=standing.at_name),
        findings=tuple(findings),
        summary=sentences.summary(
            first,
            image=use.image.text if written.reference and not written.by_default else str(written.reference or ""),
            named=the_name(use),
            about=about,
        ),
        looked=seen,
    )


def _span(use: Use, rule: Rule, *, at_name: bool) -> Span:
    if use.named is not None and (at_name or (the_name(use) and rule not in _OF_THE_IMAGE)):
        return use.named.span
    return use.image.span
