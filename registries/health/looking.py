"""
Looking at images: what one registry knows of some of them, asked with one login or with none.

The way up to it is that of a check, taken by the same code, and what stops there is told in the same words. Sources:
product page, sections 5 and 7. No sentence holds words of a registry's own.
"""

import logging
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass

from console.sentences import say
from registries.distribution import Client, Credential, Http, Manifest, Reference, RegistryError
from registries.explanations import Asked, explain
from registries.flavors.base import Flavor
from registries.health.climb import Climb
from registries.health.way import Way
from registries.outcomes import Outcome, State, Step, StepResult

log = logging.getLogger("berth")

OWN_FAULT = say("Berth ran into a fault of its own.")

# What says something of one image alone: the next one may be answered otherwise.
_OF_ONE_IMAGE = frozenset({
    Outcome.CONNECTED, Outcome.IMAGE_NOT_FOUND, Outcome.NO_PULL_ACCESS, Outcome.NOT_A_REGISTRY
})  # fmt: skip


@dataclass(frozen=True)
class Sight:
    """What was learned of one image: how asking for it ended, the step at which it did, and its manifest if it was read."""

    outcome: Outcome
    step: StepResult
    manifest: Manifest | None = None


def look_at(
    registry: Flavor,
    way: Way,
    images: Sequence[Reference],
    *,
    login: Callable[[Http], Credential | None] | None = None,
    token_hosts: Collection[str] = (),
) -> Iterator[tuple[Reference, Sight]]:
    """
    Ask a registry for one image after the other, and yield what was learned of each. Raises nothing.

    `login` gives the login, and is None where there is none: then nobody signs in, because some registries that ask for a
    login let anybody read some images. `token_hosts` are the origins that were approved to get it. What stops all images,
    such as a login that is refused, is met once and told of each.
    """
    climb = Climb(registry, way, "", login or _nobody, token_hosts)
    stopped = _stopped_on_the_way(climb, [Step.DNS, Step.TLS, *([Step.SIGN_IN] if login else [])])
    for image in images:
        # Nobody asks for each image anew: that one needs a login does not tell that the next one does.
        sight = stopped or _seen(climb.client or climb.asking(None), registry, image, has_login=climb.has_login)
        yield image, sight
        nobody_refused = sight.outcome == Outcome.SIGN_IN_REFUSED and not climb.has_login
        if sight.outcome not in _OF_ONE_IMAGE and not nobody_refused:
            stopped = sight


def _stopped_on_the_way(climb: Climb, steps: Sequence[Step]) -> Sight | None:
    for step in steps:
        outcome, result = climb.take(step)
        if outcome != Outcome.CONNECTED:
            return Sight(outcome, result)
    return None


def _seen(client: Client, registry: Flavor, image: Reference, *, has_login: bool) -> Sight:
    try:
        manifest = client.manifest(image.repository, image.target)
    except RegistryError as error:
        return Sight(*explain(error, Asked(registry=registry, step=Step.PULL, has_login=has_login, image=image)))
    except Exception as error:  # noqa: BLE001 - whatever it is, the others are still to be asked for
        # The text of an error may quote what a registry sent, so only its kind is logged.
        log.error("Looking at an image met an unexpected %s.", type(error).__name__)
        return Sight(Outcome.COULD_NOT_CHECK, StepResult(step=Step.PULL, state=State.FAILED, fact=OWN_FAULT))
    return Sight(Outcome.CONNECTED, StepResult(step=Step.PULL, state=State.PASSED), manifest)


def _nobody(_: Http) -> Credential | None:
    return None
