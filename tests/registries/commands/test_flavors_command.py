"""`manage.py flavors`: what Berth has forms for, for people and for programs."""

import json
from io import StringIO

from django.core.management import call_command

from registries.flavors import FLAVORS
from registries.pasted.image import read_image


def listed(*arguments: str) -> str:
    out = StringIO()
    call_command("flavors", *arguments, stdout=out)
    return out.getvalue()


def test_every_flavor_is_a_line_with_its_name_its_hosts_and_an_example() -> None:
    lines = listed().splitlines()

    assert [line.split()[0] for line in lines] == list(FLAVORS)
    github = next(line for line in lines if line.startswith("github"))
    assert github.split() == ["github", "GitHub", "ghcr.io", FLAVORS["github"].example]


def test_programs_read_the_same_as_json() -> None:
    rows = json.loads(listed("--json"))

    assert [row["slug"] for row in rows] == list(FLAVORS)
    assert all(row.keys() == {"slug", "name", "hosts", "example"} for row in rows)
    assert rows[-1] == {
        "slug": "other", "name": "Other", "hosts": "any OCI registry", "example": "registry.example.com/team/app:1.4",
    }  # fmt: skip


def test_every_example_is_an_image() -> None:
    assert all(read_image(row["example"]).reference.repository for row in json.loads(listed("--json")))
