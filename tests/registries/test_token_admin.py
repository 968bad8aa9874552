"""The staff's view of machine tokens and of the ledger: to find and to read, without a hash, and no oracle."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from console.models import Team, User
from registries.models import Asker, HandOut, HandOutResult, MachineToken

LOOKUPS = ["exact", "iexact", "contains", "icontains", "startswith", "regex", "iregex", "gt", "lt", "in", "isnull", "range"]


@pytest.fixture
def sams(sam: User, signed_in: Callable[[User], Client]) -> Client:
    return signed_in(sam)


@pytest.fixture
def token(team: Team, alice: User) -> MachineToken:
    """A token that was rotated, so that it has two hashes, and used."""
    ends_at = timezone.now() + timedelta(days=30)
    token, _ = MachineToken.objects.issue(team, "ci-runner", by=alice, ends_at=ends_at, connections=None)
    token.rotate(by=alice, digest=token.digest)
    asker = Asker(team=team, name=token.name, token=token, address="10.4.2.17", program="berth/1")
    HandOut.objects.note(asker, HandOutResult.NOT_FOUND, kind=HandOut.Kind.CREDENTIAL, asked="ghcr.io/acme/web")
    return token


def test_support_finds_a_token_and_reads_when_it_was_used(sams: Client, token: MachineToken) -> None:
    listed = sams.get(reverse("admin:registries_machinetoken_changelist"), {"q": "northwind"}).content.decode()
    page = sams.get(reverse("admin:registries_machinetoken_change", args=[token.pk])).content.decode()

    for shown in (listed, page):
        assert "ci-runner" in shown
        assert token.shown_id in shown
        assert str(HandOut.objects.get().at.year) in shown


def test_support_reads_the_ledger(sams: Client, token: MachineToken) -> None:
    row = HandOut.objects.get()
    listed = sams.get(reverse("admin:registries_handout_changelist"), {"result__exact": "not_found"}).content.decode()
    page = sams.get(reverse("admin:registries_handout_change", args=[row.pk])).content.decode()

    assert "10.4.2.17" in listed
    assert "No login for it" in listed
    assert "ghcr.io/acme/web" in page
    assert "berth/1" in page


def test_no_hash_is_on_any_page(sams: Client, token: MachineToken) -> None:
    row = HandOut.objects.get()
    pages = [
        reverse(f"admin:registries_{model}_{page}", args=arguments)
        for model, pk in (("machinetoken", token.pk), ("handout", row.pk))
        for page, arguments in (("changelist", []), ("change", [pk]), ("history", [pk]))
    ]

    seen = "".join(sams.get(page).content.decode() for page in pages)

    assert len(token.digest) == len(token.former_digest) == 64
    assert token.digest not in seen
    assert token.former_digest not in seen
    assert token.stamp not in seen


@pytest.mark.parametrize("model", ["machinetoken", "handout"])
def test_support_adds_changes_and_deletes_nothing(model: str, sams: Client, token: MachineToken) -> None:
    pk = token.pk if model == "machinetoken" else HandOut.objects.get().pk

    assert sams.get(reverse(f"admin:registries_{model}_add")).status_code == 403
    change = reverse(f"admin:registries_{model}_change", args=[pk])
    assert sams.post(change, {"name": "mine", "who": "mine"}).status_code == 403
    assert sams.post(reverse(f"admin:registries_{model}_delete", args=[pk]), {"post": "yes"}).status_code == 403
    assert (MachineToken.objects.get().name, HandOut.objects.get().who) == ("ci-runner", "ci-runner")


@pytest.mark.parametrize("lookup", LOOKUPS)
def test_p2_no_column_can_be_read_by_a_filter_in_the_address(lookup: str, sams: Client, token: MachineToken) -> None:
    offered = {"result__exact", "kind__exact"}
    for model in (MachineToken, HandOut):
        url = reverse(f"admin:registries_{model._meta.model_name}_changelist")
        columns = [field.name for field in model._meta.get_fields()]
        columns += ["team__memberships__user__password", "token__digest", "hand_outs__token__digest", "pk"]

        for column in columns:
            if f"{column}__{lookup}" not in offered:
                assert sams.get(url, {f"{column}__{lookup}": "1"}).status_code in (302, 400), (column, lookup)
