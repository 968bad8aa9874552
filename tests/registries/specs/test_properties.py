"""What holds of every file: written in all styles by a writer of its own, or of the corpus with pieces broken out of it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from registries.specs.reading import read
from registries.specs.spec import Gap, Spec, SpecFault, Use
from tests.registries.specs.test_finding import CORPUS, text_of

BREAKS = ("\n", "\r\n", "\r")
IMAGES = ("redis:7", "ghcr.io/northwind-labs/a:2.4", "us-west1-docker.pkg.dev/p/r/i@sha256:00", "ранкер", "𝕏/🚀:1", "a b")
KEYS = ("train", "with", "обучение", "🚀", "x y", "spec", "services", "jobs", "1", "-a", "?b")
COMMENTS = ("", "", "  # a comment", "  # image: not-this-one", "  # 𝕏🚀")
NAME = "containerRegistry: my-registry"


# A writer ------------------------------------------------------------------------------------------------------------


@dataclass
class Writer:
    """Writes trees of mappings, lists and texts as YAML; each step it is free in is drawn."""

    draw: Callable[[st.SearchStrategy[str]], str]
    newline: str

    def any_of(self, *choices: str) -> str:
        return self.draw(st.sampled_from(choices))

    def scalar(self, text: str) -> str:
        style = self.any_of("plain", "single", "double", "escaped", "tagged", "anchored")
        if style == "escaped":
            return '"' + "".join(f"\\U{ord(mark):08x}" if mark in "aр🚀" else mark for mark in text) + '"'
        quoted = {"single": f"'{text}'", "double": f'"{text}"', "tagged": f"!!str {text}", "anchored": f"&a {text}"}
        return quoted.get(style, text)

    def key(self, text: str) -> str:
        return self.any_of(text, f"'{text}'", f'"{text}"') if text[0].isalpha() else f'"{text}"'

    def flow(self, node: object) -> str:
        space = self.any_of("", " ", f"{self.newline}                        ")
        if isinstance(node, dict):
            return "{" + ",".join(f"{space}{self.key(key)}: {self.flow(value)}" for key, value in node.items()) + "}"
        if isinstance(node, list):
            return "[" + ",".join(f"{space}{self.flow(item)}" for item in node) + "]"
        return self.scalar(str(node))

    def block(self, node: object, indentation: int) -> str:
        """Return a node as it stands behind its colon or dash, from the space there to the end of its last line."""
        if not node or self.any_of("block", "block", "block", "flow") == "flow":
            return f" {self.flow(node)}{self.any_of(*COMMENTS)}{self.newline}"
        deeper = indentation + int(self.any_of("1", "2", "4"))
        before = f"{self.any_of(*COMMENTS)}{self.newline}{self.any_of('', self.newline)}"
        pad = " " * deeper
        if isinstance(node, dict):
            rows = (f"{pad}{self.key(key)}:{self.block(value, deeper)}" for key, value in node.items())
        elif isinstance(node, list):
            rows = (f"{pad}-{self.block(item, deeper)}" for item in node)
        else:
            style = self.any_of("same line", "next line", ">-", "|-")
            if style == "same line":
                return f" {self.scalar(str(node))}{self.any_of(*COMMENTS)}{self.newline}"
            header, text = ("", self.scalar(str(node))) if style == "next line" else (f" {style}", str(node))
            return f"{header}{self.any_of(*COMMENTS)}{self.newline}{pad}{text}{self.newline}"
        return before + "".join(rows)


def images_of(node: object) -> list[str]:
    """Return the images of a tree in the order in which they are written."""
    if isinstance(node, dict):
        return [
            image
            for key, value in node.items()
            for image in ([value] if key == "image" and isinstance(value, str) else images_of(value))
        ]
    return [image for item in node for image in images_of(item)] if isinstance(node, list) else []


def mappings(children: st.SearchStrategy[object]) -> st.SearchStrategy[object]:
    others = st.dictionaries(st.sampled_from(KEYS), children, max_size=3)
    image = st.fixed_dictionaries({}, optional={"image": st.sampled_from(IMAGES), "port": st.just("80")})
    both = st.tuples(others, image, st.booleans())
    return both.map(lambda drawn: {**drawn[0], **drawn[1]} if drawn[2] else {**drawn[1], **drawn[0]})


TREES = st.recursive(st.just("text"), lambda children: mappings(children) | st.lists(children, max_size=3), max_leaves=25)


@st.composite
def files(draw: Callable[[st.SearchStrategy[str]], str]) -> tuple[str, list[str]]:
    """Draw a text with the images that it has, in several documents."""
    newline = draw(st.sampled_from(BREAKS))
    writer = Writer(draw, newline)
    trees: Sequence[object] = draw(st.lists(TREES, min_size=1, max_size=3))  # type: ignore[arg-type]
    documents = [f"---{newline}root:{writer.block(tree, 0)}" for tree in trees]
    text = writer.any_of("", "\ufeff") + "".join(documents)
    # A file need not end with a break.
    text = text.removesuffix(newline) if writer.any_of("", "cut") else text
    return text, images_of(list(trees))


# What holds ----------------------------------------------------------------------------------------------------------


def place(text: str, offset: int) -> tuple[int, int]:
    """Return line and column the slow way."""
    line = column = 1
    for mark, following in zip(text[:offset], text[1 : offset + 1] + " ", strict=False):
        if mark == "\ufeff" and (line, column) == (1, 1):
            continue
        ends = mark in "\n\x85\u2028\u2029" or (mark == "\r" and following != "\n")
        line, column = (line + 1, 1) if ends else (line, column + 1)
    return line, column


def put_in(text: str, gap: Gap, what: str) -> str:
    return f"{text[: gap.at]}{gap.before}{what}{gap.after}{text[gap.at :]}"


def points_well(spec: Spec) -> None:
    for use in spec.uses:
        for word in filter(None, (use.image, use.named)):
            span = word.span
            assert 0 <= span.start <= span.end <= len(spec.text)
            assert (span.line, span.column) == place(spec.text, span.start)
            assert (span.end_line, span.end_column) == place(spec.text, span.end)


def mends_well(spec: Spec, use: Use) -> None:
    """Say that what goes into the gaps of an image is read there."""
    if use.gap is not None:
        mended = read(put_in(spec.text, use.gap, NAME)).uses
        there = [one for one in mended if one.image.span.start == use.image.span.start]
        assert "my-registry" in [one.named.text for one in there if one.named]
        assert there[0].image.text == use.image.text
    secrets = use.secrets
    if secrets is None:
        return
    for gap, what in ((secrets.gap, "imagePullSecrets: [{name: my-secret}]"), (secrets.add, "{name: my-secret}")):
        if gap is not None:
            after = [one.secrets for one in read(put_in(spec.text, gap, what)).uses if one.owner == use.owner]
            assert any(one and one.names == ("my-secret", *secrets.names) for one in after)


def read_or_refused(text: str) -> None:
    try:
        spec = read(text)
    except SpecFault as error:
        fault = error
    else:
        points_well(spec)
        for use in spec.uses:
            mends_well(spec, use)
        return
    assert fault.sentence.endswith(".")
    assert fault.line <= len(text.splitlines()) + 1


@given(files())
def test_n_images_are_n_uses_whatever_the_nesting_and_the_style(file: tuple[str, list[str]]) -> None:
    text, images = file

    spec = read(text)

    assert [use.image.text for use in spec.uses] == images


@given(files())
def test_a_span_holds_exactly_the_image(file: tuple[str, list[str]]) -> None:
    text, _ = file

    spec = read(text)

    points_well(spec)
    for use in spec.uses:
        stands = text[use.image.span.start : use.image.span.end]
        assert yaml.safe_load(f"{stands}\n") == use.image.text
        assert stands == stands.strip()


@given(files())
def test_a_name_that_is_put_into_a_gap_is_the_name_of_that_image_and_of_no_other(file: tuple[str, list[str]]) -> None:
    text, _ = file
    spec = read(text)

    for index, use in enumerate(spec.uses):
        if use.gap is not None:
            mended = read(put_in(text, use.gap, NAME))

            assert [one.image.text for one in mended.uses] == [one.image.text for one in spec.uses]
            assert [one.named.text if one.named else "" for one in mended.uses] == [
                "my-registry" if number == index else "" for number in range(len(spec.uses))
            ]


@given(files())
def test_a_step_on_a_line_of_its_own_always_has_a_gap(file: tuple[str, list[str]]) -> None:
    text, _ = file

    for use in read(text).uses:
        line = text.splitlines()[use.image.span.line - 1].lstrip("\ufeff")
        if line[: use.image.span.column - 1].lstrip(" -").rstrip() == "image:":
            assert use.gap is not None


# Anything at all -----------------------------------------------------------------------------------------------------

PIECES = st.sampled_from(
    [
        *("image: ", "containerRegistry: ", "imagePullSecrets:\n", "apiVersion: v1\nkind: Pod\n", "redis:7", "a", "~"),
        *(
            "- ",
            ": ",
            "\n",
            "\r\n",
            "\n  ",
            "\n    ",
            "\t",
            " ",
            "{",
            "}",
            "[",
            "]",
            ", ",
            "? ",
            "#",
            "---\n",
            "...\n",
            "%",
        ),
        *("&a ", "*a", "<<: *a", "!Ref ", "!!str ", "|\n", ">-\n", "|+\n", "'", '"'),
        *("\ufeff", "\u2028", "\x85", "𝕏", "\0", "\ud800", "\x1b"),
    ]
)


@given(st.text() | st.text(alphabet="image: &*!|>'\"%@`{}[],?-#\n\t\r<~a") | st.lists(PIECES).map("".join))
def test_whatever_is_pasted_is_read_or_refused_in_a_sentence(text: str) -> None:
    read_or_refused(text)


SHORT = [text for text in map(text_of, CORPUS) if len(text) < 3_000]
CUTS = st.tuples(st.integers(0, 3_000), st.integers(0, 12), st.lists(PIECES, max_size=2).map("".join))


@given(st.sampled_from(SHORT), st.lists(CUTS, max_size=3))
def test_a_file_with_pieces_broken_out_of_it_is_read_or_refused(text: str, cuts: list[tuple[int, int, str]]) -> None:
    for at, length, new in cuts:
        text = text[: at % (len(text) + 1)] + new + text[at % (len(text) + 1) + length :]

    read_or_refused(text)


@pytest.mark.parametrize("path", CORPUS, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_the_files_of_the_corpus_are_pointed_at_and_mended_well(path: Path) -> None:
    read_or_refused(text_of(path))
