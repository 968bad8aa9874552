"""
The last look at what is offered: a change that is not certain by how it is written is made, and the file read again.

That costs as much as reading the file did, so it is done for a few changes of each file, and the others are not offered.
"""

from collections.abc import Sequence
from dataclasses import replace

from registries.specs.document import LARGEST_BYTES
from registries.specs.fixing import apply
from registries.specs.reading import read
from registries.specs.spec import Spec, SpecFault
from registries.specs.verdicts import Finding, Fix, K, Verdict

_MOST_READ = 24


def proven(spec: Spec, verdicts: Sequence[Verdict[K]]) -> tuple[Verdict[K], ...]:
    """Return the verdicts without the changes that would not be read as they are meant."""
    prover = _Prover(spec)
    return tuple(prover.verdict(index, verdict) for index, verdict in enumerate(verdicts))


class _Prover:
    """Reads a file again, but not more than all of it would be for the largest."""

    def __init__(self, spec: Spec) -> None:
        self._spec = spec
        self._left = min(_MOST_READ, LARGEST_BYTES // max(len(spec.text), 1))

    def verdict(self, index: int, verdict: Verdict[K]) -> Verdict[K]:
        if not any(_reads_as(fix) for finding in verdict.findings for fix in finding.fixes):
            return verdict
        return replace(verdict, findings=[self._finding(index, finding) for finding in verdict.findings])

    def _finding(self, index: int, finding: Finding) -> Finding:
        return replace(finding, fixes=tuple(fix for fix in finding.fixes if self._holds(index, fix)))

    def _holds(self, index: int, fix: Fix) -> bool:
        """Say whether the image has the name that it is to get, and all others are what they were."""
        name = _reads_as(fix)
        if not name:
            return True
        if not self._left:
            return False
        self._left -= 1
        try:
            uses = read(apply(self._spec.text, fix)).uses
        except SpecFault:
            return False
        meant = [(use.image.text, use.named.text if use.named else None) for use in self._spec.uses]
        meant[index] = meant[index][0], name
        return meant == [(use.image.text, use.named.text if use.named else None) for use in uses]


def _reads_as(fix: Fix) -> str:
    return next((edit.reads_as for edit in fix.edits if edit.reads_as), "")
