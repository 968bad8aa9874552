"""The team that files are judged for: the mock’s eight registries, and a few that stand in odd places."""

from dataclasses import dataclass
from datetime import UTC, datetime

from registries.specs.judging import Facts
from registries.specs.verdicts import Health, Level

NOW = datetime(2026, 11, 12, 9, 0, tzinfo=UTC)
WORKS = Health(level=Level.OK, sentence="last checked 4 min ago")
UNCHECKED = Health(level=Level.WARNING, sentence="not checked yet", state="not checked yet")


@dataclass(frozen=True)
class Kept:
    """A connection as far as it is judged."""

    name: str
    host: str
    prefix: str = ""
    health: Health = WORKS
    paused: bool = False


def failing(outcome: str, ends_at: datetime | None = None) -> Health:
    return Health(level=Level.ERROR, sentence=f"but its last check failed: {outcome}", state=outcome, ends_at=ends_at)


def good_until(year: int, month: int, day: int) -> Health:
    return Health(level=Level.OK, sentence="last checked 4 min ago", ends_at=datetime(year, month, day, tzinfo=UTC))


MOCK = (
    Kept("acr-vision", "northwindvision.azurecr.io", "", failing("sign-in refused", datetime(2026, 11, 10, tzinfo=UTC))),
    Kept("do-registry-prod", "registry.digitalocean.com", "northwind", good_until(2026, 11, 18)),
    Kept("dockerhub-northwind", "docker.io", "northwind"),
    Kept("ecr-eu", "412908776153.dkr.ecr.eu-west-1.amazonaws.com"),
    Kept("gar-training", "us-west1-docker.pkg.dev", "northwind-ml/training", good_until(2027, 1, 25)),
    Kept("ghcr-northwind", "ghcr.io", "northwind-labs", good_until(2027, 1, 25)),
    Kept("harbor-onprem", "harbor.northwind.example", "ml", failing("not trusted", datetime(2027, 6, 11, tzinfo=UTC))),
    Kept("ngc-base-images", "nvcr.io", "nvidia", UNCHECKED),
)
TEAM = (
    *MOCK,
    Kept("quay-resting", "quay.io", "northwind", paused=True),
    Kept("gitlab-web", "registry.gitlab.com", "northwind/web"),
    Kept("gitlab-web-2", "registry.gitlab.com", "northwind/web"),
    Kept("jfrog-ended", "northwind.jfrog.io", "docker", good_until(2026, 11, 1)),
)
FORMER = {"ghcr-old": "ghcr-northwind"}
CATALOGUE = {"docker.io/tensorflow/tensorflow": "TensorFlow", "nvcr.io/nvidia/pytorch": "PyTorch"}
FACTS = Facts(connections=TEAM, former=FORMER, catalogue=CATALOGUE, now=NOW)
