"""
What stands at a key `image`: a text, a mapping that one is put together of, or no image at all; and at `containerRegistry`.

Sources: YAML 1.1, section 10.3 and https://yaml.org/type/ (what a plain scalar is read as). Helm’s charts write an image
as a mapping with `repository`, GitLab CI with `name`, Kubernetes’ image volumes with `reference`.
"""

from dataclasses import dataclass

from yaml.resolver import Resolver

from console.sentences import say
from registries.specs.lines import Lines
from registries.specs.nodes import STRING_TAGS, Alias, Mapping, Pair, Scalar, Sequence, target
from registries.specs.spec import Span, Word

NOTHING = say("There is no image here: nothing stands behind the colon. Name one, or remove the key.")
LIST = say("An image is one text, and this is a list. Name one image.")
NO_NAME = say("The registry’s name is no text. Name one registry, by its name.")
_NUMBER = say("YAML reads this as a number, which is no image. Put it in quotes if it is the name of one.")
_READ_AS = {
    "int": _NUMBER,
    "float": _NUMBER,
    "bool": say("YAML reads this as true or false, which is no image. Put it in quotes if it is the name of one."),
    "timestamp": say("YAML reads this as a date, which is no image. Put it in quotes if it is the name of one."),
}
_HOLDS_IMAGE = ("repository", "name", "reference")
_LONGEST_NUMBER = 64
_TEMPLATE = "{{"


@dataclass(frozen=True)
class ImageValue:
    """An image as it stands; `fault` says why there is none, `variable` that a tag such as `!Ref` makes it in the run."""

    word: Word
    fault: str = ""
    variable: bool = False


def image_value(lines: Lines, pair: Pair) -> ImageValue | None:
    """Return what stands at a key `image`, None where it is about other things, as in a schema."""
    value = target(pair.value)
    nowhere = Word("", lines.span(pair.key.outset, pair.key.end))
    if isinstance(value, Mapping):
        return _of_mapping(lines, value, nowhere)
    if value.tag not in (*STRING_TAGS, "tag:yaml.org,2002:seq"):
        return ImageValue(word_at(lines, pair) or nowhere, variable=True)
    if isinstance(value, Sequence):
        return ImageValue(nowhere, fault=LIST)
    if value.nothing:
        return ImageValue(nowhere, fault=NOTHING)
    if (fault := _read_as(value)) is not None:
        return ImageValue(nowhere, fault=fault)
    return ImageValue(Word(value.text, span_of(lines, pair)))


def name_value(lines: Lines, pair: Pair) -> ImageValue:
    """Return what stands at a key `containerRegistry`; the word is "" where that is no text, and stands at the key."""
    value = target(pair.value)
    word = word_at(lines, pair) or Word("", lines.span(pair.key.outset, pair.key.end))
    if isinstance(value, Mapping) and value.braced and lines.text.startswith(_TEMPLATE, value.start):
        return ImageValue(word, variable=True)
    if value.tag not in (*STRING_TAGS, "tag:yaml.org,2002:seq", "tag:yaml.org,2002:map"):
        return ImageValue(word, variable=True)
    return ImageValue(word, fault="" if isinstance(value, Scalar) else NO_NAME)


def word_at(lines: Lines, pair: Pair) -> Word | None:
    """Return the text in a pair, "" where YAML reads it as null; None where it is no text."""
    value = target(pair.value)
    if not isinstance(value, Scalar):
        return None
    return Word("" if value.nothing else value.text, span_of(lines, pair))


def span_of(lines: Lines, pair: Pair) -> Span:
    """Return where a value stands; an alias is meant itself, not what it leads to."""
    value = pair.value
    return lines.span(value.outset if isinstance(value, Alias) else value.start, value.end)


def _of_mapping(lines: Lines, value: Mapping, nowhere: Word) -> ImageValue | None:
    if value.braced and lines.text.startswith(_TEMPLATE, value.start):
        # YAML takes a template without quotes for two mappings.
        return ImageValue(Word(lines.text[value.start : value.end], lines.span(value.start, value.end)))
    held = next((value.names[name] for name in _HOLDS_IMAGE if value.scalar(name)), None)
    if held is None:
        return ImageValue(nowhere, variable=True) if value.tag.startswith("!") and value.tag != "!" else None
    scalar = target(held.value)
    if not isinstance(scalar, Scalar) or scalar.nothing or not scalar.text:
        return None  # a chart leaves it to whoever installs it
    span = span_of(lines, held)
    return ImageValue(Word(_put_together(value, scalar.text), span), variable=scalar.tag not in STRING_TAGS)


def _put_together(image: Mapping, repository: str) -> str:
    host, tag, digest = (_text(image.scalar(name)) for name in ("registry", "tag", "digest"))
    return f"{host}/" * bool(host) + repository + f":{tag}" * bool(tag) + f"@{digest}" * bool(digest)


def _text(scalar: Scalar | None) -> str:
    return "" if scalar is None or scalar.nothing else scalar.text


def _read_as(scalar: Scalar) -> str | None:
    """Say what YAML makes of a plain scalar that is no text to it."""
    if scalar.style or scalar.tag or len(scalar.text) > _LONGEST_NUMBER:
        return None
    for tag, pattern in Resolver.yaml_implicit_resolvers.get(scalar.text[:1], ()):
        if pattern.match(scalar.text):
            return _READ_AS.get(tag.rpartition(":")[2])
    return None
