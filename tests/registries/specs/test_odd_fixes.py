"""Fixes of files that are written in odd ways: each leaves a file that reads as it is meant, or is not offered."""

from pathlib import Path
from time import process_time

import pytest

from registries.specs.fixing import apply
from registries.specs.judging import Facts, judge
from registries.specs.proving import proven
from registries.specs.reading import read
from registries.specs.spec import Naming
from registries.specs.verdicts import Edit, Finding, Fix, Level, Rule, Verdict
from tests.registries.specs.team import FACTS, NOW, Kept
from tests.registries.specs.test_corpus import READABLE, named, text_of

ONE = Facts(connections=(Kept("az", "a.example", "x"), Kept("bz", "a.example", "y"), Kept("hub", "docker.io")), now=NOW)
GRAVITY = (Level.OK, Level.WARNING, Level.ERROR)


def fixes_of(text: str, facts: Facts[Kept] = ONE) -> list[Fix]:
    return [fix for verdict in judge(read(text), facts) for finding in verdict.findings for fix in finding.fixes]


def mended(text: str) -> list[str]:
    return [apply(text, fix) for fix in fixes_of(text)]


# Empty and odd values ------------------------------------------------------------------------------------------------

NOT_OFFERED = [
    "image: a.example/x/y:1\n? containerRegistry\nreplicas: 2\n",
    "jobs:\n  j:\n    with:\n      image: a.example/x/y:1\n      ? containerRegistry\n      replicas: 2\n",
    "image: a.example/x/y:1\nreplicas: 2\n? containerRegistry",
    "image: a.example/x/y:1\nreplicas: 2\n? containerRegistry # note:",
    "{image: 'a.example/x/y:1', containerRegistry}",
    "{image: 'a.example/x/y:1', 'containerRegistry'}",
    "image: a.example/x/y:1\ncontainerRegistry: !!binary YXo=\n",
    "image: a.example/x/y:1\ncontainerRegistry: !Ref wrong\n",
    "image: a.example/x/y:1\ncontainerRegistry: &a\n",
]


@pytest.mark.parametrize("text", NOT_OFFERED)
def test_nothing_is_offered_where_a_name_has_no_place(text: str) -> None:
    assert len(read(text).uses) == 1
    assert fixes_of(text) == []


OFFERED = [
    ('{"image": "a.example/x/y:1", "containerRegistry": null}', '{"image": "a.example/x/y:1", "containerRegistry": "az"}'),
    ('{"image": "a.example/x/y:1", "containerRegistry": ""}', '{"image": "a.example/x/y:1", "containerRegistry": "az"}'),
    ('{"image": "a.example/x/y:1", "containerRegistry": "zz"}', '{"image": "a.example/x/y:1", "containerRegistry": "az"}'),
    ("{image: 'a.example/x/y:1', containerRegistry: }", "{image: 'a.example/x/y:1', containerRegistry: az}"),
    ("{image: 'a.example/x/y:1', containerRegistry: , n: 2}", "{image: 'a.example/x/y:1', containerRegistry: az, n: 2}"),
    ("image: a.example/x/y:1\ncontainerRegistry: # n\n", "image: a.example/x/y:1\ncontainerRegistry: az # n\n"),
    ("image: a.example/x/y:1\ncontainerRegistry:", "image: a.example/x/y:1\ncontainerRegistry: az"),
    ("image: a.example/x/y:1\n? containerRegistry\n:\n", "image: a.example/x/y:1\n? containerRegistry\n: az\n"),
]


@pytest.mark.parametrize(("text", "expected"), OFFERED)
def test_a_name_takes_the_place_of_nothing_as_the_file_is_written(text: str, expected: str) -> None:
    assert mended(text) == [expected]
    assert [use.named.text for use in read(expected).uses if use.named] == ["az"]


def test_a_change_that_is_not_read_as_it_is_meant_is_not_offered() -> None:
    spec = read("image: a.example/x/y:1\ncontainerRegistry: # a note\n")
    [verdict] = judge(spec, ONE)
    inside = Fix(key="1", title="", edits=(Edit(len(spec.text) - 1, len(spec.text) - 1, "az", reads_as="az"),))
    broken = Fix(key="2", title="", edits=(Edit(0, 0, "{", reads_as="az"),))
    good = Fix(key="3", title="", edits=(Edit(len(spec.text) - 9, len(spec.text) - 9, " az ", reads_as="az"),))
    finding = Finding(level=Level.ERROR, rule=Rule.UNKNOWN_NAME, sentence="", fixes=(inside, broken, good))
    offered: Verdict[Kept] = Verdict(
        use=verdict.use, reference=None, about=None, span=verdict.span, findings=[finding], summary=""
    )

    [left] = proven(spec, [offered])

    assert left.findings[0].fixes == (good,)


