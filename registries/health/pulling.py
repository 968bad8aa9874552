"""
The step that reads an image: what it says of the one that was named, and what else can be proved where none is.

Source: product page, section 5; reference page, sections 2.5, 2.7 and 2.8. No name from a catalog is told, since a catalog
could have been written to show our login.
"""

from contextlib import suppress
from typing import NamedTuple

from console.sentences import say, together
from registries.distribution import AccessDenied, Client, Manifest, NotFound, Reference, RegistryError, SignIn
from registries.distribution.manifest import USUAL_PLATFORM
from registries.explanations import short
from registries.flavors.base import Flavor
from registries.health.words import in_a_row, measures, pulls_left
from registries.outcomes import Mend, State
from registries.repairs import TO_NAME_AN_IMAGE

MOST_REPOSITORIES = 3  # of a catalog, from which one image is looked for

NAME_ONE = say("Name a private test image: reading it proves the pull.")


class Told(NamedTuple):
    """Where a step stands that nothing stopped, the fact, what to do, and where in the form that is done."""

    state: State
    fact: str
    fix: str = ""
    mends: tuple[Mend, ...] = ()


def told(image: Reference, manifest: Manifest) -> Told:
    """Say what a test image is, and warn where most machines cannot run it."""
    what = say("{image}.", image=in_a_row(short(image), measures(manifest, with_digest=not image.digest)))
    left = pulls_left(manifest.allowance) if manifest.allowance else ""
    if not manifest.platforms or USUAL_PLATFORM in manifest.platforms:
        return Told(State.PASSED, together(what, left))
    lacks = say("It is not for {platform}.", platform=USUAL_PLATFORM)
    fix = say("Most machines cannot run it. Build it for {platform} too.", platform=USUAL_PLATFORM)
    return Told(State.WARNED, together(what, lacks, left), fix)


def anything(client: Client, registry: Flavor, sign_in: SignIn) -> tuple[Told, Reference | None]:
    """Prove what can be proved without a test image; return what to say of it, and which image was read, if any."""
    if found := _found_in_catalog(client, registry):
        image, manifest = found
        left = pulls_left(manifest.allowance) if manifest.allowance else ""
        fact = say("No test image is named. One from the catalog was read: {image}.", image=measures(manifest))
        limits = say("That proves a pull of this one, and not of every other.")
        return Told(State.PASSED, together(fact, limits, left)), image
    signed_in = sign_in in (SignIn.BASIC, SignIn.TOKEN)
    known = say("Signing in is: the login is known, and what it may read is not.") if signed_in else ""
    not_proved = together(say("No test image is named, so a pull is not proved."), known)
    return Told(State.SKIPPED, not_proved, NAME_ONE, (TO_NAME_AN_IMAGE,)), None


def _found_in_catalog(client: Client, registry: Flavor) -> tuple[Reference, Manifest] | None:
    """Read the first image that the catalog offers. Many registries refuse it, which is no fault of the login."""
    if not registry.has_catalog:
        return None
    with suppress(RegistryError):
        for repository in _repositories(client, registry.prefix):
            with suppress(AccessDenied, NotFound):
                if tags := client.tags(repository, limit=1):
                    image = Reference(host=registry.host, repository=repository, tag=tags[0])
                    return image, client.manifest(repository, image.target)
    return None


def _repositories(client: Client, prefix: str) -> list[str]:
    """Return a few repositories of the catalog that this connection is for."""
    mine = [name for name in client.catalog() if not prefix or name == prefix or name.startswith(f"{prefix}/")]
    return mine[:MOST_REPOSITORIES]
