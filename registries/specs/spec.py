"""What was found in a workload file: each image, where it stands, and what stands around it that bears on its login."""

from dataclasses import dataclass
from enum import StrEnum


class SpecFault(Exception):
    """The file cannot be read; the message is one sentence for people, and says what to do. Nothing of it was judged."""

    def __init__(self, sentence: str, *, line: int = 0, column: int = 0) -> None:
        """`line` and `column` count from 1; 0 where the fault has no place."""
        super().__init__(sentence)
        self.sentence, self.line, self.column = sentence, line, column


class Kind(StrEnum):
    """What sort of document an image stands in, which decides how its login is named there."""

    WORKFLOW = "workflow"  # the hosted platform’s workflows and deployments: `containerRegistry` beside the image
    KUBERNETES = "kubernetes"  # pods and what makes them: `imagePullSecrets`
    COMPOSE = "compose"  # services of Compose: the login is the machine’s own
    OTHER = "other"  # any other mapping with an image; it is judged as a workflow where it has a `containerRegistry`


@dataclass(frozen=True, order=True)
class Span:
    """
    Where something stands: offsets into the text, in characters, the end not included; and the same for people.

    Lines and columns count from 1; columns are characters too.
    """

    start: int
    end: int
    line: int
    column: int
    end_line: int
    end_column: int


@dataclass(frozen=True)
class Word:
    """A scalar: what it says, and where, quotes included."""

    text: str
    span: Span


@dataclass(frozen=True, kw_only=True)
class Gap:
    """
    Where a line can be put in beside an image: `before + key: value + after`, at an offset.

    None takes its place where nothing can be put in safely, e.g. in a mapping that comes from an anchor.
    """

    at: int
    before: str  # "\n" and the indentation in a block, ", " within braces
    after: str = ""


class Naming(StrEnum):
    """How a registry is named in place of the one that is named for an image."""

    IN_PLACE = "in place"
    IN_QUOTES = "in quotes"  # in its place too, in a file that knows no text without quotes
    BESIDE = "beside"  # in the gap beside the image, since what stands there is not its own, or cannot be replaced


@dataclass(frozen=True, kw_only=True)
class PullSecrets:
    """
    The `imagePullSecrets` that a pod’s images are pulled with, those of its service account in the same file included.

    `gap` is where a missing list goes, `add` where one more entry of an existing list goes.
    """

    names: tuple[str, ...]
    span: Span | None
    gap: Gap | None
    add: Gap | None = None


@dataclass(frozen=True, kw_only=True)
class Use:
    """
    One image in a file.

    `owner` is what people call the place: the name of the step, the service or the container, "" where it has none.
    `fault` says in one sentence why what stands there is no image at all, e.g. a list; `image.text` is "" then. `variable`
    says that a tag such as `!Ref` makes the image when the file is run, whatever its text is. `name_fault` and
    `name_variable` say the same of what is named, whose text is "" where it is no text at all.
    """

    image: Word
    named: Word | None
    owner: str
    kind: Kind
    gap: Gap | None
    secrets: PullSecrets | None = None
    fault: str = ""
    variable: bool = False
    naming: Naming = Naming.IN_PLACE
    name_fault: str = ""
    name_variable: bool = False


@dataclass(frozen=True, kw_only=True)
class Spec:
    """A file that was read: its text, and its images in the order in which they stand."""

    text: str
    uses: tuple[Use, ...]
