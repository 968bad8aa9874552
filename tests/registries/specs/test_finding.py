"""The images of a file: how many, where, whose, and what stands around them."""

import re
from collections import Counter
from pathlib import Path

import pytest

from registries.specs import faults
from registries.specs.image_values import LIST, NO_NAME, NOTHING
from registries.specs.reading import read
from registries.specs.spec import Gap, Kind, SpecFault, Use

HERE = Path(__file__).parent
CORPUS = sorted(path for path in (HERE / "corpus").rglob("*") if path.is_file())
_EXPECTED = re.compile(r"# (?:ok|warning|error): [a-z_, ]+")
_UNREADABLE = re.compile(r"# unreadable: ")
POD = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\n"


def text_of(path: Path) -> str:
    return path.read_bytes().decode()


def uses_of(text: str) -> tuple[Use, ...]:
    return read(text).uses


def one_of(text: str) -> Use:
    (use,) = uses_of(text)
    return use


READABLE = [path for path in CORPUS if not _UNREADABLE.match(text_of(path))]


# The corpus ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", READABLE, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_a_file_has_its_images_where_its_comments_say(path: Path) -> None:
    text = text_of(path)
    lines = enumerate(text.splitlines(), 1)
    expected = Counter(number for number, line in lines for _ in _EXPECTED.findall(line))

    uses = uses_of(text)

    # A verdict stands at the image, or at the name of its registry.
    assert len(uses) == expected.total()
    for use in uses:
        at = {use.image.span.line} | ({use.named.span.line} if use.named else set())
        said = next(line for line in sorted(at) if expected[line])
        expected[said] -= 1


def test_the_corpus_is_as_large_as_it_is_meant_to_be() -> None:
    assert len(READABLE) >= 45
    assert len(CORPUS) - len(READABLE) >= 20


def test_the_example_of_the_design_has_its_five_steps() -> None:
    uses = uses_of(text_of(HERE / "train-ranker.yaml"))

    assert [
        (use.owner, use.image.span.line, use.image.text, use.named and (use.named.span.line, use.named.text))
        for use in uses
    ] == [
        ("fetch", 10, "python:3.13-slim", None),
        ("train", 17, "us-west1-docker.pkg.dev/northwind-ml/training/ranker:2.4", (18, "gar-training")),
        ("evaluate", 24, "ghcr.io/northwind-labs/evaluator:latest", (25, "ghcr-nortwind")),
        ("detect", 31, "northwindvision.azurecr.io/vision/detector:1.9", (32, "acr-vision")),
        ("publish", 38, "registry.digitalocean.com/northwind/publisher:5", None),
    ]
    assert {use.kind for use in uses} == {Kind.WORKFLOW}
    assert uses[4].gap == Gap(at=833, before="\n      ")


# Kinds and owners ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("{image: a, containerRegistry: b}", Kind.WORKFLOW),
        ("{image: a, port: 80}", Kind.WORKFLOW),
        ("{image: a, replicas: 1}", Kind.WORKFLOW),
        ("{image: a, resources: {}}", Kind.WORKFLOW),
        ("deploymentspec: {image: a}", Kind.WORKFLOW),
        ("[{image: a, port: 80}]", Kind.WORKFLOW),
        ("jobs: {b: {image: a}}", Kind.WORKFLOW),
        ("jobs: [{name: b, image: a}]", Kind.WORKFLOW),
        ("defaults: {image: a}", Kind.WORKFLOW),
        ("x: {with: {image: a}}", Kind.WORKFLOW),
        ("x: {uses: b, image: a}", Kind.WORKFLOW),
        ("x: {image: a, port: 80}", Kind.OTHER),
        ("image: a", Kind.OTHER),
        ("- image: a", Kind.OTHER),
        ("jobs: {b: {runs-on: c, container: {image: a}}}", Kind.OTHER),
        ("jobs: {b: {docker: [{image: a}]}}", Kind.OTHER),
        ("jobs: {docker: {image: a}}", Kind.WORKFLOW),
        ("services: {b: {image: a}}", Kind.COMPOSE),
        ("{services: {c: {build: .}}, x-b: {image: a}}", Kind.COMPOSE),
        ("{services: [{image: a}]}", Kind.OTHER),
        ("x: {services: {b: {image: a}}}", Kind.OTHER),
        ("{apiVersion: v1, kind: Pod, image: a}", Kind.KUBERNETES),
        ("{apiVersion: v1, kind: Any, jobs: {b: {with: {image: a}}}}", Kind.KUBERNETES),
        ("extra: [{apiVersion: v1, kind: Pod, spec: {image: a}}]", Kind.KUBERNETES),
        ("{apiVersion: v0alpha0, image: a, port: 80}", Kind.WORKFLOW),
    ],
)
def test_the_kind_of_a_document_is_told_by_its_shape(text: str, kind: Kind) -> None:
    assert one_of(text).kind is kind


