"""What is mended in a pasted secret, what is said of it afterwards, and what is left as it is."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registries.flavors import FLAVORS
from registries.flavors.base import SecretField, inputs
from registries.flavors.fields import in_a_sentence
from registries.flavors.mending import mend
from tests.registries.flavor_table import GCP, KEY, TABLE, Row
from tests.registries.test_forms import form


@pytest.mark.parametrize(
    ("pasted", "meant", "said"),
    [
        ("s3cret", "s3cret", []),
        ("s3cret\n", "s3cret", ["a line break at the end was removed"]),
        ("s3cret\r\n\r\n", "s3cret", ["a line break at the end was removed"]),
        ("\ns3cret", "s3cret", ["a line break at the start was removed"]),
        ("abc\ndef\nghi", "abcdefghi", ["its 3 lines were joined into one"]),
        ("abc\r\n  def\n", "abcdef", ["a line break at the end was removed", "its 2 lines were joined into one"]),
        ('"s3cret"', "s3cret", ["the quotes around it were removed"]),
        ("'s3cret'\n", "s3cret", ["a line break at the end was removed", "the quotes around it were removed"]),
        ("“s3cret”", "s3cret", ["the quotes around it were removed"]),
        ('""s3cret""', '"s3cret"', ["the quotes around it were removed"]),
        ("\ufeffs3cret\u200b", "s3cret", ["an invisible character was removed"]),
        ('"s3cret', '"s3cret', []),
        ("s3'cr'et", "s3'cr'et", []),
        ('""', '""', []),
        ("\n", "", []),
        ("", "", []),
    ],
)
def test_a_secret_is_taken_as_it_is_meant(pasted: str, meant: str, said: list[str]) -> None:
    assert mend(pasted, is_token=True) == (meant, said)
    assert mend(pasted, is_token=False) == (meant, said)


@pytest.mark.parametrize(
    ("pasted", "meant", "said"),
    [
        ("  tok3n-1234\t", "tok3n-1234", ["spaces around it were removed"]),
        ("Bearer tok3n-1234", "tok3n-1234", ["the word in front of it was removed"]),
        ("bearer  tok3n-1234", "tok3n-1234", ["the word in front of it was removed"]),
    ],
)
def test_a_token_has_no_spaces_but_a_password_may(pasted: str, meant: str, said: list[str]) -> None:
    assert mend(pasted, is_token=True) == (meant, said)
    assert mend(pasted, is_token=False)[0] == pasted


@given(st.text())
def test_nothing_visible_inside_a_secret_is_ever_changed(pasted: str) -> None:
    meant, said = mend(pasted, is_token=False)

    assert meant in pasted.replace("\r", "").replace("\n", "") or "lines were joined" in " ".join(said)
    assert (meant == pasted) or said or not pasted.strip("\r\n")


@given(st.text(alphabet=st.characters(codec="ascii", categories=("L", "N", "P", "S")), min_size=3))
def test_what_is_said_quotes_nothing_of_the_secret(pasted: str) -> None:
    said = mend(f'"{pasted}"\n', is_token=True)[1]

    assert said == ["a line break at the end was removed", "the quotes around it were removed"]


ONE_LINE = [
    pytest.param(row, name, id=f"{row.slug}-{name}")
    for row in TABLE
    for name, input_ in inputs(FLAVORS[row.slug]).items()
    if isinstance(input_.form_field, SecretField) and row.typed.get(name)
]


@pytest.mark.parametrize(("row", "name"), ONE_LINE)
def test_every_form_says_what_it_mended(row: Row, name: str) -> None:
    mended = form(row.slug, {**row.typed, name: f'"{row.typed[name]}"\r\n'})

    assert mended.is_valid(), mended.errors
    assert mended.registry.secrets()[name].reveal() == row.typed[name]
    label = in_a_sentence(inputs(FLAVORS[row.slug])[name].form_field.label)
    said = f"In the {label}, a line break at the end was removed and the quotes around it were removed."
    assert said in mended.hints


def test_a_key_in_base64_is_decoded_and_that_is_said() -> None:
    packed = base64.b64encode(KEY.encode()).decode()

    mended = form("gcp", {**GCP, "key": packed})

    assert mended.is_valid()
    assert mended.hints == ["In the service account JSON key, it was decoded from base64."]
