"""
JSON, YAML and base64 into plain maps, lists and texts.

What is read came from anybody's clipboard: its depth and its aliases are limited, YAML is read as plain text in maps and
lists, and an error quotes none of it, however deep its own causes are looked through.
"""

import base64
import json
from typing import Any, NoReturn

import yaml

from console.sentences import say

DEEP = say("This is nested too deeply to be a file of logins.")
NOT_JSON = say("This is not JSON. Paste the whole file, from the first {{ to the last }}.")
TWICE = say("The same name stands twice in this file, so one login hides another. Remove one of the two.")

_MOST_ALIASES = 100
_DEEPEST = 32
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_URL_SAFE = str.maketrans("-_", "+/")


class NotLogins(ValueError):
    """What was pasted holds no logins; `sentence` is what people read: what it is instead, and what to do."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


def from_base64(packed: str) -> str:
    """Return the text that this is base64 of, wrapped or not, in either alphabet; "" where it is none."""
    packed = "".join(packed.split()).translate(_URL_SAFE).rstrip("=")
    try:
        return base64.b64decode(packed + "=" * (-len(packed) % 4), validate=True).decode("utf-8")
    except ValueError:
        return ""


def from_json(content: str) -> Any:
    """Return what a text of JSON holds. Raises `NotLogins`, also where a map has one name twice."""
    # The parser's own error holds the whole text, so it is let go of before ours is raised.
    try:
        return json.loads(content, object_pairs_hook=_once, parse_constant=_no_constant)
    except NotLogins as error:
        fault = error.sentence
    except RecursionError:
        fault = DEEP
    except ValueError:
        fault = NOT_JSON
    raise NotLogins(fault)


def from_yaml(content: str, *, otherwise: str) -> list[Any]:
    """Return the documents of a text of YAML. Raises `NotLogins`, with the words `otherwise` where it is not YAML."""
    try:
        _judge(content)
        return [_plain(node, {}) for node in yaml.compose_all(content, Loader=_LOADER)]
    except NotLogins as error:
        fault = error.sentence
    except RecursionError:
        fault = DEEP
    except (yaml.YAMLError, ValueError):
        fault = otherwise
    raise NotLogins(fault)


def _judge(content: str) -> None:
    depth = aliases = 0
    for event in yaml.parse(content, Loader=_LOADER):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        aliases += isinstance(event, yaml.AliasEvent)
        if depth > _DEEPEST:
            raise NotLogins(DEEP)
        if aliases > _MOST_ALIASES:
            raise NotLogins(say("This uses more than {most} aliases, so it is not a file of logins.", most=_MOST_ALIASES))


def _plain(node: yaml.Node, made: dict[int, Any]) -> Any:
    """
    Return a document as maps, lists and texts. Tags and merge keys mean nothing here, and an alias is never copied.

    `made` is what became of the nodes that were met, None for those that are still being made.
    """
    if isinstance(node, yaml.ScalarNode):
        return node.value
    if id(node) not in made:
        made[id(node)] = None
        if isinstance(node, yaml.MappingNode):
            named = [(key.value, value) for key, value in node.value if isinstance(key, yaml.ScalarNode)]
            made[id(node)] = _once([(name, _plain(value, made)) for name, value in named])
        else:
            made[id(node)] = [_plain(value, made) for value in node.value]
    return made[id(node)]


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(dict(pairs)) != len(pairs):
        raise NotLogins(TWICE)
    return dict(pairs)


def _no_constant(name: str) -> NoReturn:
    raise NotLogins(say("This holds NaN or Infinity, which JSON does not have."))
