"""
What sort of document an image stands in, told by shapes.

Sources: product page, section 7; Kubernetes API conventions, "Types" (every object has `apiVersion` and `kind`); Compose
specification, "Services". Other programs have `jobs` too: those of GitHub Actions have `runs-on`, those of CircleCI a list
`docker`, and neither knows a `containerRegistry`.
"""

from registries.specs.nodes import Mapping, Scalar, Sequence, target
from registries.specs.spec import Kind

IMAGE = "image"
REGISTRY = "containerRegistry"
SECRETS = "imagePullSecrets"

_OF_A_WORKFLOW = frozenset({"jobs", "with", "defaults", "deploymentspec"})
_OF_A_DEPLOYMENT = ("resources", "replicas", "port", "deploymentspec")

# Every name that is asked of a mapping, so that what is merged has to be known by these alone.
ASKED = frozenset(
    {
        *(IMAGE, REGISTRY, SECRETS, *_OF_A_WORKFLOW, *_OF_A_DEPLOYMENT),
        *("uses", "runs-on", "docker", "services", "build"),
        *("apiVersion", "kind", "metadata", "name", "namespace", "serviceAccountName", "serviceAccount"),
        *("containers", "templates", "repository", "reference", "registry", "tag", "digest"),
    }
)


def kind_within(around: tuple[Kind, bool] | None, key: str, mapping: Mapping) -> tuple[Kind, bool]:
    """
    Return the kind of a mapping at a key, and whether it holds for all that is within.

    `around` is the same of the mapping around it, None at the root of a document.
    """
    if is_object(mapping):
        return Kind.KUBERNETES, True
    if around is not None and around[1]:
        return around
    if around is None and _is_compose(mapping):
        return Kind.COMPOSE, True
    if "runs-on" in mapping.names or isinstance(mapping.at("docker"), Sequence):
        return Kind.OTHER, True
    named = REGISTRY in mapping.names or "uses" in mapping.names or key in _OF_A_WORKFLOW
    if named or (around is None and _is_deployment(mapping)):
        return Kind.WORKFLOW, False
    return around or (Kind.OTHER, False)


def is_object(mapping: Mapping) -> bool:
    """Say whether this is an object of Kubernetes."""
    return isinstance(mapping.at("apiVersion"), Scalar) and isinstance(mapping.at("kind"), Scalar)


def _is_compose(root: Mapping) -> bool:
    services = root.at("services")
    if not isinstance(services, Mapping):
        return False
    values = (target(pair.value) for pair in services.pairs)
    return any(isinstance(one, Mapping) and (IMAGE in one.names or "build" in one.names) for one in values)


def _is_deployment(root: Mapping) -> bool:
    return IMAGE in root.names and any(name in root.names for name in _OF_A_DEPLOYMENT)
