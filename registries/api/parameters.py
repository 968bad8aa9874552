"""
Only what an address declares is asked of it: an unknown parameter, or a second one where one is meant, is refused.

What is misspelled would be taken for absent otherwise, and `?registy=web` would be answered with the logins of all.
"""

import re
from collections.abc import Callable
from functools import wraps
from inspect import signature
from typing import Any, get_args, get_origin

from django.http import HttpRequest
from ninja.params.models import Query

from registries.api.problems import Problem

View = Callable[..., Any]

_WORD = re.compile(r"[a-z]{1,16}([_-][a-z]{1,16})?")


def only_declared(view: View) -> View:
    """Let a view answer a question whose parameters it declares, each once unless it is a list. Raises Problem."""
    declared = _declared(view)

    @wraps(view)
    def answer(request: HttpRequest, **values: Any) -> Any:
        for name, given in request.GET.lists():
            if name not in declared:
                raise Problem("invalid_request", f"{_named(name)} {_known(sorted(declared))}")
            if len(given) > 1 and not declared[name]:
                raise Problem("invalid_request", f"The parameter {name} is there {len(given)} times, and counts once.")
        return view(request, **values)

    return answer


def _declared(view: View) -> dict[str, bool]:
    """Return the parameters of a view's question, and whether each is a list."""
    found = {}
    for name, parameter in signature(view, eval_str=True).parameters.items():
        kind, *marks = get_args(parameter.annotation) or (None,)
        if any(isinstance(mark, Query) for mark in marks):
            found[name] = get_origin(kind) is list
    return found


def _named(name: str) -> str:
    """Say what is unknown. What is no plain word is not repeated: it may be a secret in the wrong place."""
    return f"There is no parameter {name} here." if _WORD.fullmatch(name) else "There is a parameter that is unknown here."


def _known(names: list[str]) -> str:
    if not names:
        return "This address takes none."
    return f"This address takes {' and '.join(filter(None, [', '.join(names[:-1]), names[-1]]))}."
