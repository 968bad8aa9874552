"""How Berth is asked: again where that may help, never past the deadline, and each refusal has its sentence."""

import time

import pytest

from registries.machine import berth
from tests.registries.machine.world import ENVIRONMENT, PASSWORD, TOKEN, Api, answer, login, problem, run

SETTINGS = berth.read_settings(ENVIRONMENT, warn=lambda sentence: None)
OK = answer(login())
BROKEN = berth.Passing("It broke off.")


class Time:
    """A clock that only goes on while somebody sleeps."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.pauses: list[float] = []

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds
        self.pauses.append(seconds)


def ask(*answers: berth.Answer | berth.Problem, seconds: float = 10.0) -> tuple[berth.Login | berth.Problem, Api, Time]:
    api, time = Api(list(answers)), Time()
    console = berth.Console(SETTINGS, seconds=seconds, exchange=api, clock=time, sleep=time.sleep)
    try:
        return console.login(server="ghcr.io"), api, time
    except berth.Problem as given:
        return given, api, time


@pytest.mark.parametrize("fault", [BROKEN, problem(503, "busy"), problem(429, "rate_limited"), answer({}, 502)])
def test_a_fault_that_passes_is_asked_again(fault: berth.Answer | berth.Problem) -> None:
    given, api, time = ask(fault, fault, OK)

    assert isinstance(given, berth.Login)
    assert len(api.paths) == 3
    assert 0.25 <= time.pauses[0] <= 0.35
    assert 0.5 <= time.pauses[1] <= 0.65


@pytest.mark.parametrize("status", [429, 503])
def test_it_waits_as_long_as_berth_says(status: int) -> None:
    given, _, time = ask(problem(status, "busy", retry_after="3"), OK)

    assert isinstance(given, berth.Login)
    assert 3 <= time.pauses[0] <= 3.75


def test_it_does_not_wait_for_what_lies_past_the_deadline() -> None:
    given, api, time = ask(problem(503, "locked", "The keys are missing.", retry_after="30"), OK)

    assert (type(given), str(given)) == (berth.CouldNot, "The keys are missing. Try again in 30 s.")
    assert (len(api.paths), time.pauses) == (1, [])


@pytest.mark.parametrize("hint", ["", "soon", "-1", "1e9", "99999999999", "Sat, 21 Nov 2026 10:00:00 GMT"])
def test_a_hint_that_is_no_number_of_seconds_is_left_aside(hint: str) -> None:
    given, _, time = ask(problem(503, "busy", retry_after=hint), OK)

    assert isinstance(given, berth.Login)
    assert time.pauses[0] < 0.35


@pytest.mark.parametrize("seconds", [0.1, 1.0, 10.0, 600.0])
def test_it_gives_up_within_the_deadline_and_after_five_attempts(seconds: float) -> None:
    given, api, time = ask(BROKEN, seconds=seconds)

    assert given is BROKEN
    assert time.now - 1000.0 <= seconds
    assert len(api.paths) <= 5


@pytest.mark.parametrize(
    "refusal",
    [
        problem(400, "invalid_server"),
        problem(401, "unauthorized"),
        problem(403, "plain_http"),
        problem(404, "not_found"),
        problem(409, "paused"),
        problem(500, "fault"),
        answer({}, 302, location="https://elsewhere.example"),
        berth.CouldNot("It is not trusted."),
    ],
)
def test_what_would_be_the_same_again_is_asked_once(refusal: berth.Answer | berth.Problem) -> None:
    given, api, _ = ask(refusal, OK)

    assert isinstance(given, berth.Problem)
    assert len(api.paths) == 1


SENTENCES: list[tuple[berth.Answer, type[berth.Problem], str]] = [
    (problem(401, "unauthorized"), berth.CouldNot, "does not accept this machine token: it has ended, or was revoked"),
    (problem(403, "plain_http", "Berth is https."), berth.CouldNot, "Berth is https."),
    (problem(404, "not_found", "No login."), berth.NotFound, "No login."),
    (problem(404, "no_login", "It needs none."), berth.NotFound, "It needs none."),
    (problem(409, "paused", "acme is paused."), berth.Refused, "acme is paused."),
    (problem(409, "ambiguous", "Both a and b fit."), berth.Refused, "Both a and b fit. Docker names hosts alone"),
    (problem(409, "ended", "It ended."), berth.Refused, "It ended."),
    (problem(422, "invalid_request", "No image."), berth.CouldNot, "No image."),
    (problem(429, "rate_limited", "Too many.", retry_after="60"), berth.CouldNot, "Too many. Try again in 60 s."),
    (problem(500, "fault", ""), berth.CouldNot, "Berth answers 500 (fault)."),
    (berth.Answer(200, "text/html", b"<h1>Hello</h1>"), berth.CouldNot, "is not Berth"),
    (berth.Answer(200, "application/json", b"{"), berth.CouldNot, "is not Berth"),
    (berth.Answer(404, "text/html", b""), berth.CouldNot, "is not Berth"),
    (berth.Answer(404, "application/json", b'{"code": "not_found"}'), berth.CouldNot, "is not Berth"),
    (berth.Answer(500, "text/plain", b""), berth.CouldNot, "is not Berth"),
    (berth.Answer(401, "text/html", b""), berth.CouldNot, "Something in front of Berth"),
    (berth.Answer(502, "text/html", b""), berth.CouldNot, "as a proxy does where Berth behind it is stopped"),
    (
        berth.Answer(301, "text/html", b"", location="https://berth.example.com:8443/x?y"),
        berth.CouldNot,
        "sends on to https://berth.example.com:8443, where the token is not taken",
    ),
    (berth.Answer(302, "text/html", b"", location="\x1b[2J"), berth.CouldNot, "sends on to another address"),
]


@pytest.mark.parametrize(("given", "kind", "words"), SENTENCES)
def test_each_refusal_has_its_sentence(given: berth.Answer, kind: type[berth.Problem], words: str) -> None:
    refusal, _, _ = ask(given, seconds=0.2)

    assert type(refusal) is kind
    assert words in str(refusal)
    assert str(refusal).isprintable()


@pytest.mark.parametrize(
    ("given", "code"),
    [
        (OK, 0),
        (problem(404, "not_found"), 1),
        (problem(409, "paused"), 1),
        (problem(400, "invalid_image"), 2),
        (problem(401, "unauthorized"), 2),
        (problem(503, "locked", retry_after="900"), 2),
        (berth.Answer(200, "text/html", b""), 2),
    ],
)
def test_the_exit_code_tells_a_no_from_a_question_that_was_not_answered(given: berth.Answer, code: int) -> None:
    ran = run("berth", "which", "ghcr.io/acme/web", answers=given)

    assert ran.code == code
    assert bool(ran.err) == bool(code)


def test_no_sentence_repeats_the_token_or_steers_the_terminal() -> None:
    refusal, _, _ = ask(problem(409, "ended", f"Bad {TOKEN}\x1b[2J\r\nnext" + "x" * 5000))

    assert str(refusal).startswith("Bad berth_…\N{REPLACEMENT CHARACTER}[2J next")
    assert len(str(refusal)) < 1000


BETWEEN = ["", " ", "\N{NO-BREAK SPACE}", "\N{ZERO WIDTH SPACE}", "\N{IDEOGRAPHIC SPACE}", "\r\n\t", "-", "é", "__", "\x1b"]


@pytest.mark.parametrize("between", BETWEEN)
def test_a_token_that_a_server_takes_apart_is_not_repeated_either(between: str) -> None:
    refusal, _, _ = ask(problem(409, "ended", f"Bad {between.join(TOKEN)}, and {TOKEN[:20]}{between}{TOKEN[20:]}."))

    assert str(refusal) == "Bad berth_…, and berth_…."


def test_a_token_at_the_place_where_a_sentence_is_cut_off_is_not_repeated_in_part() -> None:
    refusal, _, _ = ask(problem(409, "ended", "x" * 760 + TOKEN))

    assert str(refusal) == "x" * 760 + "berth_…"


def test_an_address_elsewhere_does_not_hold_the_token() -> None:
    refusal, _, _ = ask(berth.Answer(302, "text/html", b"", location=f"https://{TOKEN.replace('_', '-')}.example/"))

    assert "sends on to https://berth_….example, where" in str(refusal)


@pytest.mark.parametrize("part", ["b", "berth_", "berth" + "_" * 3000, TOKEN[:-1], "_"])
def test_a_long_sentence_is_masked_in_no_time(part: str) -> None:
    said = part * (300_000 // len(part))
    began = time.process_time()

    refusal, _, _ = ask(problem(409, "ended", said))

    assert str(refusal) == said[:800]
    assert time.process_time() - began < 2


def test_a_login_does_not_show_its_secret() -> None:
    given = berth.Login.read(login())

    assert PASSWORD not in repr(given)
    assert "robot" not in repr(given)


@pytest.mark.parametrize("name", ["registry", "server", "prefix", "username", "password", "path_key", "expires_at"])
def test_an_answer_that_lacks_something_is_not_berths(name: str) -> None:
    document = login()
    del document[name]

    refusal, _, _ = ask(answer(document))

    assert "is not Berth" in str(refusal)
