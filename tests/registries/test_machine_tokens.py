"""What can happen to a machine token, at once or one after the other, and what is recorded of it."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from console.models import Team, User, Verb
from registries.models import Asker, Connection, HandOut, HandOutResult, MachineToken, Rotated, TokenNameTaken
from registries.models.machine_token import OVERLAP
from registries.models.token_uses import listed
from registries.tokens import Token
from tests.at_once import at_once


@pytest.fixture
def token(team: Team, alice: User) -> MachineToken:
    return issue(team, "ci", alice)


def issue(team: Team, name: str, by: User, connections: list[Connection] | None = None) -> MachineToken:
    ends_at = timezone.now() + timedelta(days=30)
    return MachineToken.objects.issue(team, name, by=by, ends_at=ends_at, connections=connections)[0]


def verbs(team: Team) -> list[str]:
    """Return what happened to tokens, the first first."""
    return list(team.events.filter(verb__startswith="person:token:").order_by("pk").values_list("verb", flat=True))


def test_each_thing_that_happens_is_recorded_with_who_did_it(team: Team, token: MachineToken, bob: User) -> None:
    token.rotate(by=bob, digest=token.digest)
    token.revoke(by=bob)
    token.remove(by=bob)

    assert verbs(team) == [
        Verb.MACHINE_TOKEN_ISSUED, Verb.MACHINE_TOKEN_ROTATED, Verb.MACHINE_TOKEN_REVOKED, Verb.MACHINE_TOKEN_REMOVED
    ]  # fmt: skip
    assert [str(event) for event in team.events.order_by("pk")][-4:] == [
        "Alice Andersen made the machine token ci",
        "Bob Berg rotated the machine token ci",
        "Bob Berg revoked the machine token ci",
        "Bob Berg removed the machine token ci",
    ]


def test_a_rotation_keeps_the_id_the_name_and_the_end(token: MachineToken, alice: User) -> None:
    before = (token.public_id, token.name, token.ends_at, token.digest)

    text = token.rotate(by=alice, digest=token.digest)

    new = Token.read(text.reveal())
    assert new is not None
    assert (token.public_id, token.name, token.ends_at) == before[:3]
    assert (new.public_id, new.digest, token.former_digest) == (before[0], token.digest, before[3])


def test_a_rotation_based_on_another_secret_does_nothing(team: Team, token: MachineToken, alice: User) -> None:
    seen = token.digest
    token.rotate(by=alice, digest=seen)
    present = token.digest

    with pytest.raises(Rotated):
        MachineToken.objects.get().rotate(by=alice, digest=seen)

    assert MachineToken.objects.get().digest == present
    assert verbs(team).count(Verb.MACHINE_TOKEN_ROTATED) == 1


def test_the_secret_of_before_works_for_a_day_and_the_one_before_that_no_longer(team: Team, alice: User) -> None:
    ends_at = timezone.now() + timedelta(days=30)
    token, text = MachineToken.objects.issue(team, "ci", by=alice, ends_at=ends_at, connections=None)
    texts = [text, *(token.rotate(by=alice, digest=token.digest) for _ in range(2))]
    first, second, third = (read for text in texts if (read := Token.read(text.reveal())))

    assert [token.accepts(known) for known in (first, second, third)] == [False, True, True]
    with time_machine.travel(timezone.now() + OVERLAP - timedelta(minutes=1)):
        assert token.accepts(second)
    with time_machine.travel(timezone.now() + OVERLAP + timedelta(minutes=1)):
        assert [token.accepts(known) for known in (first, second, third)] == [False, False, True]


def test_what_is_revoked_or_has_ended_is_not_rotated(team: Team, token: MachineToken, alice: User) -> None:
    token.revoke(by=alice)
    ended = issue(team, "ended", alice)
    MachineToken.objects.filter(pk=ended.pk).update(ends_at=timezone.now())

    for row in (token, ended):
        with pytest.raises(Rotated):
            row.rotate(by=alice, digest=row.digest)


def test_what_works_is_not_removed(team: Team, token: MachineToken, alice: User) -> None:
    with pytest.raises(Rotated):
        token.remove(by=alice)

    assert MachineToken.objects.exists()
    assert Verb.MACHINE_TOKEN_REMOVED not in verbs(team)


def test_revoking_twice_is_recorded_once_and_keeps_the_first_moment(team: Team, token: MachineToken, alice: User) -> None:
    token.revoke(by=alice)
    first = token.revoked_at
    token.revoke(by=alice)

    assert first is not None
    assert token.revoked_at == first
    assert verbs(team).count(Verb.MACHINE_TOKEN_REVOKED) == 1


def test_revoking_one_that_was_removed_meanwhile_does_nothing(team: Team, token: MachineToken, alice: User) -> None:
    other = MachineToken.objects.get()
    other.revoke(by=alice)
    other.remove(by=alice)

    token.revoke(by=alice)

    assert verbs(team).count(Verb.MACHINE_TOKEN_REVOKED) == 1


def test_a_name_is_taken_whatever_its_case_and_nothing_is_left_of_the_try(
    team: Team, token: MachineToken, alice: User
) -> None:
    with pytest.raises(TokenNameTaken):
        issue(team, "CI", alice)

    assert MachineToken.objects.count() == 1
    assert verbs(team) == [Verb.MACHINE_TOKEN_ISSUED]


def test_a_token_dies_with_its_team(team: Team, token: MachineToken) -> None:
    team.delete()

    assert not MachineToken.objects.exists()


def test_a_stamp_changes_with_the_secret_alone(token: MachineToken, alice: User) -> None:
    before = token.stamp
    assert MachineToken.objects.get().stamp == before

    token.rotate(by=alice, digest=token.digest)

    assert token.stamp != before


# At once -----------------------------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_of_many_who_take_one_name_at_once_one_gets_it(team: Team, alice: User) -> None:
    def take(number: int) -> str:
        try:
            return issue(team, ("ci", "CI")[number % 2], alice).name.lower()
        except TokenNameTaken:
            return "taken"

    assert at_once(16, take) == ["ci"] + ["taken"] * 15
    assert verbs(team) == [Verb.MACHINE_TOKEN_ISSUED]


@pytest.mark.django_db(transaction=True)
def test_of_many_who_rotate_one_secret_at_once_one_does(team: Team, token: MachineToken, alice: User) -> None:
    def rotate(number: int) -> str:
        try:
            return MachineToken.objects.get().rotate(by=alice, digest=token.digest).reveal()
        except Rotated:
            return "~rotated"

    shown, *others = at_once(16, rotate)

    assert others == ["~rotated"] * 15
    present, read = MachineToken.objects.get(), Token.read(shown)
    assert read is not None
    assert (present.digest, present.former_digest) == (read.digest, token.digest)
    assert verbs(team).count(Verb.MACHINE_TOKEN_ROTATED) == 1


@pytest.mark.django_db(transaction=True)
def test_whoever_rotates_while_others_revoke_never_brings_it_back(team: Team, token: MachineToken, alice: User) -> None:
    def either(number: int) -> str:
        row = MachineToken.objects.get()
        try:
            if number % 2:
                row.revoke(by=alice)
            else:
                row.rotate(by=alice, digest=token.digest)
        except Rotated:
            return "refused"
        return "done"

    at_once(16, either)

    assert not MachineToken.objects.get().in_force
    assert verbs(team).count(Verb.MACHINE_TOKEN_REVOKED) == 1
    assert verbs(team)[-1] == Verb.MACHINE_TOKEN_REVOKED


@pytest.mark.django_db(transaction=True)
def test_of_many_who_remove_one_at_once_one_is_recorded(team: Team, token: MachineToken, alice: User) -> None:
    token.revoke(by=alice)

    def remove(number: int) -> str:
        try:
            MachineToken(pk=token.pk, team=team, name="ci").remove(by=alice)
        except Rotated:
            return "gone"
        return "removed"

    assert at_once(8, remove) == ["gone"] * 7 + ["removed"]
    assert verbs(team).count(Verb.MACHINE_TOKEN_REMOVED) == 1


# What the ledger tells ---------------------------------------------------------------------------------------------------


def used(token: MachineToken, minutes_ago: float, kind: HandOut.Kind, **more: Any) -> HandOut:
    result = HandOutResult.UNAUTHORIZED if kind == HandOut.Kind.TOKEN else HandOutResult.GIVEN
    HandOut.objects.note(Asker(team=token.team, name=token.name, token=token, **more), result, kind=kind)
    row = HandOut.objects.latest("pk")
    HandOut.objects.filter(pk=row.pk).update(at=timezone.now() - timedelta(minutes=minutes_ago))
    return row


def test_each_token_has_its_own_last_uses(team: Team, token: MachineToken, alice: User) -> None:
    other = issue(team, "other", alice)
    used(token, 9, HandOut.Kind.CREDENTIAL)
    last = used(token, 3, HandOut.Kind.LIST)
    refusal = used(token, 1, HandOut.Kind.TOKEN)
    others = used(other, 5, HandOut.Kind.PULL_SECRET)

    rows = listed(team.machine_tokens.all())

    assert [(row.name, row.last_use, row.last_refusal) for row in rows] == [
        ("ci", last, refusal), ("other", others, None)
    ]  # fmt: skip


def test_a_use_that_was_let_in_just_before_the_end_counts(token: MachineToken, team: Team, alice: User) -> None:
    MachineToken.objects.filter(pk=token.pk).update(revoked_at=timezone.now() - timedelta(minutes=10))
    in_flight = used(token, 9.9, HandOut.Kind.CREDENTIAL)
    tried = used(token, 2, HandOut.Kind.TOKEN)

    (row,) = listed(team.machine_tokens.all())

    assert (row.last_use, row.last_refusal) == (in_flight, tried)


@pytest.mark.parametrize(("minutes_ago", "counts"), [(50, True), (70, False)])
def test_the_former_secret_is_that_of_the_last_rotation(
    minutes_ago: float, counts: bool, token: MachineToken, team: Team
) -> None:
    rotated_at = timezone.now() - timedelta(minutes=60)
    MachineToken.objects.filter(pk=token.pk).update(former_digest="0" * 64, former_until=rotated_at + OVERLAP)
    row = used(token, minutes_ago, HandOut.Kind.CREDENTIAL, by_former_secret=True)

    (listing,) = listed(team.machine_tokens.all())

    assert listing.last_former_use == (row if counts else None)


def test_once_the_overlap_is_over_nobody_uses_the_former_secret(token: MachineToken, team: Team) -> None:
    MachineToken.objects.filter(pk=token.pk).update(former_digest="0" * 64, former_until=timezone.now())
    used(token, 5, HandOut.Kind.CREDENTIAL, by_former_secret=True)

    (row,) = listed(team.machine_tokens.all())

    assert row.last_former_use is None
