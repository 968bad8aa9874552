"""A team's connections by where they lead and what they are called, so that many images are resolved at little cost."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Generic

from registries.distribution import Reference
from registries.resolution import Names, Resolution, canonical_host, prefixes_of, resolve
from registries.resolution.answer import C


class Candidates(Generic[C]):
    """
    The connections that are asked, each image once.

    `resolve` is given those alone that hold the image, paused ones too, and the one that is named: of a thousand others
    none could change the answer, but for their names.
    """

    def __init__(self, connections: Sequence[C], former: Mapping[str, str]) -> None:
        self._former = former
        self._names = Names(one.name for one in connections)
        self._called = {one.name.lower(): one for one in connections}
        self._at: dict[tuple[str, str], list[C]] = defaultdict(list)
        for one in connections:
            self._at[canonical_host(one.host), one.prefix].append(one)
        self._resolved: dict[tuple[object, ...], Resolution[C]] = {}

    def resolve(self, reference: Reference, named: str = "") -> Resolution[C]:
        """Resolve an image; `considered` has only those that were asked."""
        host = canonical_host(reference.host)
        places = tuple((host, prefix) for prefix in prefixes_of(reference.repository) if (host, prefix) in self._at)
        # Of what is not named, the answer is the same for all images in one place.
        key = (places, named, "" if places and not named else (host, reference.repository))
        if key not in self._resolved:
            self._resolved[key] = self._resolve(reference, places, named)
        return replace(self._resolved[key], reference=reference)

    def called(self, name: str) -> C | None:
        """Return the one of this name, a former one too; None where there is none."""
        return self._called.get(name.lower()) or self._called.get(self._former.get(name.lower(), "").lower())

    def nearest(self, name: str) -> str:
        """Return the name that is nearest to an unknown one, "" where none is near."""
        return self._names.nearest(name)

    def _resolve(self, reference: Reference, places: Sequence[tuple[str, str]], named: str) -> Resolution[C]:
        mine = self.called(named)
        if mine is not None:
            alone = resolve(reference, [mine], named=named, former=self._former)
            if alone.chosen:
                return alone
        there = [one for where in places for one in self._at[where] if one is not mine]
        asked = there if mine is None else [mine, *there]
        return resolve(reference, asked, named=named, former=self._former, names=self._names)
