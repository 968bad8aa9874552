"""The README says what is so: every environment variable is in it, with the sentence that stands beside it in the code."""

import re
from pathlib import Path

import pytest

from console import environment

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
READ = re.compile(r'(?:environment\.\w+|_read)\(\s*"([A-Z_]+)"')


def read_in_the_code() -> set[str]:
    return {name for path in (ROOT / "console").rglob("*.py") for name in READ.findall(path.read_text(encoding="utf-8"))}


def test_the_code_reads_the_variables_that_are_looked_for_here() -> None:
    assert set(environment.declared) <= read_in_the_code()


@pytest.mark.parametrize("name", sorted(read_in_the_code()))
def test_every_environment_variable_is_in_the_readme(name: str) -> None:
    assert re.search(rf"^\| `{name}` \|", README, re.MULTILINE), f"{name} has no row in README.md"


@pytest.mark.parametrize("name", sorted(environment.declared))
def test_the_readme_says_of_each_variable_what_the_code_says(name: str) -> None:
    assert environment.declared[name] in README


def test_the_readme_names_no_variable_that_nothing_reads() -> None:
    rows = re.findall(r"^\| `([A-Z_]+)` \|", README, re.MULTILINE)

    assert set(rows) - read_in_the_code() == set()
