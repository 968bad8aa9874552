"""
Which login an image gets where it stands, and what is said of that: named beside it, by its pod’s Secrets, or not at all.

Source: product page, section 6. The hosted platform pulls without a login where a step names none; Kubernetes needs a
Secret or the credential provider; elsewhere the machine asks Berth by itself.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Generic

from console.sentences import say
from registries.distribution import Reference
from registries.formats import kubernetes_name
from registries.resolution import Problem, Resolution
from registries.resolution import Verdict as Considered
from registries.specs import edits, sentences
from registries.specs.candidates import Candidates
from registries.specs.images import is_official, looks_private, place
from registries.specs.resolved import Standing, error, resolved, the_name, warning
from registries.specs.spec import Kind, Use
from registries.specs.verdicts import Finding, Fix, K, Level, Rule

_OF_SEVERAL = "berth"  # what Berth calls a Secret with the logins of several connections
_MOST_TIED = 5  # as many as a sentence names


@dataclass(frozen=True, kw_only=True)
class Standings(Generic[K]):
    """Judges the logins of one file’s images."""

    text: str
    candidates: Candidates[K]
    catalogue: Mapping[str, str]
    needed_until: date | None
    now: datetime

    def of(self, use: Use, reference: Reference) -> Standing[K]:
        """Return what is said of an image’s login."""
        resolution = self.candidates.resolve(reference, the_name(use))
        return self._named(use, resolution) if the_name(use) else self._unnamed(use, reference, resolution)

    def of_the_name_alone(self, use: Use) -> Standing[K] | None:
        """Return what is wrong with the name beside an image that is not known yet, None where nothing is."""
        name = the_name(use)
        if not name or self.candidates.called(name) is not None:
            return None
        nearest = self.candidates.nearest(name)
        fixes = edits.use_names(self.text, use, Rule.UNKNOWN_NAME, filter(None, [nearest]))
        sentence = sentences.of_unknown_name(name, nearest, ())
        return Standing(findings=(error(Rule.UNKNOWN_NAME, sentence, fixes),))

    # Named -----------------------------------------------------------------------------------------------------------

    def _named(self, use: Use, resolution: Resolution[K]) -> Standing[K]:
        if resolution.chosen is not None:
            return self._resolved(use, resolution.chosen)
        rule = _rule(resolution)
        fitting = sorted(resolution.fitting, key=lambda name: name != resolution.nearest)[: edits.MOST_OFFERED]
        fixes = edits.use_names(self.text, use, rule, fitting)
        name = the_name(use)
        about = self.candidates.called(name)
        sentence = resolution.sentence
        if about is None:
            sentence = sentences.of_unknown_name(name, resolution.nearest, resolution.fitting)
        return Standing(findings=(error(rule, sentence, fixes),), about=about)

    # Not named -------------------------------------------------------------------------------------------------------

    def _unnamed(self, use: Use, reference: Reference, resolution: Resolution[K]) -> Standing[K]:
        catalogued = place(reference) in self.catalogue
        private = looks_private(reference) and not catalogued
        if not resolution.considered:
            return Standing(findings=(_no_registry(reference) if private else self._without(reference),))
        if (mine := self._by_secret(use, resolution)) is not None:
            return self._resolved(use, mine)
        nearest = resolution.considered[0].connection
        open_to_all = catalogued or is_official(reference)
        must_be_named = use.kind is Kind.WORKFLOW or use.secrets is not None
        if open_to_all and (must_be_named or resolution.problem):
            return self._perhaps_with(use, reference, resolution)
        if resolution.chosen is not None:
            return self._held(use, reference, resolution.chosen)
        # A login for a whole public registry, for its higher limits say, makes no image there private.
        may_be_public = not private and not nearest.prefix and must_be_named
        return self._undecided(use, reference, resolution, may_be_public=may_be_public)

    def _undecided(self, use: Use, reference: Reference, resolution: Resolution[K], *, may_be_public: bool) -> Standing[K]:
        """Judge an image that is held by several connections alike, or by paused ones alone."""
        nearest = resolution.considered[0].connection
        tied = [row.connection.name for row in resolution.considered if row.verdict is Considered.TIED]
        if may_be_public and not (tied and use.kind is Kind.WORKFLOW):
            return self._perhaps_with(use, reference, resolution)
        rule = Rule.NOT_NAMED if may_be_public else _rule(resolution)
        fixes = self._naming(use, rule, tied[:_MOST_TIED])
        if may_be_public:
            sentence = sentences.not_named(reference, nearest, trouble="")
            return Standing(findings=(warning(rule, sentence, fixes),), spare=fixes)
        return Standing(findings=(error(rule, resolution.sentence, fixes),), about=None if tied else nearest)

    def _held(self, use: Use, reference: Reference, one: K) -> Standing[K]:
        """Judge an image that is held by a connection, with nothing beside it that says so."""
        gets = self._resolved(use, one)
        if use.kind is Kind.WORKFLOW:
            trouble = one.health.sentence if one.health.level is Level.ERROR else ""
            sentence = sentences.not_named(reference, one, trouble=trouble)
            fixes = edits.add_name(self.text, use, Rule.NOT_NAMED, one.name)
            return Standing(findings=(warning(Rule.NOT_NAMED, sentence, fixes),), about=one)
        if use.secrets is None:
            return gets
        rule, sentence, title = Rule.NO_PULL_SECRET, sentences.no_pull_secret(one), say("Add imagePullSecrets")
        if use.secrets.names:
            rule, sentence = Rule.OTHER_PULL_SECRET, sentences.other_pull_secret(one)
            title = say("Add {name}", name=kubernetes_name(one.name))
        finding = warning(rule, sentence, edits.use_secrets(use, rule, [one.name], title))
        return replace(gets, findings=(finding, *gets.findings))

    def _by_secret(self, use: Use, resolution: Resolution[K]) -> K | None:
        """Return the connection whose login is in a Secret that the pod names; of several, the one that resolves."""
        if use.secrets is None or not (names := use.secrets.names):
            return None
        if _OF_SEVERAL in names and resolution.chosen is not None:
            return resolution.chosen
        fitting = next((name for name in resolution.fitting if kubernetes_name(name) in names), None)
        return self.candidates.called(fitting) if fitting else None

    def _naming(self, use: Use, rule: Rule, names: Sequence[str]) -> tuple[Fix, ...]:
        """Offer to say beside an image which of several it gets, where there is a way to say it."""
        if use.kind is Kind.WORKFLOW:
            return edits.use_names(self.text, use, rule, names)
        return edits.use_secrets(use, rule, names)

    def _perhaps_with(self, use: Use, reference: Reference, resolution: Resolution[K]) -> Standing[K]:
        """Judge an image that is pulled without a login, and could be with one, should its registry ask for that."""
        spare = self._naming(use, Rule.REFUSED, resolution.fitting[: edits.MOST_OFFERED])
        return Standing(findings=(self._without(reference),), spare=spare)

    def _without(self, reference: Reference) -> Finding:
        """Say that an image is pulled without a login."""
        if name := self.catalogue.get(place(reference)):
            return Finding(level=Level.OK, rule=Rule.CATALOGUED, sentence=sentences.catalogued(name))
        sentence = sentences.PUBLIC if is_official(reference) else sentences.PERHAPS_PUBLIC
        return Finding(level=Level.OK, rule=Rule.PUBLIC, sentence=sentence)

    def _resolved(self, use: Use, one: K) -> Standing[K]:
        return resolved(self.text, use, one, now=self.now, needed_until=self.needed_until)


def _rule(resolution: Resolution[K]) -> Rule:
    return Rule(resolution.problem or Problem.UNKNOWN_NAME)


def _no_registry(reference: Reference) -> Finding:
    return warning(Rule.NO_REGISTRY, sentences.no_registry(reference))
