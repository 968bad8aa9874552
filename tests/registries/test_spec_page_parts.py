"""What the spec checker's page is made of: the form with its file, changes that can be undone, lines, marked sentences."""

import re
import time
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from registries.forms.spec import LIMIT_BYTES, SpecForm, mark_of
from registries.forms.spec_changes import (
    MOST_CHARACTERS,
    MOST_PARTS,
    Part,
    as_carried,
    can_be_shown,
    change_of,
    read_carried,
    undoing,
)
from registries.specs import fixing
from registries.specs.verdicts import Edit, Fix
from registries.views.spec_lines import LONGEST_HIGHLIGHTED, LONGEST_LINE, excerpt, highlighted_lines, split_lines
from registries.views.spec_words import marked

FILE = "jobs:\n  one:\n    image: python:3.13\n"


def form(spec: str = "", upload: bytes | None = None, **typed: str) -> SpecForm:
    files = {} if upload is None else {"spec_file": SimpleUploadedFile("train.yaml", upload)}
    made = SpecForm({"spec": spec, **typed}, files, may_look_up=True)
    made.is_valid()
    return made


def faults(made: SpecForm) -> dict[str, list[str]]:
    return {name: [str(error) for error in errors] for name, errors in made.errors.items()}


# The form ----------------------------------------------------------------------------------------------------------------


def test_a_pasted_file_has_the_lines_that_files_have() -> None:
    made = form("\ufeffa: 1\r\nb: 2\rc: 3\n")

    assert made.text == "a: 1\nb: 2\nc: 3\n"
    assert made["spec"].value()[1] == made.text


def test_an_uploaded_file_is_shown_as_if_it_had_been_pasted() -> None:
    made = form(upload=b"\xef\xbb\xbfjobs: {}\r\n")

    assert (made.text, made.file_name, faults(made)) == ("jobs: {}\n", "train.yaml", {})
    assert "jobs: {}" in str(made["spec"])


@pytest.mark.parametrize(
    ("upload", "sentence"),
    [
        (b"", "This file is empty. Choose another one, or paste its contents."),
        (b"\xff\xfea\x00", "This file is not UTF-8 text. Choose the workload file itself, not an archive of it."),
        (b"a\x00b", "This file is not UTF-8 text. Choose the workload file itself, not an archive of it."),
        (b"a" * (LIMIT_BYTES + 1), "This is larger than 256 KB. Check it in parts."),
        (b" \n", "Choose a file, or paste its contents."),
    ],
    ids=["empty", "utf-16", "nul", "large", "blank"],
)
def test_an_upload_that_is_no_workload_file_gets_a_sentence(upload: bytes, sentence: str) -> None:
    assert faults(form(upload=upload)) == {"spec": [sentence]}


