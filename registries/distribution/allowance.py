"""
How many pulls are left, where a registry counts them and says so: Docker Hub's `ratelimit-*` headers.

Source: reference page, section 2.8. They come with the answer to a manifest, as `100;w=21600`: a number, and the length of
its window in seconds. What is no such pair, or says something absurd, is taken for silence.
"""

import re
from dataclasses import dataclass
from typing import Self

from registries.distribution.answers import Answer

_COUNT = re.compile(r"([0-9]{1,6});w=([0-9]{1,7})", re.ASCII)
_SHORTEST_WINDOW, _LONGEST_WINDOW = 60, 31 * 24 * 60 * 60


@dataclass(frozen=True)
class Allowance:
    """`left` of `limit` pulls may still be made in a window of `window_seconds`."""

    left: int
    limit: int
    window_seconds: int

    @classmethod
    def read(cls, answer: Answer) -> Self | None:
        """Return what an answer says of the pulls that are left, or None where it says nothing that adds up."""
        limit = _COUNT.fullmatch(answer.header("ratelimit-limit").strip())
        left = _COUNT.fullmatch(answer.header("ratelimit-remaining").strip())
        if limit is None or left is None or limit[2] != left[2]:
            return None
        allowance = cls(int(left[1]), int(limit[1]), int(limit[2]))
        adds_up = allowance.left <= allowance.limit and _SHORTEST_WINDOW <= allowance.window_seconds <= _LONGEST_WINDOW
        return allowance if adds_up and allowance.limit else None
