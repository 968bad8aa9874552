"""
Workload files over the API: what is to be said of each image (product page, section 7).

Nothing of a file is stored or logged; its row in the ledger says only that somebody asked. What comes back of the file's
own words is a valid reference or a valid name.
"""

import re
from datetime import date
from typing import Annotated, Any, Literal

from ninja import Router, Schema
from pydantic import BeforeValidator, ConfigDict, Field, StrictBool, StrictStr

from registries.api import asking
from registries.api.answers import ProblemAnswer
from registries.api.door import Machine
from registries.api.problems import Problem
from registries.api.views import MachineRequest
from registries.distribution import InvalidReference, Reference
from registries.models import HandOut, HandOutResult
from registries.spec_checks import check_spec
from registries.specs.lines import Lines
from registries.specs.secret_names import shown_name
from registries.specs.spec import SpecFault
from registries.specs.verdicts import Edit, Fix, Level, Rule, Verdict

router = Router(auth=Machine(), tags=["workload files"])


def _day(value: Any) -> Any:
    """Let a number be no day, although it could be read as a moment."""
    if value is not None and not (isinstance(value, str) and re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value, re.ASCII)):
        raise ValueError("not a day")
    return value


class SpecQuestion(Schema):
    """A workload file, and how it is to be checked. A member that is not known is refused: it may be a misspelt one."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"example": {"spec": "image: ghcr.io/example-org/app:1.4\ncontainerRegistry: My-Example-GHCR\n"}},
    )

    spec: Annotated[StrictStr, Field(description="The file itself, YAML, of at most 256 KiB.")]
    name: Annotated[StrictStr, Field(max_length=255, description="Any name; the answer repeats it.")] = ""
    look_up: Annotated[
        StrictBool, Field(description="Whether to ask the registries too: is the image there, and for which platforms.")
    ] = False
    needed_until: Annotated[
        date | None, BeforeValidator(_day), Field(description="Warn of logins that end before this day.")
    ] = None


class EditAnswer(Schema):
    """What replaces a part of the file; an empty part puts something in."""

    start_line: Annotated[int, Field(description="Where the part begins. Lines and columns count from 1, in characters.")]
    start_column: Annotated[int, Field(description="The column of its first character.")]
    end_line: Annotated[int, Field(description="Where it ends.")]
    end_column: Annotated[int, Field(description="The column behind its last character.")]
    text: Annotated[str, Field(description="What stands there afterwards.")]

    @classmethod
    def made_of(cls, edit: Edit, lines: Lines) -> "EditAnswer":
        start, end = lines.place(edit.start), lines.place(edit.end)
        return cls(start_line=start[0], start_column=start[1], end_line=end[0], end_column=end[1], text=edit.text)


class FixAnswer(Schema):
    """A change to the file that mends a finding."""

    title: Annotated[str, Field(description="What it does.", examples=["Use ghcr-northwind"])]
    edits: Annotated[list[EditAnswer], Field(description="Parts of the file, and what replaces them. None overlap.")]

    @classmethod
    def made_of(cls, fix: Fix, lines: Lines) -> "FixAnswer":
        return cls(title=fix.title, edits=[EditAnswer.made_of(edit, lines) for edit in fix.edits])


class FindingAnswer(Schema):
    """What is said of one image."""

    level: Annotated[Literal["ok", "warning", "error"], Field(description="How grave it is.")]
    rule: Annotated[
        str, Field(description=f"What it is about, in a word that stays: {', '.join(f'`{rule}`' for rule in Rule)}.")
    ]
    message: Annotated[str, Field(description="A sentence for people.")]
    line: Annotated[int, Field(description="Where it is said. Lines and columns count from 1, in characters.")]
    column: Annotated[int, Field(description="The column of the first character.")]
    end_line: Annotated[int, Field(description="The line of the last character.")]
    end_column: Annotated[int, Field(description="The column behind the last character.")]
    owner: Annotated[str, Field(description="The step, service or container; empty where it has no name.")]
    image: Annotated[str, Field(description="The image as written; empty where that is no reference.")]
    reference: Annotated[str, Field(description="The image in full; empty where it is not known.")]
    named: Annotated[str, Field(description="The registry that is named beside it; empty where none is.")]
    registry: Annotated[str, Field(description="The registry that it gets, or that is to blame; else empty.")]
    fixes: Annotated[list[FixAnswer], Field(description="Changes that mend it, the best one first.")]
    digest: Annotated[str, Field(description="Looked up: the digest; empty where it is not known.")]
    platforms: Annotated[list[str], Field(description="Looked up: what it runs on, such as `linux/amd64`.")]
    size_bytes: Annotated[int | None, Field(description="Looked up: the compressed size, where it is known.")]

    @classmethod
    def made_of(cls, verdict: Verdict[Any], lines: Lines) -> "FindingAnswer":
        use, span, looked = verdict.use, verdict.span, verdict.looked
        return cls(
            level=verdict.level.value,
            rule=verdict.findings[0].rule,
            message=verdict.sentence,
            line=span.line,
            column=span.column,
            end_line=span.end_line,
            end_column=span.end_column,
            owner=use.owner,
            image=_reference(use.image.text),
            reference=str(verdict.reference or ""),
            named=shown_name(verdict),
            registry=verdict.about.name if verdict.about else "",
            fixes=[FixAnswer.made_of(fix, lines) for finding in verdict.findings for fix in finding.fixes],
            digest=looked.digest if looked else "",
            platforms=list(looked.platforms) if looked else [],
            size_bytes=looked.size_bytes if looked else None,
        )


class CountsAnswer(Schema):
    """How many images are of each level."""

    ok: Annotated[int, Field(description="Images that are well.")]
    warning: Annotated[int, Field(description="Images that need a look.")]
    error: Annotated[int, Field(description="Images that fail.")]


class SpecCheckAnswer(Schema):
    """What is said of a workload file. No secret."""

    ok: Annotated[bool, Field(description="Whether there is no error. Warnings are none.")]
    name: Annotated[str, Field(description="The name that was sent.")]
    counts: Annotated[CountsAnswer, Field(description="How many images are of each level.")]
    registries: Annotated[int, Field(description="How many registries the images were compared with.")]
    findings: Annotated[list[FindingAnswer], Field(description="One for each image, in the order of the file.")]


@router.post("/spec-checks", response={200: SpecCheckAnswer, 400: ProblemAnswer}, summary="A check of a workload file")
def spec_checks(request: MachineRequest, question: SpecQuestion) -> SpecCheckAnswer:
    """
    Which registry each image of a workload file gets, whether that works, and how to mend what does not.

    The images are compared with the registries that this token may have. The file is neither stored nor run. Without
    `look_up` nothing is asked of any registry; with it, each image once, with the login that it gets, which is not handed
    out. `berth check` of the machine client asks here.
    """
    asker = request.auth
    HandOut.objects.note(asker, HandOutResult.GIVEN, kind=HandOut.Kind.SPEC_CHECK)
    try:
        report = check_spec(
            question.spec,
            asking.visible(asker),
            team=asker.team,
            needed_until=question.needed_until,
            look_up=question.look_up,
        )
    except SpecFault as fault:
        raise Problem("unreadable_spec", fault.sentence, line=fault.line, column=fault.column) from None
    lines = Lines(question.spec)
    return SpecCheckAnswer(
        ok=report.ok,
        name=question.name,
        counts=CountsAnswer(**{level.value: report.counts[level] for level in Level}),
        registries=report.registries,
        findings=[FindingAnswer.made_of(verdict, lines) for verdict in report.verdicts],
    )


def _reference(text: str) -> str:
    """Return an image as it is written, "" where that is no reference: a password may have been pasted there."""
    try:
        Reference.parse(text)
    except InvalidReference:
        return ""
    return text
