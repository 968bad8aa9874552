"""
What is said of a file that cannot be read: the fact, then what to do. No sentence repeats a word of the file.

The parser speaks of its own inner states; these are the mistakes behind them, each tried with the files of the corpus.
"""

import yaml

from console.sentences import say, together
from registries.specs.lines import Lines
from registries.specs.spec import SpecFault

TOO_LARGE = say("This file is larger than 256 KB. Check its parts one by one.")
TOO_DEEP = say("This is nested more than 100 deep, which no workload file is. Check the file that it was made from.")
TOO_MANY_NODES = say("This file has more than 100,000 values. Check its parts one by one.")
TOO_MANY_IMAGES = say("This file has more than 500 images. Check its parts one by one.")
TOO_MANY_DIRECTIVES = say(
    "This file declares more than 100 tags, which no workload file does. Remove those that are not used."
)
NO_TEXT = say("A character stands here that no text file has. Save the file as UTF-8 text, or remove the character.")
NO_ANCHOR = say("An alias, a name after *, leads to no anchor above it in this document. Check how it is spelt.")
NOT_YAML = say("This is not YAML. Check this line and the one above it.")

_TAB = say("A tab stands where YAML takes spaces alone. Indent this line with spaces.")
_QUOTE = say("The quote that opens here is never closed. Close it on the same line, or indent what belongs to it.")
_TEMPLATE = say(
    "A template, {sample}, stands here, and is YAML only when it is rendered. Check what it renders to.", sample="{{ … }}"
)
_RESERVED = say("No value begins with this character. Put the value in quotes.")
_COLON = say("A colon makes a key of what is before it, and none can stand here. Check the indentation, or use quotes.")
_INDENTATION = say("This line fits to none above it. Check its indentation, and the quotes and brackets before it.")
_BRACKET = say("What opens here is never closed, or a comma is missing in it. Close it, or put the comma in.")
_MISPLACED = say("A bracket, a brace or a comma stands where a value should. Remove it, or put the value in quotes.")

# A part of what the parser says, what is wrong, and whether it is so where the parser began rather than where it stopped.
_SAID = (
    ("found a tab character", _TAB, False),
    ("while scanning a quoted scalar", _QUOTE, True),
    ("mapping values are not allowed", _COLON, False),
    ("mapping keys are not allowed", _COLON, False),
    ("expected ',' or", _BRACKET, True),
    ("expected node content", _MISPLACED, False),
    ("block sequence entries are not allowed", say("A list cannot begin here. Put it on lines of its own."), False),
    (
        "could not find expected ':'",
        say("This line has no colon after its key. Put one in, or check its indentation."),
        False,
    ),
    ("expected key", _INDENTATION, False),
    ("expected '-' indicator", _INDENTATION, False),
    ("<document start>", say("Something stands behind the end of the document. Begin a new one with ---."), False),
    (
        "escape",
        say("A backslash within double quotes begins an escape, and there is none like this. Use single quotes."),
        False,
    ),
    (
        "hexdecimal",
        say("A backslash within double quotes begins an escape, and this one is not complete. Use single quotes."),
        False,
    ),
    (
        "undefined tag handle",
        say("This tag has a prefix that the file does not declare. Remove the tag, or declare it."),
        False,
    ),
    (
        "block scalar",
        say("Behind | or > stands nothing on its line but -, + or a digit. Begin the text on the next line."),
        False,
    ),
    (
        "scanning a directive",
        say("A line that begins with {sign} is a directive, and there is none like this. Remove it.", sign="%"),
        False,
    ),
    ("an anchor", say("A name of letters and digits follows &. Name the anchor, or put the value in quotes."), False),
    ("an alias", say("A name of letters and digits follows *. Name the anchor, or put the value in quotes."), False),
)


def fault_at(lines: Lines, offset: int, sentence: str) -> SpecFault:
    line, column = lines.place(offset)
    return SpecFault(sentence, line=line, column=column)


def twice(lines: Lines, first: int, second: int) -> SpecFault:
    """Return the fault of a mapping that has a key at both offsets."""
    one, two = lines.place(first)[0], lines.place(second)[0]
    if one == two:
        fact = say("One mapping has the same key twice, in line {line}, so that one hides the other.", line=one)
    else:
        fact = say(
            "One mapping has the same key twice, in lines {one} and {two}, so that one hides the other.", one=one, two=two
        )
    return fault_at(lines, second, together(fact, say("Remove one of them.")))


def said_by_parser(lines: Lines, shift: int, error: Exception) -> SpecFault:
    """Return the fault behind the parser’s error; `shift` is how many characters it was not given."""
    if not isinstance(error, yaml.MarkedYAMLError) or error.problem_mark is None:
        return SpecFault(NOT_YAML)
    stopped = error.problem_mark.index + shift
    began = error.context_mark.index + shift if error.context_mark else stopped
    said = f"{error.context or ''} {error.problem or ''}"
    if _in_template(lines, stopped):
        return fault_at(lines, stopped, _TEMPLATE)
    if "cannot start any token" in said:
        return fault_at(lines, stopped, _TAB if lines.text[stopped : stopped + 1] == "\t" else _RESERVED)
    for words, sentence, at_beginning in _SAID:
        if words in said:
            return fault_at(lines, began if at_beginning else stopped, sentence)
    return fault_at(lines, stopped, NOT_YAML)


def _in_template(lines: Lines, offset: int) -> bool:
    """Say whether a template stands in a line, before an offset or right there."""
    return "{{" in lines.before(offset) + lines.text[offset - 1 : offset + 2]
