"""
With which Secrets a pod’s images are pulled.

Source: Kubernetes documentation, "Pull an Image from a Private Registry" and "Configure Service Accounts for Pods": a pod
that names none gets those of its service account.
"""

from collections.abc import Iterable

from registries.specs import gaps
from registries.specs.kinds import SECRETS
from registries.specs.lines import Lines
from registries.specs.nodes import Mapping, Pair, Scalar, Sequence, target
from registries.specs.places import Place
from registries.specs.spec import PullSecrets

_DEFAULT = "default"


class Pods:
    """Tells of a file’s pods what their images are pulled with; each list of Secrets is read once."""

    def __init__(self, lines: Lines, places: Iterable[Place]) -> None:
        self._lines = lines
        self._accounts = dict(filter(None, map(_account, places)))
        self._names: dict[int, tuple[str, ...]] = {}

    def secrets(self, place: Place) -> PullSecrets | None:
        """Return what the images at a place are pulled with, None where no pod is known that would name it."""
        holding = place.pulling or place.pod
        if place.object is None or holding is None:
            return None
        named = self._named(place.pulling) if place.pulling else ()
        account = None if named else self._accounts.get(_in_namespace(place.object, _account_name(holding.home)))
        # Secrets of its own would take the place of its account’s, so there is where another one belongs.
        pair = account or place.pulling
        if pair is None:
            return PullSecrets(names=(), span=None, gap=gaps.before(self._lines, holding))
        span = self._lines.span(pair.key.outset, pair.key.end)
        return PullSecrets(names=self._named(pair), span=span, gap=None, add=gaps.first(self._lines, pair))

    def _named(self, pair: Pair) -> tuple[str, ...]:
        secrets = target(pair.value)
        if id(secrets) not in self._names:
            items = [target(item) for item in secrets.items] if isinstance(secrets, Sequence) else []
            # Some kinds take plain texts.
            scalars = (item.scalar("name") if isinstance(item, Mapping) else item for item in items)
            self._names[id(secrets)] = tuple(one.text for one in scalars if isinstance(one, Scalar))
        return self._names[id(secrets)]


def _account(place: Place) -> tuple[tuple[str, str], Pair] | None:
    """Return the namespace and name of a service account with the pair of its Secrets; None where it is something else."""
    mapping = place.mapping
    kind, pair = mapping.scalar("kind"), mapping.names.get(SECRETS)
    if mapping is not place.object or kind is None or kind.text != "ServiceAccount" or pair is None:
        return None
    return _in_namespace(mapping, _of_metadata(mapping, "name")), pair


def _account_name(pod: Mapping) -> str:
    name = pod.scalar("serviceAccountName") or pod.scalar("serviceAccount")
    return name.text if name else _DEFAULT


def _in_namespace(mapping: Mapping, name: str) -> tuple[str, str]:
    return _of_metadata(mapping, "namespace"), name


def _of_metadata(mapping: Mapping, name: str) -> str:
    metadata = mapping.at("metadata")
    scalar = metadata.scalar(name) if isinstance(metadata, Mapping) else None
    return scalar.text if scalar else ""