@pytest.mark.parametrize(
    ("text", "owner"),
    [
        ("jobs: {train: {with: {image: a}}}", "train"),
        ("jobs: {train: {uses: b, image: a}}", "train"),
        ("jobs: {train: {with: {spec: {image: a}}}}", "train"),
        ("jobs: [{name: train, with: {image: a}}]", "train"),
        ("jobs: {train: {name: Train the ranker, image: a}}", "train"),
        ("defaults: {with: {image: a}}", "defaults"),
        ("{name: fraud, image: a, port: 80}", "fraud"),
        ("image: a", ""),
        ("services: {web: {image: a, container_name: b}}", "web"),
        ("worker: {image: {repository: a}}", "worker"),
        ("jobs: {build: {docker: [{image: a}]}}", "build"),
        ("steps: [{image: a}]", "steps"),
        (POD + "spec: {containers: [{name: main, image: a}]}", "main"),
        (POD + "spec: {containers: [{image: a}]}", "a"),
        (POD + "spec: {templates: [{name: train, container: {image: a}}]}", "train"),
        ("{apiVersion: v1, kind: Pod, spec: {containers: [{image: a}]}}", "containers"),
        ('jobs: {"a\\e[31mb\\n\\u202ec\\0": {image: a}}', "a[31mbc"),
        ('jobs: {"\\x07": {image: a}}', ""),
        (f"jobs: {{{'x' * 200}: {{image: a}}}}", "x" * 79 + "…"),
        ("jobs: {? [train] : {image: a}}", "jobs"),
    ],
)
def test_people_call_a_place_by_its_nearest_name(text: str, owner: str) -> None:
    assert one_of(text).owner == owner


def test_containers_of_several_objects_are_told_apart_by_the_objects() -> None:
    pod = "spec: {containers: [{name: main, image: a}, {image: b}]}\n"

    uses = uses_of(f"{POD}{pod}---\n{POD.replace('a}', 'b}')}{pod}")

    assert [use.owner for use in uses] == ["a/main", "a", "b/main", "b"]


# The registry that is named -------------------------------------------------------------------------------------------


def named(use: Use) -> tuple[str, int] | None:
    return (use.named.text, use.named.span.line) if use.named else None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("image: a\ncontainerRegistry: b\n", ("b", 2)),
        ("jobs:\n  j:\n    containerRegistry: b\n    with: {image: a}\n", ("b", 3)),
        ("defaults: {containerRegistry: b}\njobs: {j: {with: {image: a}}}\n", ("b", 1)),
        ("jobs: {j: {with: {image: a}}}\ndefaults: {with: {containerRegistry: b}}\n", ("b", 2)),
        ("defaults: {containerRegistry: b}\njobs: {j: {with: {image: a, containerRegistry: c}}}\n", ("c", 2)),
        ("defaults: {containerRegistry: b}\nother: {image: a}\n", None),
        ("containerRegistry: b\nside: {image: a}\n", None),
        ("containerRegistry: b\nwith: [{image: a}]\n", None),
        ("containerRegistry: b\nwith: {with: {image: a}}\n", None),
        ("image: a\ncontainerRegistry:\n", ("", 2)),
        ("image: a\ncontainerRegistry: null\n", ("", 2)),
        ("image: a\ncontainerRegistry: [b]\n", ("", 2)),
        ("x: &x b\ny:\n  image: a\n  containerRegistry: *x\n", ("b", 4)),
    ],
)
def test_a_registry_is_named_beside_the_image_by_its_step_or_in_the_defaults(
    text: str, expected: tuple[str, int] | None
) -> None:
    assert named(one_of(text)) == expected


@pytest.mark.parametrize(
    ("written", "fault", "variable"),
    [
        ("az", False, False),
        ("!!str az", False, False),
        ("! az", False, False),
        ("!Ref az", False, True),
        ("!!null az", False, True),
        ("!!binary YXo=", False, True),
        ("!Join [a, b]", False, True),
        ("!Sub {a: b}", False, True),
        ("{{ .Values.registry }}", False, True),
        ("[az]", True, False),
        ("{name: az}", True, False),
        ("", False, False),
    ],
)
def test_a_name_is_a_text_or_it_is_told_what_it_is_instead(written: str, fault: bool, variable: bool) -> None:
    use = one_of(f"image: a\ncontainerRegistry: {written}\n")

    assert (use.name_fault, use.name_variable) == (NO_NAME if fault else "", variable)


def test_a_step_that_names_a_registry_alone_has_the_default_image_with_it() -> None:
    steps = "  j:\n    with: {containerRegistry: b}\n  k: {containerRegistry: c, with: {image: d}}\n"

    uses = uses_of(f"defaults: {{image: a}}\njobs:\n{steps}")

    assert [(use.owner, use.image.text, use.image.span.line, named(use)) for use in uses] == [
        ("defaults", "a", 1, None),
        ("j", "a", 1, ("b", 4)),
        ("k", "d", 5, ("c", 5)),
    ]
    assert uses[1].gap is None


