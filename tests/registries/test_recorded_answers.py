"""A check says what is so, whatever each registry's own way of saying it."""

import pytest

from registries.flavors import FLAVORS
from registries.health import examine
from registries.outcomes import Outcome, Step
from tests.registries.flavor_table import TABLE, made
from tests.registries.recorded_answers import RECORDED, Recorded, ScriptedWay

TYPED = {row.slug: row.typed for row in TABLE}


@pytest.mark.parametrize("row", RECORDED, ids=lambda row: f"{row.slug}: {row.what}")
def test_a_check_reads_what_a_registry_means(row: Recorded) -> None:
    flavor = made(row.slug, {**TYPED[row.slug], **row.typed})
    way = ScriptedWay(flavor.origin, row.script)

    finding = examine(flavor, way, purpose=row.purpose, test_image=row.image)

    step = finding.steps[list(Step).index(row.step)]
    assert (finding.outcome, step.state, step.fact, step.said) == (row.outcome, row.state, row.fact, row.said)
    assert row.hint in step.fix
    assert bool(row.hint) == bool(step.fix)
    assert len(way.asked) == len(row.script)


@pytest.mark.parametrize("row", [row for row in RECORDED if not row.image], ids=lambda row: f"{row.slug}: {row.what}")
def test_without_a_test_image_no_more_is_asked_than_is_on_record(row: Recorded) -> None:
    flavor = made(row.slug, {**TYPED[row.slug], **row.typed})
    way = ScriptedWay(flavor.origin, row.script)

    examine(flavor, way, purpose=row.purpose, test_image="")

    assert not set(way.beyond) & set(way.asked)


def test_every_flavor_has_answers_on_record() -> None:
    assert {row.slug for row in RECORDED} == set(FLAVORS)


def test_every_row_says_where_it_is_recorded_and_no_two_are_the_same() -> None:
    assert all(row.source for row in RECORDED)
    assert len({(row.slug, row.what) for row in RECORDED}) == len(RECORDED)


@pytest.mark.parametrize("slug", list(FLAVORS))
def test_of_every_flavor_a_refused_login_and_a_missing_image_are_on_record(slug: str) -> None:
    outcomes = {row.outcome for row in RECORDED if row.slug == slug}

    assert {Outcome.SIGN_IN_REFUSED, Outcome.NO_PULL_ACCESS, Outcome.IMAGE_NOT_FOUND} <= outcomes
