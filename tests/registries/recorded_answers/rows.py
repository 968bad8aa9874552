"""
What a row is: the answers that a registry gives one after the other, and what a check makes of them.

The answers are those of the reference page, sections 2.2 to 2.9, and of each flavor's quirks in section 3; `source` names
where in it. Where the page knows a status or a text and not the rest, the rest is what section 2.4 says of that status.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any

from registries.distribution import Answer, Unreachable
from registries.outcomes import Outcome, State, Step
from tests.fake_registry import OCI_IMAGE, FakeTLS, answer, digest_of

Script = Sequence[tuple[str, Answer]]
"""Requests and what each gets, in order: `GET /v2/`, or with the host where it is another; `*` stands for anything."""

REFUSED = "The registry refused the login."
SLOW_DOWN = "{} asks to slow down."
NO_UPLOADS = "The registry takes no uploads here."
MAY_NOT_PUSH = "The account may pull, but not push."
UPLOADED = "An upload was started and cancelled."
TURNED_AWAY = "The registry turns Berth away before any login."
KNOWN = "The login is known, but may not use this registry."
NOT_PROVED = (
    "No test image is named, so a pull is not proved. Signing in is: the login is known, and what it may read is not."
)

SIZE = 1_900_000_000
_CONFIG = "sha256:" + "c" * 64
MANIFEST = answer(
    200,
    {"schemaVersion": 2, "config": {"digest": _CONFIG, "size": 1000}, "layers": [{"size": SIZE - 1000}]},
    content_type=OCI_IMAGE,
)
SHOWN = f"{digest_of(MANIFEST)[:19]}…"
HEAD_OF_MANIFEST = answer(200, content_type=OCI_IMAGE)
# Large registries keep blobs in a storage service, to which they redirect.
_REDIRECT = answer(307, location="https://storage.example/blob")
ACCEPTED = answer(202, location="/v2/x/blobs/uploads/1")
MAY_NOT_SEE = "There is no repository {}, or this login may not see it."
MAY_NOT_READ = "The account may sign in, but not read {}."
NO_TAG = "There is no image {}. The registry looked for it in {} and refused nothing."


@dataclass(frozen=True, kw_only=True)
class Recorded:
    """
    One registry's answers, and the finding: its outcome, and of the step `step` the state, the fact and what was said.

    `hint` are words of what to do, "" where there is nothing to do. `typed` is typed otherwise than in the flavor's row.
    """

    slug: str
    what: str
    source: str
    script: Script
    outcome: Outcome
    step: Step
    fact: str
    hint: str = ""
    said: str = ""
    state: State = State.FAILED
    image: str = ""
    purpose: str = "pull"
    typed: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Registry:
    """How one registry speaks: its flavor, its challenge, its token service ("" for Basic), and an image of it."""

    slug: str
    challenge: str
    token_service: str
    image: str
    source: str
    token: str = "a-token"
    typed: Mapping[str, str] = field(default_factory=dict)

    @property
    def repository(self) -> str:
        return self.image.partition(":")[0]

    @property
    def manifest(self) -> str:
        return f"/v2/{self.repository}/manifests/{self.image.partition(':')[2]}"

    # What it answers -------------------------------------------------------------------------------------------------

    @property
    def asks(self) -> Script:
        """Its challenge, to whoever brings no login."""
        return (("GET /v2/", errors(401, "UNAUTHORIZED", www_authenticate=self.challenge)),)

    def issues(self, given: Answer | None = None) -> Script:
        """What its token service says, which is a token where nothing else is; nothing at all where there is none."""
        return ((f"GET {self.token_service}", given or answer(200, {"token": self.token})),) if self.token_service else ()

    @property
    def signs_in(self) -> Script:
        return (*self.asks, *self.issues(), ("GET /v2/", answer(200, {})))

    def refuses(self, given: Answer) -> Script:
        """Refuse the login where it is offered."""
        return (*self.asks, *(self.issues(given) or (("GET /v2/", given),)))

    def answers(self, given: Answer) -> Script:
        """Take the login, and answer this to the manifest; a manifest is followed by its configuration's redirect."""
        blob = ((f"GET /v2/{self.repository}/blobs/*", _REDIRECT),) if given.status == 200 else ()
        return (*self.signs_in, *self.issues(), (f"GET {self.manifest}", given), *blob)

    def uploads(self, given: Answer, *after: tuple[str, Answer]) -> Script:
        """Let the image be read, and answer this to an upload."""
        return (*self.answers(MANIFEST), *self.issues(), (f"POST /v2/{self.repository}/blobs/uploads/", given), *after)

    def to_anyone(self, given: Answer) -> Script:
        """Answer this to whoever asks for the manifest without a login."""
        return (*self.issues(), (f"HEAD {self.manifest}", given))

    # What comes of it ------------------------------------------------------------------------------------------------

    def row(self, what: str, source: str, script: Script, outcome: Outcome, step: Step, fact: str, **more: Any) -> Recorded:
        return Recorded(
            slug=self.slug,
            what=what,
            source=source or self.source,
            script=script,
            outcome=outcome,
            step=step,
            fact=fact,
            **{"image": self.image, "typed": self.typed, **more},
        )

    def sign_in_refused(self, what: str, given: Answer, hint: str, said: str, source: str = "") -> Recorded:
        return self.row(
            what, source, self.refuses(given), Outcome.SIGN_IN_REFUSED, Step.SIGN_IN, REFUSED, hint=hint, said=said
        )

    def may_not_read(self, what: str, given: Answer, hint: str, said: str, source: str = "") -> Recorded:
        fact = MAY_NOT_READ.format(self.repository)
        return self.row(what, source, self.answers(given), Outcome.NO_PULL_ACCESS, Step.PULL, fact, hint=hint, said=said)

    def has_no_tag(self, hint: str, code: str = "MANIFEST_UNKNOWN", source: str = "2.4") -> Recorded:
        fact = NO_TAG.format(self.image, self.repository)
        script = self.answers(errors(404, code))
        return self.row(
            f"no such tag, {code}",
            source,
            script,
            Outcome.IMAGE_NOT_FOUND,
            Step.PULL,
            fact,
            hint=hint,
            said=f"HTTP 404 {code}",
        )

    def has_no_repository(self, hint: str, source: str = "2.4", what: str = "no such repository") -> Recorded:
        fact = MAY_NOT_SEE.format(self.repository)
        script, said = self.answers(errors(404, "NAME_UNKNOWN")), "HTTP 404 NAME_UNKNOWN"
        return self.row(what, source, script, Outcome.IMAGE_NOT_FOUND, Step.PULL, fact, hint=hint, said=said)

    def may_not_push(self, what: str, given: Answer, hint: str, said: str, source: str = "2.6") -> Recorded:
        return self.row(
            what, source, self.uploads(given), Outcome.NO_PUSH_ACCESS, Step.PUSH, MAY_NOT_PUSH,
            hint=hint, said=said, purpose="push",
        )  # fmt: skip

    def is_read(self, what: str, source: str, script: Script, **more: Any) -> Recorded:
        expected = {"fact": f"{self.image}, {SHOWN}, 1.9 GB.", "state": State.PASSED, **more}
        return self.row(what, source, script, Outcome.CONNECTED, Step.PULL, **expected)


def errors(status: int, code: str, message: str = "", **headers: str) -> Answer:
    """Make an error answer as the specification has it, with the registry's own text."""
    return answer(status, {"errors": [{"code": code, "message": message}]}, **headers)


@dataclass
class ScriptedWay:
    """
    The way to a registry that follows a script: each request must be the next one of it.

    Past its end nothing answers, as to the questions that a check asks of others; what was asked then is in `beyond`.
    """

    origin: str
    script: Script
    asked: list[str] = field(default_factory=list)
    beyond: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._rest: Iterator[tuple[str, Answer]] = iter(self.script)

    def look_up(self) -> tuple[str, ...]:
        return ("142.250.99.82",)

    def handshake(self) -> FakeTLS:
        return FakeTLS()

    def request(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes = b"", *, limit_bytes: int = 65536
    ) -> Answer:
        request = f"{method} {url.partition('?')[0].removeprefix(self.origin)}"
        expected, given = next(self._rest, ("", None))
        if given is None:
            self.beyond.append(request)
            raise Unreachable()
        assert fnmatchcase(request, expected), f"{request} where {expected} was due"
        self.asked.append(request)
        return given
