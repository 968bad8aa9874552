"""
Files as teams have them, each read and judged against the team of `team.py`.

What is expected stands in comments: `# error: unknown_name` in the line where a verdict stands, several rules with commas;
`# unreadable: …` in the first line, with a part of the sentence that says why. A file without comments has no images.
"""

import re
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registries.formats import as_yaml
from registries.specs.fixing import apply, difference
from registries.specs.judging import judge
from registries.specs.reading import read
from registries.specs.spec import SpecFault
from registries.specs.verdicts import Rule, Verdict
from tests.registries.specs.team import FACTS, TEAM, Kept

CORPUS = sorted(path for path in (Path(__file__).parent / "corpus").rglob("*") if path.is_file())
_EXPECTED = re.compile(r"# (ok|warning|error): ([a-z_]+(?:, [a-z_]+)*)")
_UNREADABLE = re.compile(r"# unreadable: (.+)")


def text_of(path: Path) -> str:
    return path.read_bytes().decode()


def expected_of(text: str) -> list[tuple[int, str, list[str]]]:
    rows = ((number, found) for number, line in enumerate(text.splitlines(), 1) for found in _EXPECTED.findall(line))
    return [(number, level, rules.split(", ")) for number, (level, rules) in rows]


def found_in(text: str) -> list[tuple[int, str, list[str]]]:
    return [(one.span.line, str(one.level), [str(finding.rule) for finding in one.findings]) for one in judged(text)]


def judged(text: str) -> tuple[Verdict[Kept], ...]:
    return judge(read(text), FACTS)


READABLE = [path for path in CORPUS if not _UNREADABLE.match(text_of(path).lstrip("\ufeff"))]
UNREADABLE = [path for path in CORPUS if path not in READABLE]


def named(path: Path) -> str:
    return path.name


def test_the_corpus_has_files_of_each_sort() -> None:
    assert len(CORPUS) >= 40
    assert len(UNREADABLE) >= 5


@pytest.mark.parametrize("path", READABLE, ids=named)
def test_a_file_gets_the_verdicts_that_its_comments_say(path: Path) -> None:
    text = text_of(path)

    assert sorted(found_in(text)) == expected_of(text)


@pytest.mark.parametrize("path", UNREADABLE, ids=named)
def test_a_file_that_cannot_be_read_says_why(path: Path) -> None:
    text = text_of(path)
    expected = _UNREADABLE.match(text.lstrip("\ufeff"))
    assert expected is not None

    with pytest.raises(SpecFault) as caught:
        read(text)

    assert expected[1].strip() in caught.value.sentence


def counted(verdicts: tuple[Verdict[Kept], ...]) -> Counter[Rule]:
    return Counter(finding.rule for verdict in verdicts for finding in verdict.findings)


@pytest.mark.parametrize("path", READABLE, ids=named)
def test_every_fix_leaves_a_file_that_reads_and_one_finding_less(path: Path) -> None:
    text = text_of(path)
    verdicts = judged(text)

    for verdict in verdicts:
        for finding in verdict.findings:
            for fix in finding.fixes:
                mended = apply(text, fix)

                assert counted(judged(mended))[finding.rule] < counted(verdicts)[finding.rule], (fix.title, mended)
                assert {line.kind for line in difference(text, mended)} >= {"added"}


@pytest.mark.parametrize("path", READABLE, ids=named)
def test_every_fix_of_a_file_has_a_key_of_its_own_or_changes_the_same(path: Path) -> None:
    fixes = [fix for verdict in judged(text_of(path)) for finding in verdict.findings for fix in finding.fixes]

    assert len({fix.key for fix in fixes}) == len(set(fixes))


def test_the_corpus_shows_every_rule_that_needs_no_registry_to_be_asked() -> None:
    asked = {Rule.FOUND, Rule.NO_PLATFORM, Rule.NOT_LOOKED_UP, Rule.NOT_FOUND, Rule.REFUSED, Rule.ENDS_BEFORE}

    shown = {rule for path in READABLE for rule in counted(judged(text_of(path)))}

    assert set(Rule) - asked - shown == set()


# Whatever the nesting ------------------------------------------------------------------------------------------------

NAMES = st.sampled_from([*(one.name for one in TEAM), "ghcr-nortwind", "ghcr-old", "${REGISTRY}", "true", ""])
PLACES = [f"{one.host}/{one.prefix}/web:1".replace("//", "/") for one in TEAM]
IMAGES = st.sampled_from([*PLACES, "python", "redis:latest", "https://ghcr.io/a/b", "ghcr.io/northwind-labs/x:${V}", ""])
STEPS = st.fixed_dictionaries({"image": IMAGES}, optional={"containerRegistry": NAMES})
FILES = st.lists(STEPS, max_size=6).map(
    lambda steps: {"jobs": {f"job-{number}": {"uses": "container@v1", "with": step} for number, step in enumerate(steps)}}
)


@given(FILES)
def test_n_images_get_n_verdicts_in_their_order(file: dict[str, dict[str, object]]) -> None:
    verdicts = judged(as_yaml(file))

    assert [verdict.use.owner for verdict in verdicts] == list(file["jobs"])


@given(FILES)
def test_a_fix_mends_its_image_and_touches_no_other(file: dict[str, dict[str, object]]) -> None:
    text = as_yaml(file)
    before = judged(text)

    for index, verdict in enumerate(before):
        for finding in verdict.findings:
            for fix in finding.fixes:
                after = judge(read(apply(text, fix)), FACTS)

                assert finding.rule not in [one.rule for one in after[index].findings]
                others = [(one.summary, one.sentence) for place, one in enumerate(before) if place != index]
                assert [(one.summary, one.sentence) for place, one in enumerate(after) if place != index] == others
