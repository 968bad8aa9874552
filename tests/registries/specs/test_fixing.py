"""Fixes: what they change and nothing else, that they mend what they were offered for, and how they are shown."""

from dataclasses import replace
from difflib import SequenceMatcher
from itertools import combinations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registries.specs import fixing
from registries.specs.fixing import MOST_COMPARED, Line, apply, difference, find_fix
from registries.specs.judging import Facts, judge
from registries.specs.spec import Kind, PullSecrets, Spec
from registries.specs.verdicts import Edit, Fix, Rule, Verdict
from tests.registries.specs.team import FACTS, MOCK, NOW, Kept
from tests.registries.specs.writing import file_of, word

IMAGE = "ghcr.io/northwind-labs/evaluator:1"


def fixes_of(spec: Spec, facts: Facts[Kept] = FACTS) -> list[Fix]:
    return [fix for verdict in judge(spec, facts) for finding in verdict.findings for fix in finding.fixes]


def mended(spec: Spec, facts: Facts[Kept] = FACTS) -> list[str]:
    return [apply(spec.text, fix) for fix in fixes_of(spec, facts)]


# What is changed -----------------------------------------------------------------------------------------------------

REPLACED = [
    ("ghcr-nortwind", "ghcr-northwind"),
    ("'ghcr-nortwind'", "'ghcr-northwind'"),
    ('"ghcr-nortwind"', '"ghcr-northwind"'),
]


@pytest.mark.parametrize(("written", "expected"), REPLACED)
def test_a_name_is_replaced_in_the_quotes_that_it_has(written: str, expected: str) -> None:
    assert mended(file_of(IMAGE, written)) == [f"image: {IMAGE}\ncontainerRegistry: {expected}\n"]


@pytest.mark.parametrize("written", ["", "~", "null", "''"])
def test_a_name_takes_the_place_of_nothing(written: str) -> None:
    spec = file_of(IMAGE, written)
    use = spec.uses[0]
    assert use.named is not None
    spec = replace(spec, uses=(replace(use, named=replace(use.named, text="")),))

    name = "'ghcr-northwind'" if written == "''" else "ghcr-northwind"
    assert mended(spec) == [f"image: {IMAGE}\ncontainerRegistry: {name}\n"]


def test_a_name_right_behind_its_colon_gets_a_space() -> None:
    text = f"image: {IMAGE}\ncontainerRegistry:\n"
    use = replace(file_of(IMAGE).uses[0], named=word(text, "", len(text) - 1), gap=None)

    assert mended(Spec(text=text, uses=(use,))) == [f"image: {IMAGE}\ncontainerRegistry: ghcr-northwind\n"]


@pytest.mark.parametrize("written", ['"ghcr\\x2dnortwind"', "!!str ghcr-nortwind", ">-\n  ghcr-nortwind"])
def test_what_does_not_stand_there_as_it_reads_is_left_to_people(written: str) -> None:
    spec = file_of(IMAGE, written)
    use = spec.uses[0]
    assert use.named is not None

    assert mended(replace(spec, uses=(replace(use, named=replace(use.named, text="ghcr-nortwind")),))) == []


def test_an_alias_is_replaced_where_it_stands() -> None:
    spec = file_of(IMAGE, "*registry")
    use = spec.uses[0]
    assert use.named is not None

    assert mended(replace(spec, uses=(replace(use, named=replace(use.named, text="ghcr-nortwind")),))) == [
        f"image: {IMAGE}\ncontainerRegistry: ghcr-northwind\n"
    ]


def test_a_step_without_a_name_gets_a_line() -> None:
    assert mended(file_of(IMAGE)) == [f"image: {IMAGE}\ncontainerRegistry: ghcr-northwind\n"]


def test_nothing_is_offered_where_nothing_can_be_put_in() -> None:
    spec = file_of(IMAGE)

    assert fixes_of(replace(spec, uses=(replace(spec.uses[0], gap=None),))) == []


@pytest.mark.parametrize("name", ["true", "No", "null", "007", "1e3", "y", "2026-11-12"])
def test_a_name_that_yaml_would_read_as_something_else_is_quoted(name: str) -> None:
    facts = Facts(connections=(Kept(name, "a.example"),), now=NOW)

    assert mended(file_of("a.example/b:1"), facts) == [f'image: a.example/b:1\ncontainerRegistry: "{name}"\n']


SECRETS: list[tuple[tuple[str, ...], str]] = [
    ((), "imagePullSecrets: [{name: ghcr-northwind}]"),
    (("regcred",), "imagePullSecrets: [{name: regcred}, {name: ghcr-northwind}]"),
]


@pytest.mark.parametrize(("there", "expected"), SECRETS)
def test_a_pod_gets_the_secret_that_berth_would_write(there: tuple[str, ...], expected: str) -> None:
    spec = file_of(IMAGE, kind=Kind.KUBERNETES, secrets=there)

    assert mended(spec) == [f"image: {IMAGE}\n{expected}\n"]