def test_a_step_with_an_image_of_its_own_names_the_registry_for_that_alone() -> None:
    uses = uses_of("jobs: {j: {image: a, containerRegistry: b, with: {image: c}}}\n")

    assert [named(use) for use in uses] == [("b", 1), None]


# Anchors -------------------------------------------------------------------------------------------------------------


def test_what_comes_by_a_merge_or_an_alias_is_told_where_it_is_written_and_where_it_differs() -> None:
    same = "a: &a {image: &i x}\nb: {<<: *a}\nc: *a\nd: {image: *i}\n"
    other = "e: {<<: *a, containerRegistry: r}\nf: {image: *i, containerRegistry: s}\n"

    uses = uses_of(same + other)

    assert [(use.owner, use.image.span.line, named(use)) for use in uses] == [
        ("a", 1, None),
        ("e", 1, ("r", 5)),
        ("f", 6, ("s", 6)),
    ]
    assert [use.gap for use in uses] == [None, None, None]


def test_a_template_is_told_by_what_is_made_of_it() -> None:
    text = "x-a: &a {image: x}\n.b: &b {image: y}\nc: {<<: *a}\nd: {<<: *b, containerRegistry: r}\nx-unused: {image: z}\n"

    uses = uses_of(text)

    assert [(use.owner, use.image.text, use.image.span.line, named(use)) for use in uses] == [
        ("c", "x", 1, None),
        ("d", "y", 2, ("r", 4)),
        ("x-unused", "z", 5, None),
    ]


# What is no image ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("", NOTHING),
        ("~", NOTHING),
        ("null", NOTHING),
        ("[a]", LIST),
        ("[]", LIST),
        ("7", "a number"),
        ("3.13", "a number"),
        ("0x1f", "a number"),
        ("1_000", "a number"),
        ("yes", "true or false"),
        ("2026-11-12", "a date"),
    ],
)
def test_what_is_no_image_is_told_at_its_key(value: str, said: str) -> None:
    use = one_of(f"a: 1\nimage: {value}\n")

    assert said in use.fault
    assert (use.image.text, use.image.span.line, use.image.span.column, use.image.span.end_column) == ("", 2, 1, 6)
    assert use.gap is None


@pytest.mark.parametrize("value", ['"7"', "'yes'", "!!str 7", "! 7", "7a", "redis:7", "1" * 65])
def test_what_is_a_text_is_an_image(value: str) -> None:
    assert one_of(f"image: {value}\n").fault == ""


@pytest.mark.parametrize(
    "value", ["!Ref a", "!Join [a, b]", "!GetAtt {a: b}", "!!python/name:os.system a", "!!binary YQ=="]
)
def test_what_a_tag_makes_in_the_run_is_a_variable(value: str) -> None:
    use = one_of(f"image: {value}\n")

    assert (use.variable, use.fault) == (True, "")


def test_a_template_without_quotes_is_a_variable_as_it_stands() -> None:
    use = one_of("image: {{ .Values.image }}\nport: 1\n")

    assert use.image.text == "{{ .Values.image }}"


@pytest.mark.parametrize(
    ("value", "image"),
    [
        ("{repository: a/b}", "a/b"),
        ("{repository: a/b, tag: 1.20}", "a/b:1.20"),
        ("{registry: r.example, repository: a/b, tag: '2', digest: 'sha256:0'}", "r.example/a/b:2@sha256:0"),
        ("{registry: '', repository: a/b, tag: null, digest: ~}", "a/b"),
        ("{name: a/b, entrypoint: ['']}", "a/b"),
        ("{reference: a/b}", "a/b"),
    ],
)
def test_an_image_in_parts_is_put_together(value: str, image: str) -> None:
    text = f"image: {value}\n"

    use = one_of(text)

    assert use.image.text == image
    assert text[use.image.span.start : use.image.span.end] == "a/b"


@pytest.mark.parametrize("value", ["{}", "{repository: ''}", "{repository: }", "{pullPolicy: Always}", "{type: string}"])
def test_a_mapping_of_something_else_is_no_image(value: str) -> None:
    assert uses_of(f"image: {value}\n") == ()


def test_an_image_below_what_is_none_is_found() -> None:
    assert [use.image.text for use in uses_of("image: {image: a, other: [{image: b}]}\n")] == ["a", "b"]


# Many ----------------------------------------------------------------------------------------------------------------


def test_one_image_that_thousands_have_counts_once() -> None:
    assert len(uses_of("a: &a {image: redis:7}\nb:\n" + "- {<<: *a}\n" * 5_000)) == 1


def test_more_images_than_can_be_judged_are_a_fault() -> None:
    with pytest.raises(SpecFault) as caught:
        read("jobs:\n" + "".join(f"  j{number}: {{image: redis:7}}\n" for number in range(501)))

    assert caught.value.sentence == faults.TOO_MANY_IMAGES