def test_a_file_is_not_read_again_for_each_of_its_images() -> None:
    row = "  {i}: {{with: {{image: 'a.example/x/y:{i}', containerRegistry: }}}}\n"
    text = "jobs:\n" + "".join(row.format(i=i) for i in range(500))
    started = process_time()

    verdicts = judge(read(text), ONE)

    assert process_time() - started < 2
    assert 0 < sum(bool(finding.fixes) for verdict in verdicts for finding in verdict.findings) <= 24


def test_of_five_hundred_plain_empty_names_each_gets_its_fix() -> None:
    row = "  j{i}:\n    with:\n      image: a.example/x/y:{i}\n      containerRegistry:\n"
    text = "jobs:\n" + "".join(row.format(i=i) for i in range(500))

    assert len(fixes_of(text)) == 500


# Names of several images ---------------------------------------------------------------------------------------------

DEFAULTS = """
defaults: {containerRegistry: bz}
jobs:
  a:
    with:
      image: a.example/x/a:1
  b:
    with:
      image: a.example/y/b:1
"""
MERGED = """
a: &b
  image: a.example/x/a:1
  containerRegistry: bz
c:
  <<: *b
  image: a.example/y/b:1
"""
MERGED_NAME = """
x: &b {containerRegistry: az}
jobs:
  a:
    with:
      <<: *b
      image: a.example/x/a:1
  b:
    with:
      <<: *b
      image: a.example/y/b:1
"""
ANCHORED = """
jobs:
  a: {with: {image: "a.example/x/a:1", containerRegistry: &r bz}}
  b: {with: {image: "a.example/y/b:1", containerRegistry: *r}}
"""
ALIAS = """
jobs:
  a: {with: {image: "a.example/x/a:1", containerRegistry: &r az}}
  b: {with: {image: "a.example/y/b:1", containerRegistry: *r}}
"""
OF_SEVERAL = [
    (DEFAULTS, [DEFAULTS.replace("x/a:1\n", "x/a:1\n      containerRegistry: az\n")]),
    (MERGED, []),
    (MERGED_NAME, [MERGED_NAME.replace("y/b:1\n", "y/b:1\n      containerRegistry: bz\n")]),
    (ANCHORED, []),
    (ALIAS, [ALIAS.replace("*r", "bz")]),
]


@pytest.mark.parametrize(("text", "expected"), OF_SEVERAL)
def test_a_name_that_others_share_stays_and_another_is_put_beside_the_image(text: str, expected: list[str]) -> None:
    assert mended(text) == expected
    for after in expected:
        assert {verdict.level for verdict in judge(read(after), ONE)} == {Level.OK}


def test_a_name_in_the_defaults_that_is_for_one_image_is_replaced_there() -> None:
    text = "defaults: {containerRegistry: bz}\njobs: {a: {with: {image: 'a.example/x/a:1'}}}\n"

    assert read(text).uses[0].naming is Naming.IN_PLACE
    assert mended(text) == [text.replace("bz", "az")]


def levels(text: str, facts: Facts[Kept]) -> dict[tuple[str, str], int]:
    """Return how grave the gravest verdict is over each image in a place."""
    found: dict[tuple[str, str], int] = {}
    for verdict in judge(read(text), facts):
        key = verdict.use.owner, verdict.use.image.text
        found[key] = max(found.get(key, 0), GRAVITY.index(verdict.level))
    return found


def no_other_gets_graver(text: str, facts: Facts[Kept]) -> int:
    before, count = levels(text, facts), 0
    for verdict in judge(read(text), facts):
        for fix in (fix for finding in verdict.findings for fix in finding.fixes):
            after = levels(apply(text, fix), facts)
            graver = {key for key, level in after.items() if key in before and level > before[key]}
            assert graver == set(), (fix.title, graver)
            count += 1
    return count


@pytest.mark.parametrize("path", READABLE, ids=named)
def test_no_fix_of_the_corpus_makes_another_image_fail(path: Path) -> None:
    no_other_gets_graver(text_of(path), FACTS)


@pytest.mark.parametrize("text", [text for text, _ in OF_SEVERAL])
def test_no_fix_of_a_shared_name_makes_another_image_fail(text: str) -> None:
    assert no_other_gets_graver(text, ONE) == len(fixes_of(text))


def test_fixes_of_the_corpus_are_among_those() -> None:
    assert sum(no_other_gets_graver(text_of(path), FACTS) for path in READABLE) > 40
