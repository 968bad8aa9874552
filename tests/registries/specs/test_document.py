"""YAML into nodes: where they stand, what is merged, and what is refused before it hurts."""

from time import process_time

import pytest

from registries.specs import faults
from registries.specs.document import LARGEST_BYTES, compose
from registries.specs.lines import Lines
from registries.specs.nodes import Alias, Mapping, Node, Scalar, Sequence, target
from registries.specs.reading import read
from registries.specs.spec import SpecFault


def root_of(text: str, *asked: str) -> Mapping:
    _, roots = compose(text, asked)
    assert isinstance(roots[0], Mapping)
    return roots[0]


def fault_of(text: str) -> SpecFault:
    with pytest.raises(SpecFault) as caught:
        read(text)
    return caught.value


def stands(text: str, node: Node | None) -> str:
    assert isinstance(node, Scalar)
    return text[node.start : node.end]


# Places --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "scalar"),
    [
        ("a: plain text  # comment\n", "plain text"),
        ("a: 'it''s'\n", "'it''s'"),
        ('a: "b\\"c"\n', '"b\\"c"'),
        ("a: &anchor !!str\n  # comment\n  text\n", "text"),
        ("a: !<tag:yaml.org,2002:str> &anchor 'text'\n", "'text'"),
        ("a: &anchor\nb: c\n", ""),
        ("a: two\n  lines\nb: c\n", "two\n  lines"),
        ("a: |\n  two\n  lines\n\nb: c\n", "|\n  two\n  lines"),
        ("a: >-  # comment\n  text\n# comment\n", ">-  # comment\n  text"),
        ("{a: text , b: c}\n", "text"),
        ("{a: !tag,b: c}\n", ""),
        ("x: 𝕏𝕏\r\na: é🚀\r\n", "é🚀"),
        ("\ufeffa: text\n", "text"),
        ("\ufeff\ufeffa: text\n", "text"),
        ("x: y\u2028a: text\u2028", "text"),
    ],
)
def test_a_scalar_stands_where_its_text_does(written: str, scalar: str) -> None:
    value = root_of(written).at("a")

    assert stands(written, value) == scalar


def test_a_key_begins_with_its_anchor() -> None:
    text = "x:\n  &a !!str key: value\n"

    inner = root_of(text).at("x")

    assert isinstance(inner, Mapping)
    key = inner.pairs[0].key
    assert isinstance(key, Scalar)
    assert (text[key.outset], text[key.start : key.end]) == ("&", "key")


def test_braces_are_told_from_a_single_pair_in_brackets() -> None:
    items = root_of("a: [{b: c}, d: e, {f: g}: h, &x {i: j}]\n").at("a")

    assert isinstance(items, Sequence)
    assert [one.braced for one in items.items if isinstance(one, Mapping)] == [True, False, False, True]


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("", [(1, 1)]),
        ("ab\nc", [(1, 1), (1, 2), (1, 3), (2, 1), (2, 2)]),
        ("a\r\nb\r", [(1, 1), (1, 2), (1, 3), (2, 1), (2, 2), (3, 1)]),
        ("\ufeffa\n", [(1, 1), (1, 1), (1, 2), (2, 1)]),
        ("𝕏\u2028b", [(1, 1), (1, 2), (2, 1), (2, 2)]),
    ],
)
def test_every_offset_has_its_line_and_column(text: str, places: list[tuple[int, int]]) -> None:
    lines = Lines(text)

    assert [lines.place(offset) for offset in range(len(text) + 1)] == places


def test_a_line_ends_before_its_break_and_the_last_line_has_that_of_the_first() -> None:
    lines = Lines("a \r\nb\r\nc")

    assert [(lines.end(offset), lines.newline(offset)) for offset in (0, 4, 7)] == [(2, "\r\n"), (5, "\r\n"), (8, "\r\n")]


# Anchors and merges --------------------------------------------------------------------------------------------------