def test_two_images_of_a_pod_offer_one_change_under_one_key() -> None:
    [use] = file_of(IMAGE, kind=Kind.KUBERNETES, secrets=()).uses

    keys = [fix.key for fix in fixes_of(Spec(text=f"image: {IMAGE}\n", uses=(use, use)))]

    assert len(keys) == 2
    assert len(set(keys)) == 1


# What a fix is found by ----------------------------------------------------------------------------------------------


def test_a_fix_is_found_by_its_key_and_by_no_other() -> None:
    spec = file_of("registry.gitlab.com/northwind/web:1")
    verdicts: tuple[Verdict[Kept], ...] = judge(spec, FACTS)
    first, second = fixes_of(spec)

    assert (find_fix(verdicts, first.key), find_fix(verdicts, second.key)) == (first, second)
    assert find_fix(verdicts, "0-ambiguous-gitlab-web") is None


def test_a_key_means_the_same_after_the_team_has_changed() -> None:
    spec = file_of("registry.gitlab.com/northwind/web:1")
    more = replace(FACTS, connections=(*FACTS.connections, Kept("aa", "registry.gitlab.com", "northwind/web")))

    now = {fix.key: apply(spec.text, fix) for fix in fixes_of(spec)}
    later = {fix.key: apply(spec.text, fix) for fix in fixes_of(spec, more)}

    assert now.items() <= later.items()


# What a fix mends ----------------------------------------------------------------------------------------------------

IMAGES = [
    IMAGE,
    "registry.gitlab.com/northwind/web:1",
    "quay.io/northwind/a:1",
    "https://ghcr.io/northwind-labs/e",
    "python",
    "harbor.northwind.example/ml/x",
    "registry.digitalocean.com/northwind/publisher:${V}",
    "Python:3",
]
NAMES = [None, "ghcr-nortwind", "gar-training", "ghcr-old", "gitlab", "quay-resting", "acr-vision"]


def again(text: str, named: str | None, kind: Kind, secrets: tuple[str, ...] | None) -> Spec:
    """Read such a file as the fixes of this page leave it."""
    rows = dict(line.split(": ", 1) for line in text.splitlines())
    pulled = rows.get("imagePullSecrets")
    listed = secrets if pulled is None else tuple(part.strip(" []{}").removeprefix("name: ") for part in pulled.split(","))
    return file_of(rows["image"], rows.get("containerRegistry", named), kind=kind, secrets=listed)


@pytest.mark.parametrize("named", NAMES)
@pytest.mark.parametrize("image", IMAGES)
@pytest.mark.parametrize(
    ("kind", "secrets"), [(Kind.WORKFLOW, None), (Kind.KUBERNETES, ()), (Kind.KUBERNETES, ("regcred",))]
)
def test_what_a_fix_was_offered_for_is_found_no_more(
    kind: Kind, secrets: tuple[str, ...] | None, image: str, named: str | None
) -> None:
    spec = file_of(image, named, kind=kind, secrets=secrets)
    [verdict] = judge(spec, FACTS)

    for finding in verdict.findings:
        for fix in finding.fixes:
            [after] = judge(again(apply(spec.text, fix), named, kind, secrets), FACTS)

            assert finding.rule not in [one.rule for one in after.findings]


def test_the_fixes_of_the_mock_are_among_those() -> None:
    offered = {
        finding.rule
        for image in IMAGES
        for named in NAMES
        for verdict in judge(file_of(image, named), FACTS)
        for finding in verdict.findings
        if finding.fixes
    }

    assert offered >= {Rule.UNKNOWN_NAME, Rule.NOT_NAMED, Rule.WRONG_HOST, Rule.AMBIGUOUS, Rule.FORMER_NAME, Rule.MALFORMED}


# How a change is shown -----------------------------------------------------------------------------------------------

LINES = st.lists(st.sampled_from(["a", "b", "c", ""]), max_size=30)


def put_together(before: str, lines: tuple[Line, ...]) -> str:
    """Return what a difference makes of a text: what it says went, goes, and what came stands at its number."""
    gone = {line.before for line in lines if line.kind == "removed"}
    kept = iter([text for number, text in enumerate(before.splitlines(), 1) if number not in gone])
    come = {line.after: line.text for line in lines if line.kind == "added"}
    count = len(before.splitlines()) - len(gone) + len(come)
    return "".join(f"{come[number] if number in come else next(kept)}\n" for number in range(1, count + 1))


@given(LINES, LINES)
def test_a_difference_says_all_that_changed(old: list[str], new: list[str]) -> None:
    before, after = ("".join(f"{line}\n" for line in lines) for lines in (old, new))

    lines = difference(before, after)

    assert put_together(before, lines) == after
    assert (lines == ()) == (before == after)


