"""
Challenges, written by the grammar and read back: our reader against the grammar, and against another reader.

Source: RFC 9110, sections 5.6 and 11.6.1. The writer makes use of all that the grammar allows: white space in odd places,
empty elements of a list, quoted pairs that need not be, credentials that are no parameters. The other reader is Werkzeug's,
which knows one challenge to a header and nothing of quoted pairs, so it is given what both can read.
"""

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import WWWAuthenticate

from registries.distribution import Challenge, parse_challenges

# The parts of the grammar -------------------------------------------------------------------------------------------

token = st.text("abcXYZ019!#$%&'*+-.^_`|~", min_size=1, max_size=12)
token68 = st.builds(str.__add__, st.text("abcXYZ019-._~+/", min_size=1, max_size=20), st.sampled_from(["", "=", "=="]))
spaces = st.text(" \t", max_size=2)
visible = st.characters(min_codepoint=0x20, max_codepoint=0xFF, exclude_characters="\x7f", exclude_categories=["Cc"])
comma = st.builds(lambda left, more, right: f"{left},{more}{right}", spaces, st.sampled_from(["", ",", " ,\t,"]), spaces)


@st.composite
def quoted(draw: st.DrawFn) -> tuple[str, str]:
    """A quoted string, and what it says: any character may be escaped, and two have to be."""
    said = draw(st.lists(st.tuples(visible, st.booleans()), max_size=12))
    written = "".join(f"\\{one}" if escaped or one in '"\\' else one for one, escaped in said)
    return f'"{written}"', "".join(one for one, _ in said)


values = token.map(lambda value: (value, value)) | quoted()


@st.composite
def challenges(draw: st.DrawFn) -> tuple[str, Challenge]:
    """A challenge as it is written, and as it is read."""
    scheme = draw(token)
    if draw(st.booleans()):
        return f"{scheme}{draw(st.just('') | token68.map(' {}'.format))}", Challenge(scheme.lower())
    named = draw(st.lists(st.tuples(token, values), min_size=1, max_size=4, unique_by=lambda one: one[0].lower()))
    written = [f"{name}{draw(spaces)}={draw(spaces)}{value}" for name, (value, _) in named]
    parameters = {name.lower(): said for name, (_, said) in named}
    return f"{scheme} {joined(draw, written)}", Challenge(scheme.lower(), parameters)


def joined(draw: st.DrawFn, parts: Sequence[str]) -> str:
    return "".join(part if not number else draw(comma) + part for number, part in enumerate(parts))


@st.composite
def headers(draw: st.DrawFn) -> tuple[str, list[Challenge]]:
    """A header of one to four challenges, and what they are."""
    several = draw(st.lists(challenges(), min_size=1, max_size=4))
    return joined(draw, [written for written, _ in several]), [challenge for _, challenge in several]


# The tests ----------------------------------------------------------------------------------------------------------


@given(headers())
def test_what_the_grammar_writes_is_read_as_it_was_meant(header: tuple[str, list[Challenge]]) -> None:
    written, meant = header

    assert parse_challenges([written]) == meant


@given(st.lists(headers(), max_size=3))
def test_several_headers_are_read_as_if_they_were_one(several: list[tuple[str, list[Challenge]]]) -> None:
    apart = [written for written, _ in several]

    assert parse_challenges(apart) == parse_challenges([", ".join(apart)])


plain = st.text("abcXYZ019 ,=:/?&.-_", max_size=30).map(lambda text: text.strip()).map(lambda text: (f'"{text}"', text))
name = st.text("abcXYZ019-._", min_size=1, max_size=12)


@given(token, st.lists(st.tuples(name, plain | name.map(lambda text: (text, text))), min_size=1, max_size=4))
def test_another_reader_reads_the_same(scheme: str, named: list[tuple[str, tuple[str, str]]]) -> None:
    first = {written.lower(): (written, value) for written, value in reversed(named)}
    header = f"{scheme} " + ", ".join(f"{written}={value}" for written, (value, _) in first.values())

    theirs = WWWAuthenticate.from_header(header)
    [ours] = parse_challenges([header])

    assert theirs is not None
    assert (ours.scheme, dict(ours.parameters)) == (
        theirs.type,
        {key.lower(): said for key, said in theirs.parameters.items()},
    )


@given(st.text() | headers().map(lambda header: header[0]), st.text('",=\\ \t\x00\r\n', max_size=3), st.integers(0, 200))
def test_nothing_is_read_that_was_not_written(header: str, spoiling: str, place: int) -> None:
    spoiled = header[:place] + spoiling + header[place:]

    for challenge in parse_challenges([spoiled]):
        assert challenge.scheme in spoiled.lower()
        for key, value in challenge.parameters.items():
            assert key in spoiled.lower()
            assert len(value) <= len(spoiled)
    assert sum(len(one.scheme) + sum(map(len, one.parameters.values())) for one in parse_challenges([spoiled])) <= len(
        spoiled
    )


@given(headers(), headers(), st.text('",=\\ \t\x00\r\n', max_size=3))
def test_a_header_that_goes_on_in_nonsense_is_read_as_far_as_it_makes_sense(
    header: tuple[str, list[Challenge]], after: tuple[str, list[Challenge]], spoiling: str
) -> None:
    written, meant = header

    assert parse_challenges([f"{written}, ?{spoiling}, {after[0]}"]) == meant