def test_an_alias_leads_to_the_node_of_its_anchor_and_is_not_that_node() -> None:
    root = root_of("a: &x {b: c}\nd: *x\n")

    assert isinstance(root.pairs[1].value, Alias)
    assert root.at("d") is root.pairs[0].value
    assert target(root.pairs[0].value).aliased


def test_own_names_come_before_merged_ones_and_earlier_merges_before_later() -> None:
    text = "a: &a {x: 1, y: 1, z: 1}\nb: &b {y: 2, z: 2, w: 2}\nc: {<<: [*b, *a], z: 3}\n"

    merged = root_of(text, "x", "y", "z", "w").at("c")

    assert isinstance(merged, Mapping)
    assert {name: merged.scalar(name).text for name in "wxyz"} == {"w": "2", "x": "1", "y": "2", "z": "3"}  # type: ignore[union-attr]


def test_only_names_that_are_asked_for_are_merged() -> None:
    merged = root_of("a: &a {x: 1, y: 1}\nb: {<<: *a}\n", "x").at("b")

    assert isinstance(merged, Mapping)
    assert set(merged.names) == {"<<", "x"}


@pytest.mark.parametrize(
    "text", ["a: &a {<<: *a, x: 1}\n", "a: &a {<<: [*a, *a], x: 1}\n", "a: &a\n  b: {<<: *a}\n  x: 1\n"]
)
def test_a_mapping_that_merges_itself_ends(text: str) -> None:
    root = root_of(text, "x").at("a")

    assert isinstance(root, Mapping)
    assert root.scalar("x") is not None


def test_a_quoted_merge_key_merges_nothing() -> None:
    merged = root_of('a: &a {x: 1}\nb: {"<<": *a}\n', "x").at("b")

    assert isinstance(merged, Mapping)
    assert merged.scalar("x") is None


def test_an_anchor_ends_with_its_document() -> None:
    fault = fault_of("a: &x 1\n---\nb: *x\n")

    assert (fault.sentence, fault.line, fault.column) == (faults.NO_ANCHOR, 3, 4)


# Faults --------------------------------------------------------------------------------------------------------------


def test_a_key_that_stands_twice_is_told_with_both_lines() -> None:
    fault = fault_of("jobs:\n  a: 1\n  b: 2\n  'a': 3\n")

    assert (fault.line, fault.column) == (4, 3)
    assert "in lines 2 and 4" in fault.sentence


def test_a_quote_that_is_never_closed_is_told_where_it_opens() -> None:
    fault = fault_of("\ufeffa: b\r\nc: 'd\r\n" + "e: f\r\n" * 100)

    assert (fault.line, fault.column) == (2, 4)


def test_no_sentence_and_no_cause_repeats_the_file() -> None:
    canary = "CANARY-4f1d7c2e"

    for text in (f"a: *{canary}", f"a: '{canary}", f"{canary}: 1\n{canary}: 2", f"a: b: {canary}", f"!{canary}!x y"):
        fault = fault_of(text)

        assert canary not in f"{fault!r} {fault.__cause__!r} {fault.__context__!r}"


@pytest.mark.parametrize("text", ["a: b\ud800c", "a\x00", "\x1b[31m", "a: \ufffe", "\x7f"])
def test_what_is_no_text_is_refused_where_it_stands(text: str) -> None:
    fault = fault_of(f"first: line\n{text}")

    assert (fault.sentence, fault.line) == (faults.NO_TEXT, 2)


# Limits --------------------------------------------------------------------------------------------------------------


