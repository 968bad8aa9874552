"""The nearest of a team’s names, which is what `difflib` would find by comparing each."""

from difflib import SequenceMatcher

from hypothesis import given
from hypothesis import strategies as st

from registries.resolution import Names

NAMES = st.text("abAB1-", min_size=1, max_size=12)


def by_comparing_each(asked: str, names: list[str]) -> str:
    rows = [(-SequenceMatcher(a=name.lower(), b=asked.lower()).ratio(), name.lower(), name) for name in names]
    return min((row for row in rows if row[0] <= -0.6), default=(0, "", ""))[2]


@given(NAMES, st.lists(NAMES, max_size=20))
def test_the_nearest_name_is_the_one_that_comparing_each_finds(asked: str, names: list[str]) -> None:
    assert Names(names).nearest(asked) == by_comparing_each(asked, names)


def test_one_misspelt_name_among_a_thousand_is_found() -> None:
    names = Names(f"registry-{number:04}" for number in range(1000))

    assert names.nearest("regstry-0420") == "registry-0420"


def test_a_text_that_is_too_long_for_a_name_is_near_to_none() -> None:
    assert Names(["a" * 64]).nearest("a" * 65) == ""