@given(LINES, LINES, st.sampled_from(["\n", "\r\n", "\r", "\u2028"]))
def test_the_lines_of_a_difference_stand_at_their_numbers(old: list[str], new: list[str], end: str) -> None:
    before, after = end.join(old), end.join(new)

    for line in difference(before, after):
        assert line.before is None or before.splitlines()[line.before - 1] == line.text
        assert line.after is None or after.splitlines()[line.after - 1] == line.text


def test_a_difference_shows_three_lines_around_a_change() -> None:
    before = "\n".join(f"line {number}" for number in range(1, 30))
    after = before.replace("line 10\n", "line ten\n")

    assert [(line.kind, line.text, line.before, line.after) for line in difference(before, after)] == [
        ("same", "line 7", 7, 7),
        ("same", "line 8", 8, 8),
        ("same", "line 9", 9, 9),
        ("removed", "line 10", 10, None),
        ("added", "line ten", None, 10),
        ("same", "line 11", 11, 11),
        ("same", "line 12", 12, 12),
        ("same", "line 13", 13, 13),
    ]


def test_two_changes_far_apart_leave_out_what_is_between() -> None:
    before = "\n".join(f"line {number}" for number in range(1, 60))
    after = before.replace("line 10\n", "line ten\n").replace("line 50\n", "")

    numbers = [line.before for line in difference(before, after)]

    assert numbers == [7, 8, 9, 10, None, 11, 12, 13, 47, 48, 49, 50, 51, 52, 53]


@pytest.mark.parametrize("end", ["\n", "\x85", "\u2028"])
def test_only_so_many_lines_are_compared_and_beyond_them_all_went_and_came(
    end: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    compared: list[int] = []

    def matcher(*, a: list[str], b: list[str], **options: Any) -> "SequenceMatcher[str]":
        compared.append(max(len(a), len(b)))
        return SequenceMatcher(a=a, b=b, **options)

    monkeypatch.setattr(fixing, "SequenceMatcher", matcher)

    def shown(count: int) -> tuple[Line, ...]:
        between = f"same{end}" * (count - 2)
        before, after = (f"{one}{end}{between}{one}{end}" for one in ("old", "new"))
        around = f"far{end}" * 50_000
        return difference(f"{around}{before}{around}", f"{around}{after}{around}")

    few, many = shown(MOST_COMPARED), shown(MOST_COMPARED + 1)

    assert compared == [MOST_COMPARED + 6]
    assert [line.kind for line in few].count("removed") == 2
    assert [line.kind for line in many] == [
        *["same"] * 3, *["removed"] * (MOST_COMPARED + 1), *["added"] * (MOST_COMPARED + 1), *["same"] * 3
    ]  # fmt: skip
    assert [line.before for line in many[:4]] == [49_998, 49_999, 50_000, 50_001]
    assert many[-1].after == 50_000 + MOST_COMPARED + 1 + 3


def test_many_lines_that_come_at_the_ends_of_a_text_are_told_at_their_numbers() -> None:
    long = "".join(f"line {number}\n" for number in range(MOST_COMPARED + 1))

    for before, after in (("", long), (long, ""), ("a\n", f"a\n{long}"), ("a\n", f"{long}a\n"), (long, "b\n" * 500)):
        assert put_together(before, difference(before, after)) == after


@given(st.lists(st.integers(0, 12), min_size=6, max_size=6), st.text("xy", max_size=3))
def test_edits_are_offsets_into_the_text_as_it_was(places: list[int], new: str) -> None:
    text, spans = "abcdefghijkl", sorted(places)
    pairs = list(zip(spans[::2], spans[1::2], strict=True))
    apart = all(one[1] < other[0] or one == other for one, other in combinations(pairs, 2))
    edits = tuple(Edit(start=start, end=end, text=new) for start, end in dict.fromkeys(pairs))

    changed = apply(text, Fix(key="", title="", edits=edits))

    if apart and len(edits) == len(pairs):
        (a, b), (c, d), (e, f) = pairs
        assert changed == f"{text[:a]}{new}{text[b:c]}{new}{text[d:e]}{new}{text[f:]}"


def test_a_list_of_secrets_gets_its_entry_where_the_reader_says() -> None:
    text = f"image: {IMAGE}\nimagePullSecrets:\n- name: regcred\n"
    use = file_of(IMAGE, kind=Kind.KUBERNETES).uses[0]
    assert use.gap is not None
    secrets = PullSecrets(
        names=("regcred",), span=None, gap=None, add=replace(use.gap, at=len(text) - 1, before="\n- ", after="")
    )

    assert mended(Spec(text=text, uses=(replace(use, secrets=secrets),)), Facts(connections=MOCK, now=NOW)) == [
        f"image: {IMAGE}\nimagePullSecrets:\n- name: regcred\n- {{name: ghcr-northwind}}\n"
    ]
