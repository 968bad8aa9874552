"""Reading a workload file: YAML into documents (`document.py`), and those into images (`finding.py`)."""

from registries.specs.document import compose
from registries.specs.finding import find_uses
from registries.specs.kinds import ASKED
from registries.specs.spec import Spec


def read(text: str) -> Spec:
    """Return the images of a file, of which there may be none. Raises `SpecFault` alone, where it cannot be read."""
    lines, roots = compose(text, ASKED)
    return Spec(text=text, uses=find_uses(lines, roots))