def test_as_much_as_is_promised_is_taken_and_no_more() -> None:
    assert faults(form("a" * LIMIT_BYTES)) == {}
    assert faults(form("é" * (LIMIT_BYTES // 2 + 1))) == {"spec": ["This is larger than 256 KB. Check it in parts."]}
    assert faults(form()) == {"spec": ["Choose a file, or paste its contents."]}


def test_a_file_that_a_browser_could_not_read_as_text_is_no_text() -> None:
    made = form("\ufffd\ufffd", upload=b"\xff\xd8")

    assert faults(made)["spec"][0].startswith("This file is not UTF-8 text.")


def test_a_file_chosen_beside_untouched_text_takes_its_place_and_beside_typed_text_does_not() -> None:
    assert form(FILE, b"new: 1", spec_mark=mark_of(FILE)).text == "new: 1"
    assert form(FILE, b"new: 1", spec_mark=mark_of("something else")).text == FILE


def test_a_file_keeps_its_name_without_what_cannot_be_seen() -> None:
    named = form(FILE, file_name="a\u202eb\x07" + "c" * 300)

    assert named.file_name == "ab" + "c" * 98


def test_a_day_has_to_come() -> None:
    today = timezone.localdate()

    assert form(FILE, needed_until=today.isoformat()).cleaned_data["needed_until"] == today
    past = form(FILE, needed_until=(today - timedelta(days=1)).isoformat())
    assert faults(past) == {"needed_until": ["Enter today or a later day."]}
    assert faults(form(FILE, needed_until="soon")) == {"needed_until": ["Enter a date, such as 2026-11-30."]}


# Changes -----------------------------------------------------------------------------------------------------------------


@st.composite
def texts_and_fixes(draw: st.DrawFn) -> tuple[str, Fix]:
    text = draw(st.text("ab\n", max_size=40))
    cuts = sorted(draw(st.lists(st.integers(0, len(text)), max_size=6, unique=True)))
    edits = [Edit(a, b, draw(st.text("xy\n", max_size=5))) for a, b in zip(cuts[::2], cuts[1::2], strict=False)]
    return text, Fix(key="k", title="t", edits=tuple(edits))


@given(texts_and_fixes())
def test_any_change_can_be_carried_and_taken_back(case: tuple[str, Fix]) -> None:
    text, fix = case

    [carried] = read_carried(as_carried([change_of(text, fix)]))
    after = fixing.apply(text, fix)
    back = undoing(after, carried)

    assert back is not None
    assert fixing.apply(after, back) == text


def test_a_text_that_does_not_have_a_change_is_left_alone() -> None:
    change = (Part(3, "old", "new"),)

    assert undoing("   old", change) is None
    assert undoing("", change) is None


@pytest.mark.parametrize(
    "carried",
    [
        "{", "5", "[5]", "[[5]]", '[[["0","a","b"]]]', "[[[-1,0,0]]]", '[[[0,"a","b","c"]]]', '[[[true,"a","b"]]]',
        '[[[0,"\\ud800",""]]]', "[" * 9000, "x" * 20000, '[{"0":1}]', '["abc"]',
        '[[[0,"","ab"],[1,"","c"]]]', '[[[5,"","a"],[0,"","b"]]]', '[[[0,"a","b"]],[[0,"","ab"],[1,"",""]]]',
    ],
)  # fmt: skip
def test_changes_that_were_tampered_with_are_none(carried: str) -> None:
    assert read_carried(carried) == ()


def test_a_change_has_so_many_parts_and_no_more() -> None:
    most = tuple(Part(2 * n, "gone", "co") for n in range(MOST_PARTS))  # One ends where the next one begins.

    assert read_carried(as_carried([most])) == (most,)
    assert read_carried(as_carried([(*most, Part(2 * MOST_PARTS, "", ""))])) == ()


def test_only_so_much_is_carried_and_the_oldest_goes_first() -> None:
    changes = [(Part(n, "x" * 900, str(n)),) for n in range(40)]

    kept = read_carried(as_carried(changes))

    assert 10 < len(kept) < 40
    assert kept == tuple(changes[-len(kept) :])
    assert len(as_carried(changes)) <= MOST_CHARACTERS


def test_a_change_all_over_a_file_is_not_compared() -> None:
    assert can_be_shown("\n" * 5000, (Part(5, "", ""), Part(20, "", "")))
    assert not can_be_shown("\n" * 5000, (Part(0, "", ""), Part(4000, "", "")))
    assert not can_be_shown("\n", ())


@pytest.mark.parametrize("end", ["\n", "\x85", "\u2028", "\x0c", "\r\n"])
@pytest.mark.parametrize(("count", "shown"), [(300, True), (400, False)])
def test_lines_count_whatever_ends_them_and_wherever_they_stand(count: int, shown: bool, end: str) -> None:
    lines = end * count

    went = can_be_shown("", (Part(0, lines, ""),))
    came = can_be_shown(lines, (Part(0, "", lines),))
    between = can_be_shown(f"a{lines}b", (Part(0, "", "a"), Part(1 + len(lines), "", "b")))

    assert (went, came, between) == (shown, shown, shown)


# Lines -------------------------------------------------------------------------------------------------------------------


def plain(html: str) -> str:
    return unescape(re.sub(r"<[^>]*>", "", html))


@given(st.text(st.sampled_from("ab:-#'\"|>&*!%{}[]<\n\n \t\x0b\x0c\x1c\x85\u2028é"), max_size=120))
def test_highlighted_lines_are_the_lines_of_the_file(text: str) -> None:
    assert [plain(line) for line in highlighted_lines(text)] == split_lines(text)


def test_a_file_is_highlighted_with_classes_and_nothing_in_it_is_html() -> None:
    [line] = highlighted_lines('image: "<script>"\n')

    assert '<span class="nt">image</span>' in line
    assert "<script>" not in line
    assert "style" not in line


def test_what_would_take_long_is_shown_plainly() -> None:
    long_line = "%" * (LONGEST_LINE + 1)
    first, second, third = highlighted_lines(f"a: 1\n{long_line}<\nb: 2\n")

    assert "<span" in first
    assert second == f"{long_line}&lt;"
    assert "<span" in third
    assert "<span" not in "".join(highlighted_lines("a: 1\n" * (LONGEST_HIGHLIGHTED // 5 + 1)))


@pytest.mark.parametrize("unit", ["%", "&", "*", "`", "&a ", "[", "'", '"\\'])
def test_no_file_keeps_the_highlighter_busy(unit: str) -> None:
    line = (unit * LONGEST_LINE)[:LONGEST_LINE]
    begun = time.process_time()

    highlighted_lines("\n".join([line] * (LONGEST_HIGHLIGHTED // (LONGEST_LINE + 1))))
    highlighted_lines(unit * (LIMIT_BYTES // len(unit)))

    assert time.process_time() - begun < 5


def test_a_line_that_cannot_be_read_is_shown_among_its_neighbours() -> None:
    text = "".join(f"line{n}: 1\n" for n in range(1, 31))

    shown = excerpt(text, 20, "It cannot be read.")

    assert [row.number for row in shown] == list(range(14, 24))
    assert [(row.number, row.kind) for row in shown if row.fault] == [(20, "bad")]
    assert excerpt(text, 0, "It cannot be read.") == excerpt(text, 99, "It cannot be read.") == []


# Sentences ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sentence", "names", "expected"),
    [
        (
            "No registry is called gar. Did you mean gar-training?",
            {"gar", "gar-training"},
            "No registry is called <code>gar</code>. Did you mean <code>gar-training</code>?",
        ),
        ("ghcr.io is it, ghcr.io/acme is not.", {"ghcr.io"}, "<code>ghcr.io</code> is it, ghcr.io/acme is not."),
        ("Resolves to web, last checked.", {"web"}, 'Resolves to <a href="/web/">web</a>, last checked.'),
        ("web is web.", {"web"}, '<a href="/web/">web</a> is <code>web</code>.'),
        ("<b> & web.", {"<b>"}, "<code>&lt;b&gt;</code> &amp; web."),
        ("Use 1.4, not 1.4.2.", {"1.4"}, "Use <code>1.4</code>, not 1.4.2."),
        ("Nothing & none.", set(), "Nothing &amp; none."),
    ],
)  # fmt: skip
def test_names_in_a_sentence_are_marked_and_the_rest_is_escaped(sentence: str, names: set[str], expected: str) -> None:
    pages: dict[str, Any] = {"web": "/web/"}

    assert marked(sentence, names, pages) == expected