def test_a_file_is_at_most_256_kb_of_utf_8() -> None:
    assert read("#" * LARGEST_BYTES).uses == ()
    assert fault_of("#" * (LARGEST_BYTES + 1)).sentence == faults.TOO_LARGE
    assert fault_of("#" + "é" * (LARGEST_BYTES // 2)).sentence == faults.TOO_LARGE
    assert fault_of("image: redis:7\n" * 70_000).sentence == faults.TOO_LARGE


def test_a_file_is_nested_at_most_100_deep() -> None:
    assert len(read("[" * 99 + "{image: redis:7}" + "]" * 99).uses) == 1
    assert fault_of("[" * 100 + "{image: redis:7}" + "]" * 100).sentence == faults.TOO_DEEP


def test_a_file_has_at_most_100_000_values() -> None:
    assert read("-\n" * 99_999).uses == ()
    assert fault_of("-\n" * 100_000).sentence == faults.TOO_MANY_NODES


def test_a_file_has_at_most_500_images() -> None:
    assert len(read("- image: redis:7\n" * 500).uses) == 500
    assert fault_of("- image: redis:7\n" * 501).sentence == faults.TOO_MANY_IMAGES


def full(part: str, *, before: str = "", behind: str = "") -> str:
    return before + part * ((LARGEST_BYTES - len(before) - len(behind)) // len(part.encode())) + behind


def numbered(part: str, count: int, *, before: str = "") -> str:
    return before + "".join(part.format(number, number + 1) for number in range(count))


HOSTILE = {
    "brackets": full("["),
    "brackets on lines": full("[\n"),
    "braces": full("{"),
    "keys in brackets": full("[a: "),
    "explicit keys": full("? "),
    "explicit keys in braces": full("{? "),
    "dashes": full("- "),
    "empty lists": full("[],", before="[", behind="]"),
    "90 deep": full("[" * 90 + "]" * 90 + "\n---\n"),
    "documents": full("---\n"),
    "empty mappings": full("- {}\n"),
    "tag prefixes": numbered("%TAG !{}! x\n", 15_000) + "---\na",
    "tags": numbered("%TAG !{}! x\n", 99) + "---\n" + "- !98!x\n" * 24_000,
    "aliases": full("- *a\n", before="- &a {image: redis:7}\n"),
    "merges": full("- {<<: *a}\n", before="- &a {image: redis:7}\n"),
    "a chain of merges": numbered("- &a{1} {{<<: *a{0}}}\n", 10_000, before="- &a0 {image: redis:7}\n"),
    "a chain of two merges": numbered("- &a{1} {{<<: [*a{0}, *a{0}]}}\n", 7_500, before="- &a0 {image: redis:7}\n"),
    "a merged list": "- &l [\n" + "{image: redis:7},\n" * 5_000 + "]\n" + "- {<<: *l}\n" * 13_000,
    "aliases to a long text": full("- image: *a\n", before=f"- &a {'x' * 100_000}\n"),
    "aliases to a long repository": numbered(
        "- {{image: *a, containerRegistry: r{}}}\n", 3_500, before=f"- &a {{repository: {'x' * 100_000}, tag: y}}\n"
    ),
    "aliases to long braces": numbered(
        "- {{image: *a, containerRegistry: r{}}}\n", 3_500, before=f"- &a {{{{{'x' * 100_000}}}}}\n"
    ),
    "secrets of many": "apiVersion: v1\nkind: Pod\ns: &s ["
    + "{name: a}," * 12_000
    + "]\na: ["
    + "{imagePullSecrets: *s, image: x}," * 490
    + "]\n",
    "images in one line": "[" + ('{image: redis:7, x: "' + "y" * 450 + '"},') * 490 + "]",
    "defaults of many": numbered(" j{}: {{containerRegistry: r}}\n", 7_000, before="defaults: {image: x}\njobs:\n"),
    "comments behind an anchor": full("#\n", before="a: &a\n", behind=" b"),
    "an open quote": full("a\n", before='"'),
    "escapes": full("\\u0041", before='a: "', behind='"'),
    "emoji": full("- 𝕏\n"),
    "empty lines of a block": full("\n", before="a: |+\n"),
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_no_shape_of_a_file_costs_much_more_than_another(text: str) -> None:
    assert len(text.encode()) <= LARGEST_BYTES
    began = process_time()

    try:
        read(text)
    except SpecFault as fault:
        assert fault.sentence != faults.TOO_LARGE  # noqa: PT017 - most are read, some are refused; all are fast

    # A fraction of a second as it is; what follows the nesting or the aliases of any of these takes minutes.
    assert process_time() - began < 10
