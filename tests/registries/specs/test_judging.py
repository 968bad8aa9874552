"""What is said of one image: the mock’s sentences, each way in which a login is named, and what is never repeated."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registries.distribution import InvalidReference, Reference
from registries.resolution import is_name
from registries.specs import sentences
from registries.specs.fixing import apply
from registries.specs.image_values import NO_NAME
from registries.specs.judging import Facts, judge, to_look_up
from registries.specs.reading import read
from registries.specs.secret_names import may_be_repeated, shown_name
from registries.specs.spec import Kind, Spec
from registries.specs.verdicts import Finding, Health, Level, Looked, Rule, Verdict
from tests.registries.specs.team import FACTS, MOCK, NOW, TEAM, WORKS, Kept
from tests.registries.specs.writing import file_of

IMAGE = "ghcr.io/northwind-labs/evaluator:1"
SEVERAL = Facts(connections=(Kept("hub-a", "docker.io"), Kept("hub-b", "docker.io")), now=NOW)


def of(spec: Spec, facts: Facts[Kept] = FACTS) -> Verdict[Kept]:
    [verdict] = judge(spec, facts)
    return verdict


def titles(verdict: Verdict[Kept]) -> list[str]:
    return [fix.title for finding in verdict.findings for fix in finding.fixes]


def rules(verdict: Verdict[Kept]) -> list[str]:
    return [finding.rule for finding in verdict.findings]


# What people read ----------------------------------------------------------------------------------------------------

THE_MOCK = [
    ("fetch", "ok", 10, "Public image. No registry needed.", [], "python:3.13-slim"),
    ("train", "ok", 18, "Resolves to gar-training, last checked 4 min ago.", [], "gar-training"),
    (
        "evaluate",
        "error",
        25,
        "No registry is called ghcr-nortwind. Did you mean ghcr-northwind?",
        ["Use ghcr-northwind"],
        "ghcr-nortwind: not found",
    ),
    (
        "detect",
        "error",
        32,
        "Resolves to acr-vision, but its last check failed: sign-in refused.",
        [],
        "acr-vision: sign-in refused",
    ),
    (
        "publish",
        "warning",
        38,
        "registry.digitalocean.com is private and this step names no registry. do-registry-prod covers it.",
        ["Add containerRegistry"],
        "no registry named",
    ),
]


def test_the_mocks_file_gets_the_mocks_words() -> None:
    text = (Path(__file__).parent / "train-ranker.yaml").read_text(encoding="utf-8")

    verdicts = judge(read(text), Facts(connections=MOCK, now=NOW))

    said = [(one.use.owner, str(one.level), one.span.line, one.sentence, titles(one), one.summary) for one in verdicts]
    assert said == THE_MOCK
    assert Counter(one.level for one in verdicts) == {Level.OK: 2, Level.ERROR: 2, Level.WARNING: 1}


NAMED = [
    (IMAGE, "ghcr-northwind", "resolves", "Resolves to ghcr-northwind, last checked 4 min ago.", []),
    (
        IMAGE,
        "gar-training",
        "wrong_host",
        (
            "gar-training is for us-west1-docker.pkg.dev/northwind-ml/training, while the image is at ghcr.io. "
            "Name ghcr-northwind instead."
        ),
        ["Use ghcr-northwind"],
    ),
    (
        "ghcr.io/other/web:1",
        "ghcr-northwind",
        "wrong_prefix",
        (
            "ghcr-northwind is for ghcr.io/northwind-labs, which does not hold ghcr.io/other/web. "
            "No registry here holds it. Leave the name out where the image is public."
        ),
        [],
    ),
    ("quay.io/northwind/a:1", "quay-resting", "paused", "quay-resting is paused. Resume it to pull with its login.", []),
    (IMAGE, "quay-resting", "paused", None, ["Use ghcr-northwind"]),
    (
        IMAGE,
        "ghcr-old",
        "former_name",
        "ghcr-northwind was called ghcr-old before. Name it as it is called now: the former name answers only for a while.",
        ["Use ghcr-northwind"],
    ),
    (
        "northwind.jfrog.io/docker/e:1",
        "jfrog-ended",
        "ended",
        "Resolves to jfrog-ended, but its login ended on 1 Nov 2026. Replace it.",
        [],
    ),
    ("nvcr.io/nvidia/cuda:1", "ngc-base-images", "unchecked", "Resolves to ngc-base-images, not checked yet.", []),
    (
        "registry.gitlab.com/northwind/web:1",
        "gitlab",
        "unknown_name",
        "No registry is called gitlab. Did you mean gitlab-web? gitlab-web-2 holds the image too.",
        ["Use gitlab-web", "Use gitlab-web-2"],
    ),
]


@pytest.mark.parametrize(("image", "named", "rule", "sentence", "offered"), NAMED)
def test_what_is_named_is_judged_at_its_name(
    image: str, named: str, rule: str, sentence: str | None, offered: list[str]
) -> None:
    verdict = of(file_of(image, named))

    assert (rules(verdict), verdict.span.line, titles(verdict)) == ([rule], 2, offered)
    assert verdict.sentence == (sentence or verdict.sentence)


NOT_NAMED = [
    (Kind.WORKFLOW, IMAGE, None, "not_named", ["Add containerRegistry"]),
    (Kind.COMPOSE, IMAGE, None, "resolves", []),
    (Kind.OTHER, IMAGE, None, "resolves", []),
    (Kind.KUBERNETES, IMAGE, None, "resolves", []),
    (Kind.KUBERNETES, IMAGE, (), "no_pull_secret", ["Add imagePullSecrets"]),
    (Kind.KUBERNETES, IMAGE, ("regcred",), "other_pull_secret", ["Add ghcr-northwind"]),
    (Kind.KUBERNETES, IMAGE, ("regcred", "ghcr-northwind"), "resolves", []),
    (Kind.KUBERNETES, IMAGE, ("berth",), "resolves", []),
    (Kind.KUBERNETES, "python:3.13", ("regcred",), "public", []),
    (Kind.KUBERNETES, "registry.gitlab.com/northwind/web:1", ("gitlab-web-2",), "resolves", []),
    (Kind.KUBERNETES, "registry.gitlab.com/northwind/web:1", (), "ambiguous", ["Use gitlab-web", "Use gitlab-web-2"]),
    (Kind.WORKFLOW, "registry.gitlab.com/northwind/web:1", None, "ambiguous", ["Use gitlab-web", "Use gitlab-web-2"]),
    (Kind.COMPOSE, "registry.gitlab.com/northwind/web:1", None, "ambiguous", []),
    (Kind.WORKFLOW, "quay.io/northwind/a:1", None, "paused", []),
    (Kind.WORKFLOW, "tensorflow/tensorflow:2", None, "catalogued", []),
    (Kind.WORKFLOW, "nvcr.io/nvidia/pytorch:24", None, "catalogued", []),
    (Kind.WORKFLOW, "harbor.example.com/a:1", None, "no_registry", []),
    (Kind.COMPOSE, "harbor.example.com/a:1", None, "no_registry", []),
]


@pytest.mark.parametrize(("kind", "image", "secrets", "rule", "offered"), NOT_NAMED)
def test_what_is_not_named_is_judged_by_where_it_stands(
    kind: Kind, image: str, secrets: Sequence[str] | None, rule: str, offered: list[str]
) -> None:
    verdict = of(file_of(image, kind=kind, secrets=secrets))

    assert (rules(verdict), verdict.span.line, titles(verdict)) == ([rule], 1, offered)


HUB = Facts(
    connections=(Kept("hub", "docker.io"), Kept("quay", "quay.io", paused=True)),
    catalogue={"docker.io/tensorflow/tensorflow": "TensorFlow"},
    now=NOW,
)
OF_A_WHOLE_REGISTRY = [
    ("redis:7", Kind.WORKFLOW, None, "public", []),
    ("redis:7", Kind.COMPOSE, None, "resolves", []),
    ("redis:7", Kind.KUBERNETES, (), "public", []),
    ("tensorflow/tensorflow:2", Kind.WORKFLOW, None, "catalogued", []),
    ("tensorflow/tensorflow:2", Kind.KUBERNETES, (), "catalogued", []),
    ("mycorp/private:1", Kind.WORKFLOW, None, "not_named", ["Add containerRegistry"]),
    ("mycorp/private:1", Kind.COMPOSE, None, "resolves", []),
    ("mycorp/private:1", Kind.KUBERNETES, (), "no_pull_secret", ["Add imagePullSecrets"]),
    ("mycorp/private:1", Kind.KUBERNETES, ("regcred",), "other_pull_secret", ["Add hub"]),
    ("mycorp/private:1", Kind.KUBERNETES, ("hub",), "resolves", []),
    ("quay.io/mycorp/private:1", Kind.WORKFLOW, None, "public", []),
    ("quay.io/mycorp/private:1", Kind.COMPOSE, None, "paused", []),
]


@pytest.mark.parametrize(("image", "kind", "secrets", "rule", "offered"), OF_A_WHOLE_REGISTRY)
def test_a_login_for_all_of_a_public_registry_is_for_what_is_not_open_to_all_there(
    image: str, kind: Kind, secrets: Sequence[str] | None, rule: str, offered: list[str]
) -> None:
    verdict = of(file_of(image, kind=kind, secrets=secrets), HUB)

    assert (rules(verdict), titles(verdict)) == ([rule], offered)


def test_a_step_is_told_which_login_covers_all_of_a_registry() -> None:
    verdict = of(file_of("mycorp/private:1"), HUB)

    assert verdict.sentence == ("This step names no registry, and the image may be private. hub covers docker.io.")


def test_of_two_logins_for_all_of_docker_hub_a_step_may_name_either() -> None:
    verdict = of(file_of("acme/web:1"), SEVERAL)

    assert (rules(verdict), titles(verdict)) == (["not_named"], ["Use hub-a", "Use hub-b"])


PUBLIC = [
    ("python:3.13-slim", "Public image. No registry needed."),
    ("docker.io/library/python:3.13-slim", "Public image. No registry needed."),
    ("acme/web:1", "Pulled without a login, which works if the image is public."),
    ("ghcr.io/acme/web:1", "Pulled without a login, which works if the image is public."),
    ("quay.io/prometheus/prometheus:v3", "Pulled without a login, which works if the image is public."),
]


@pytest.mark.parametrize(("image", "sentence"), PUBLIC)
def test_an_image_is_called_public_where_that_is_known(image: str, sentence: str) -> None:
    verdict = of(file_of(image))

    assert (rules(verdict), verdict.sentence) == (["public"], sentence)


def test_two_logins_for_all_of_docker_hub_leave_official_images_public() -> None:
    images = ("redis:7", "acme/web:1")

    said = {image: rules(of(file_of(image, kind=Kind.COMPOSE), SEVERAL)) for image in images}

    assert said == {"redis:7": ["public"], "acme/web:1": ["ambiguous"]}


def test_the_nearest_of_those_that_fit_is_offered_first_and_three_at_most() -> None:
    team = tuple(Kept(f"web-{letter}", "ghcr.io") for letter in "abcde")

    verdict = of(file_of("ghcr.io/acme/web:1", "web-ee"), Facts(connections=team, now=NOW))

    assert titles(verdict) == ["Use web-e", "Use web-a", "Use web-b"]


def test_a_step_without_a_name_is_told_where_the_one_that_would_do_fails() -> None:
    verdict = of(file_of("harbor.northwind.example/ml/x:1"))

    assert verdict.sentence == (
        "harbor.northwind.example is private and this step names no registry. harbor-onprem covers it, "
        "but its last check failed: not trusted."
    )


@pytest.mark.parametrize(("day", "expected"), [((2027, 1, 25), ["resolves"]), ((2027, 1, 26), ["ends_before"])])
def test_a_login_that_ends_before_it_is_needed_is_told(day: tuple[int, int, int], expected: list[str]) -> None:
    verdict = of(file_of(IMAGE, "ghcr-northwind"), replace(FACTS, needed_until=date(*day)))

    assert rules(verdict) == expected


def test_the_day_that_a_login_ends_too_early_is_named() -> None:
    verdict = of(file_of(IMAGE, "ghcr-northwind"), replace(FACTS, needed_until=date(2027, 2, 1)))

    assert verdict.sentence == (
        "The login of ghcr-northwind ends on 25 Jan 2027, before 1 Feb 2027. Replace it before then."
    )


def test_a_login_has_ended_from_that_moment_on() -> None:
    health = Health(level=Level.OK, sentence="last checked 4 min ago", ends_at=datetime(2026, 12, 1, 12, tzinfo=UTC))
    facts = Facts(connections=(Kept("a", "a.example", "", health),), now=NOW)
    moments = [datetime(2026, 12, 1, 12, tzinfo=UTC) - timedelta(seconds=1), datetime(2026, 12, 1, 12, tzinfo=UTC)]

    said = [rules(of(file_of("a.example/b:1", "a"), replace(facts, now=now))) for now in moments]

    assert said == [["resolves"], ["ended"]]


def test_what_is_said_of_an_image_can_be_said_in_other_languages_piece_by_piece() -> None:
    unknown, ended = of(file_of(IMAGE, "ghcr-nortwind")), of(file_of("northwind.jfrog.io/docker/a:1", "jfrog-ended"))

    assert [getattr(piece, "message", "") for piece in getattr(unknown.sentence, "parts", ())] == [
        "No registry is called {name}.", "Did you mean {name}?",
    ]  # fmt: skip
    assert getattr(ended.sentence, "fills", {}) == {"name": "jfrog-ended", "day": date(2026, 11, 1)}
    assert [(fix.title, fix.named) for fix in unknown.findings[0].fixes] == [("Use ghcr-northwind", "ghcr-northwind")]


STATES = [
    (Level.ERROR, "but its last check failed: sign-in refused", "sign-in refused", None, "failing", "a: sign-in refused"),
    (Level.ERROR, "but its last check failed: sign-in refused", "sign-in refused", NOW, "ended", "a: sign-in refused"),
    (Level.ERROR, "but its login ended on 12 Nov 2026", "", NOW, "ended", "a: ended"),
    (Level.ERROR, "but its login has ended", "its login has ended", None, "failing", "a: its login has ended"),
    (Level.OK, "last checked 4 min ago", "", NOW, "ended", "a: ended"),
    (Level.WARNING, "not checked yet", "not checked yet", None, "unchecked", "a: not checked yet"),
    (Level.WARNING, "but its last check had no result: rate limited", "rate limited", None, "unchecked", "a: rate limited"),
    (Level.OK, "last checked 4 min ago", "", None, "resolves", "a"),
]


@pytest.mark.parametrize(("level", "sentence", "state", "ends_at", "rule", "summary"), STATES)
def test_how_a_connection_is_decides_what_is_said_of_it(
    level: Level, sentence: str, state: str, ends_at: datetime | None, rule: str, summary: str
) -> None:
    team = (Kept("a", "a.example", "", Health(level=level, sentence=sentence, state=state, ends_at=ends_at)),)

    verdict = of(file_of("a.example/b:1", "a"), Facts(connections=team, now=NOW))

    assert (rules(verdict), verdict.summary) == ([rule], summary)


def test_what_a_tag_makes_of_an_image_is_known_only_in_the_run() -> None:
    spec = file_of("python:3.13")

    verdict = of(replace(spec, uses=(replace(spec.uses[0], variable=True),)))

    assert (rules(verdict), verdict.reference) == (["variable"], None)


# Tags, variables, and what is no image -------------------------------------------------------------------------------

DIGEST = "sha256:" + "a" * 64
TAGS = [
    ("python", ["no_tag"]),
    ("python:latest", ["latest"]),
    (f"python@{DIGEST}", ["public"]),
    (f"python:latest@{DIGEST}", ["public"]),
    ("tensorflow/tensorflow", ["no_tag"]),
    ("harbor.example.com/a", ["no_registry", "no_tag"]),
]


@pytest.mark.parametrize(("image", "expected"), TAGS)
def test_an_image_that_may_be_another_tomorrow_needs_a_look(image: str, expected: list[str]) -> None:
    assert rules(of(file_of(image))) == expected


VARIABLES = [
    ("${IMAGE}", None, Kind.WORKFLOW, ["variable"]),
    ("$IMAGE", None, Kind.WORKFLOW, ["variable"]),
    ("$(IMAGE)", None, Kind.KUBERNETES, ["variable"]),
    ("'{{ .Values.image }}'", None, Kind.KUBERNETES, ["variable"]),
    ("'{{ registry }}/web:1'", None, Kind.KUBERNETES, ["variable"]),
    ("${{ inputs.image }}", None, Kind.WORKFLOW, ["variable"]),
    ("$[[ inputs.image ]]", None, Kind.OTHER, ["variable"]),
    ("<your-image>", None, Kind.WORKFLOW, ["variable"]),
    ("ghcr.io/northwind-labs/${APP}:1", None, Kind.WORKFLOW, ["variable"]),
    ("localhost:${PORT}/app:1", None, Kind.WORKFLOW, ["variable"]),
    ("python:${V}", None, Kind.WORKFLOW, ["variable"]),
    ("ghcr.io/northwind-labs/e@${D}", None, Kind.WORKFLOW, ["not_named", "variable"]),
    ("ghcr.io/northwind-labs/e:v${V}-slim", "ghcr-nortwind", Kind.WORKFLOW, ["unknown_name"]),
    ("${IMAGE}", "ghcr-nortwind", Kind.WORKFLOW, ["unknown_name"]),
    ("${IMAGE}", "ghcr-northwind", Kind.WORKFLOW, ["variable"]),
    (IMAGE, "${REGISTRY}", Kind.WORKFLOW, ["variable"]),
    ("python:${V:-3.13}", None, Kind.COMPOSE, ["public"]),
    ("python:${V-3.13}", None, Kind.COMPOSE, ["public"]),
    ("${A:-ghcr.io/${B:-northwind-labs}}/e:1", None, Kind.COMPOSE, ["resolves"]),
    ("python:${V:?is not set}", None, Kind.COMPOSE, ["variable"]),
    ("python:${V:-3.13}", None, Kind.WORKFLOW, ["variable"]),
]


@pytest.mark.parametrize(("image", "named", "kind", "expected"), VARIABLES)
def test_a_variable_hides_no_more_than_it_does(image: str, named: str | None, kind: Kind, expected: list[str]) -> None:
    assert rules(of(file_of(image, named, kind=kind))) == expected


def test_a_default_is_judged_and_said_to_be_one() -> None:
    verdict = of(file_of("python:${V:-3.13}", kind=Kind.COMPOSE))

    assert verdict.sentence == "Public image. No registry needed. That is by the defaults of its variables."
    assert verdict.reference == Reference("docker.io", "library/python", "3.13")


def test_an_image_with_an_unknown_tag_is_looked_up_nowhere() -> None:
    verdict = of(file_of("ghcr.io/northwind-labs/e:${V}", "ghcr-northwind"))

    assert (verdict.reference, to_look_up(verdict)) == (None, None)


MALFORMED = [
    ("https://ghcr.io/acme/web:1", "An image begins with its host, without https://.", "ghcr.io/acme/web:1"),
    ("DOCKER://ghcr.io/acme/web", "An image begins with its host, without docker://.", "ghcr.io/acme/web"),
    ("docker pull acme/web:1", "This is a command. An image stands alone.", "acme/web:1"),
    ("'acme/web:1 '", "An image reference has no spaces or line breaks.", "'acme/web:1'"),
    ("acme web", "An image reference has no spaces or line breaks.", ""),
    (
        "me:hunter2@ghcr.io/acme/web:1",
        "An image holds no login. A registry of the team does, and is named beside the image.",
        "ghcr.io/acme/web:1",
    ),
    ("ghcr.io//web:1", "In an image reference, something stands on both sides of each slash.", "ghcr.io/web:1"),
    ("acme/web/", "In an image reference, something stands on both sides of each slash.", "acme/web"),
    ("ghcr.io/Acme/Web:V1", "The repository must be lower case.", "ghcr.io/acme/web:V1"),
    ("acme/web:", "There is no tag behind the colon.", ""),
    ("acme/web:1:2", "An image has one tag, and this has two colons.", ""),
    (
        "acme/web:-1",
        "A tag is at most 128 letters, digits, underscores, dots and dashes, and begins with neither dot nor dash.",
        "",
    ),
    ("acme/web@", "There is no digest behind the @.", ""),
    (
        "acme/web@sha256:abc",
        "A digest is an algorithm and its digits: sha256, a colon, and 64 of 0-9 and a-f.",
        "",
    ),
    (f"acme/web@{DIGEST}:1", "The tag stands before the digest, as in web:1.4@sha256:…", ""),
    ("ghcr.io", "This names a host and no image.", ""),
    ("localhost:5000", "This names a host and no image.", ""),
    (DIGEST, "This is the ID of an image, not its name.", ""),
    ("a" * 64, "This is the ID of an image, not its name.", ""),
    ("-acme/web", "This is not an image reference, such as ghcr.io/acme/web:1.4.", ""),
    ("''", "There is no image here. Name one, such as ghcr.io/acme/web:1.4.", ""),
    ("a" * 3000, "This is too long for an image reference.", ""),
]


@pytest.mark.parametrize(("image", "sentence", "mended"), MALFORMED)
def test_what_is_wrong_in_a_reference_is_said_and_put_right_where_that_is_no_guess(
    image: str, sentence: str, mended: str
) -> None:
    spec = file_of(image)

    verdict = of(spec)

    assert (rules(verdict), verdict.sentence, verdict.summary) == (["malformed"], sentence, "no image reference")
    [finding] = verdict.findings
    assert [apply(spec.text, fix) for fix in finding.fixes] == ([f"image: {mended}\n"] if mended else [])


def test_what_is_no_text_at_all_is_judged_by_the_readers_sentence() -> None:
    verdict = of(file_of("''", fault="A list stands where an image should."))

    assert (rules(verdict), verdict.sentence) == (["malformed"], "A list stands where an image should.")


# Looked up -----------------------------------------------------------------------------------------------------------


def looked(level: Level, rule: Rule) -> Looked:
    return Looked(finding=Finding(level=level, rule=rule, sentence="So said the registry."))


def test_what_a_registry_said_is_added_and_outweighs_what_is_lighter() -> None:
    spec = file_of(IMAGE, "ghcr-northwind")
    answers = [(Level.OK, Rule.FOUND), (Level.WARNING, Rule.NO_PLATFORM), (Level.ERROR, Rule.NOT_FOUND)]

    said = [of(spec, replace(FACTS, looked={(IMAGE, "ghcr-northwind"): looked(level, rule)})) for level, rule in answers]

    assert [rules(verdict) for verdict in said] == [["resolves", "found"], ["no_platform"], ["not_found"]]
    assert [verdict.span.line for verdict in said] == [2, 1, 1]


def test_a_public_image_that_is_refused_is_offered_the_login_for_its_registry() -> None:
    facts = Facts(
        connections=(Kept("hub", "docker.io"),),
        now=NOW,
        looked={("docker.io/library/redis:7", ""): looked(Level.ERROR, Rule.REFUSED)},
    )

    verdict = of(file_of("redis:7"), facts)

    assert (rules(verdict), titles(verdict)) == (["refused"], ["Use hub"])


LOGINS = [
    (IMAGE, "ghcr-northwind", (IMAGE, "ghcr-northwind")),
    (IMAGE, None, (IMAGE, "ghcr-northwind")),
    ("python:3.13", None, ("docker.io/library/python:3.13", "")),
    ("northwindvision.azurecr.io/a:1", "acr-vision", ("northwindvision.azurecr.io/a:1", "acr-vision")),
    (IMAGE, "gar-training", None),
    (IMAGE, "nobody", None),
    ("ghcr.io/other/web:1", "ghcr-northwind", None),
    ("quay.io/northwind/a:1", "quay-resting", None),
    ("registry.gitlab.com/northwind/web:1", None, None),
    (IMAGE, "${REGISTRY}", None),
    ("https://", None, None),
]


@pytest.mark.parametrize(("image", "named", "expected"), LOGINS)
def test_an_image_is_asked_for_with_the_login_that_it_gets_and_with_no_other(
    image: str, named: str | None, expected: tuple[str, str] | None
) -> None:
    asked = to_look_up(of(file_of(image, named)))

    assert (asked and (str(asked[0]), asked[1].name if asked[1] else "")) == expected


# Whatever the file ---------------------------------------------------------------------------------------------------

PARTS = st.sampled_from(["ghcr.io", "northwind-labs", "docker.io", "/", ":", "@", "1", "latest", "${", "}", " ", "'", "A"])
CANARY = "Sup3r s3cret/p@ss:word!"


@given(
    st.lists(PARTS, max_size=8).map("".join), st.none() | st.lists(PARTS, max_size=4).map("".join), st.sampled_from(Kind)
)
def test_any_image_gets_one_verdict_of_one_gravity(image: str, named: str | None, kind: Kind) -> None:
    verdict = of(file_of(image, named, kind=kind))

    assert {finding.level for finding in verdict.findings} == {verdict.level}
    assert verdict.sentence
    assert verdict.summary


@given(st.text(max_size=20), st.text(max_size=20), st.sampled_from(Kind))
def test_nothing_of_a_file_is_repeated_that_is_no_name_and_no_image(before: str, after: str, kind: Kind) -> None:
    secret = f"{before}{CANARY}{after}"
    spec = file_of("x", "y", kind=kind)
    use = spec.uses[0]
    assert use.named is not None
    image, named = replace(use.image, text=secret), replace(use.named, text=secret)
    uses = (
        replace(use, image=image),
        replace(use, image=image, named=None),
        replace(use, named=named, image=replace(image, text=IMAGE)),
    )

    verdicts = judge(replace(spec, uses=uses), FACTS)

    said = [verdict.sentence + verdict.summary + str(titles(verdict)) for verdict in verdicts]
    assert not [words for words in said if "s3cret" in words]


@given(st.from_regex(r"[\w.:/@ -]{1,40}", fullmatch=True))
def test_what_may_be_repeated_is_a_name_or_an_image(text: str) -> None:
    verdict = of(file_of("x", text))
    quoted = f"No registry is called {text}."

    assert (quoted in verdict.sentence) == (may_be_repeated(text) and not any(one.name == text for one in TEAM))


SECRETS = [
    *("ghp_abcdefghijklmnop0123456789ABCDEFGHIJ", "gho_x1", "github_pat_11ABC", "glpat-x1", "dckr_pat_x1", "AKIAIOSFODNN7"),
    *("nvapi-x1", "berth_x1", "ya29.x1", "eyJhbGciOi.J9", "aB3" * 11),
]


@pytest.mark.parametrize("image", [IMAGE, "${IMAGE}"])
@pytest.mark.parametrize("secret", SECRETS)
def test_a_secret_in_place_of_a_name_is_not_repeated(secret: str, image: str) -> None:
    verdict = of(file_of(image, secret))

    assert is_name(secret)
    assert rules(verdict) == ["unknown_name"]
    assert verdict.sentence.startswith(sentences.SECRET_AS_NAME)
    assert secret not in verdict.sentence + verdict.summary
    assert shown_name(verdict) == ""


def test_a_registry_that_is_called_like_a_secret_is_known_by_its_name() -> None:
    team = Facts(connections=(Kept("berth_prod", "a.example", "x"),), now=NOW)

    verdicts = [of(file_of(image, "berth_prod"), team) for image in ("a.example/x/b:1", "b.example/b:1")]

    assert [rules(verdict) for verdict in verdicts] == [["resolves"], ["wrong_host"]]
    assert all("berth_prod" in verdict.sentence and shown_name(verdict) == "berth_prod" for verdict in verdicts)


@pytest.mark.parametrize("name", ["ghcr-nortwind", "eu-registry-of-the-whole-company-2026", "x" * 64, "AWS-1"])
def test_a_name_that_is_only_long_or_only_mixed_is_repeated(name: str) -> None:
    verdict = of(file_of(IMAGE, name))

    assert name in verdict.sentence
    assert shown_name(verdict) == name


NO_TEXT = [
    ("!Ref az", "warning", ["variable"], sentences.NAME_VARIABLE),
    ("!!null az", "warning", ["variable"], sentences.NAME_VARIABLE),
    ("!!binary YXo=", "warning", ["variable"], sentences.NAME_VARIABLE),
    ("{{ .Values.registry }}", "warning", ["variable"], sentences.NAME_VARIABLE),
    ("[az]", "error", ["unknown_name"], NO_NAME),
    ("{name: az}", "error", ["unknown_name"], NO_NAME),
]


@pytest.mark.parametrize(("written", "level", "rule", "sentence"), NO_TEXT)
def test_what_is_no_text_in_place_of_a_name_is_told_there(written: str, level: str, rule: list[str], sentence: str) -> None:
    facts = Facts(connections=(Kept("az", "a.example"),), now=NOW)

    verdict = of(read(f"image: a.example/b:1\ncontainerRegistry: {written}\n"), facts)

    assert (verdict.level, rules(verdict), verdict.sentence) == (level, rule, sentence)
    assert (verdict.span.line, titles(verdict), shown_name(verdict)) == (2, [], "")


@given(st.from_regex(r"([a-z0-9.:-]{1,12}/)?[A-Za-z0-9:@/._-]{1,20}", fullmatch=True))
def test_what_is_called_an_image_is_one(image: str) -> None:
    verdict = of(file_of(image))

    try:
        Reference.parse(image)
    except InvalidReference:
        assert rules(verdict) == ["malformed"]
    else:
        assert "malformed" not in rules(verdict) or "/" not in image


# A large team --------------------------------------------------------------------------------------------------------


def of_a_thousand(*, hosts: int, prefixes: int) -> Facts[Kept]:
    return Facts(
        connections=[
            Kept(f"registry-{i:04}", f"r{i % hosts}.example.com", f"team-{i % prefixes}", WORKS) for i in range(1000)
        ],
        now=NOW,
    )


TEAMS = [
    ("of many hosts", of_a_thousand(hosts=1000, prefixes=1), "r{i}.example.com/team-0/web:1", "registry-{i:04}"),
    ("of one host", of_a_thousand(hosts=1, prefixes=1000), "r0.example.com/team-{i}/web-{i}:1", None),
    ("with many misspelt names", of_a_thousand(hosts=1, prefixes=1000), "r0.example.com/team-{i}/web-{i}:1", "regstry-{i}"),
    ("of one place", of_a_thousand(hosts=1, prefixes=1), "r0.example.com/team-0/web-{i}:1", None),
]


@pytest.mark.parametrize(("facts", "image", "named"), [row[1:] for row in TEAMS], ids=[row[0] for row in TEAMS])
def test_five_hundred_images_against_a_thousand_connections_take_less_than_seconds(
    facts: Facts[Kept], image: str, named: str | None
) -> None:
    uses = [file_of(image.format(i=i), named and named.format(i=i)).uses[0] for i in range(500)]
    started = process_time()

    verdicts = judge(Spec(text="", uses=tuple(uses)), facts)

    # Several times what it takes; were each image held against each connection, it would be minutes.
    assert process_time() - started < 3
    assert len(verdicts) == 500
