"""Which connection an image gets, and why the others lost, as pages show it. Source: product page, section 6."""

from typing import Any

from django.utils import timezone

from console.models import Team
from console.sentences import say
from registries import formats, snippets
from registries.distribution import Reference
from registries.models import Connection
from registries.resolution import Problem, Resolution, resolve

MOST_SHOWN = 20  # of the connections that were considered

# How an answer is headed that has no right one.
HEADS = {
    Problem.UNKNOWN_NAME: say("No such registry"),
    Problem.PAUSED: say("Paused"),
    Problem.WRONG_HOST: say("For another host"),
    Problem.WRONG_PREFIX: say("For another path"),
    Problem.AMBIGUOUS: say("Not decided"),
}


def resolved(team: Team, image: Reference, named: str = "") -> dict[str, Any]:
    """
    Resolve an image over all of the team's connections, and return what a page shows of the answer.

    `named` is the name beside the image, "" where there is none. Asking by a former one does not count as a use of it.
    """
    every = team.connections(manager="bare").all()
    former = every.filter(former_names__until__gt=timezone.now()).values_list("former_names__name", "name")
    candidates = every.only("team", "name", "host", "prefix", "paused")
    former_names = {old.lower(): name for old, name in former} if named else {}
    resolution = resolve(image, candidates, named=named, former=former_names)
    # How its last test went. It may have been deleted just now.
    row = team.connections.for_list().filter(pk=resolution.chosen.pk).first() if resolution.chosen else None
    return {
        "resolution": resolution,
        "verdict": _verdict(resolution, row),
        "chosen": row,
        "considered": resolution.considered[:MOST_SHOWN],
        "more": max(len(resolution.considered) - MOST_SHOWN, 0),
        **_snippet(resolution),
    }


def _verdict(resolution: Resolution[Any], chosen: Connection | None) -> tuple[str, str]:
    """Return how the answer is coloured, and its head. What resolves to a login that does not work needs a look too."""
    if resolution.problem:
        return "bad", HEADS[resolution.problem]
    if resolution.public:
        return "none", say("No registry")
    if chosen and chosen.trouble:
        return (
            ("bad", say("Resolves, but fails"))
            if chosen.status_kind == "bad"
            else ("warn", say("Resolves, and needs a look"))
        )
    return "ok", say("Resolves")


def _snippet(resolution: Resolution[Any]) -> dict[str, Any]:
    """Return the lines for a workflow file; where the question was wrong and one answer is right, those with the answer."""
    fitting = resolution.fitting
    name = str(resolution.chosen or "")
    if resolution.problem and (resolution.nearest in fitting or len(fitting) == 1):
        name = resolution.nearest if resolution.nearest in fitting else fitting[0]
    if not (name or resolution.public):
        return {}
    text = formats.as_yaml({"image": str(resolution.reference), **({"containerRegistry": name} if name else {})})
    return {"snippet": text, "marked": snippets.highlighted(text), "mended": bool(resolution.problem)}
