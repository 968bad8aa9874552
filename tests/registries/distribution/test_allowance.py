"""The pulls that are left: what a registry says of them, and what of it adds up."""

import pytest

from registries.distribution import Allowance
from tests.fake_registry import FakeRegistry
from tests.registries.distribution.test_client import CANARY, signed_in


@pytest.mark.parametrize(
    ("limit", "left", "allowance"),
    [
        ("100;w=21600", "76;w=21600", Allowance(76, 100, 21600)),
        (" 200;w=3600 ", "0;w=3600", Allowance(0, 200, 3600)),
        ("100;w=21600", "", None),
        ("", "76;w=21600", None),
        ("100", "76", None),
        ("100;w=21600", "76;w=3600", None),
        ("100;w=21600", "101;w=21600", None),
        ("0;w=21600", "0;w=21600", None),
        ("-1;w=21600", "-1;w=21600", None),
        ("100;w=0", "76;w=0", None),
        ("100;w=9999999", "76;w=9999999", None),
        ("1000000;w=21600", "76;w=21600", None),
        ("100;w=21600;x", "76;w=21600;x", None),
        ("١٠٠;w=21600", "76;w=21600", None),
        (CANARY, CANARY, None),
        ("9" * 5000, "9" * 5000, None),
    ],
)
def test_the_pulls_that_are_left_are_told_where_they_add_up(limit: str, left: str, allowance: Allowance | None) -> None:
    registry = FakeRegistry()
    registry.images["team/app"]["1"].headers.extend([("ratelimit-limit", limit), ("ratelimit-remaining", left)])

    assert signed_in(registry).manifest("team/app", "1").allowance == allowance
