"""Where something can be put into a file: a name below its image, a Secret by its pod; and the Secrets that are there."""

import pytest

from registries.specs.reading import read
from registries.specs.spec import Gap, PullSecrets

POD = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\n"


def put_in(text: str, gap: Gap | None, what: str) -> str:
    assert gap is not None
    return f"{text[: gap.at]}{gap.before}{what}{gap.after}{text[gap.at :]}"


# Where a name can be put in ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("image: a", "image: a\ncontainerRegistry: r"),
        ("image: a  # c\nb: 1\n", "image: a  # c\ncontainerRegistry: r\nb: 1\n"),
        ("x:\n  - image: a\n    b: 1\n", "x:\n  - image: a\n    containerRegistry: r\n    b: 1\n"),
        ("-   image: a\r\n", "-   image: a\r\n    containerRegistry: r\r\n"),
        ("\ufeffimage: a\rb: 1\r", "\ufeffimage: a\rcontainerRegistry: r\rb: 1\r"),
        ("x: {image: a , b: 1}", "x: {image: a, containerRegistry: r , b: 1}"),
        ("{image: 'a' # c\n}", "{image: 'a', containerRegistry: r # c\n}"),
        ("image:\n  a\nb: 1\n", "image:\n  a\ncontainerRegistry: r\nb: 1\n"),
        ("image: >-\n  a\n\n# c\nb: 1\n", "image: >-\n  a\ncontainerRegistry: r\n\n# c\nb: 1\n"),
        ("x: &x a\ny:\n  image: *x\n", "x: &x a\ny:\n  image: *x\n  containerRegistry: r\n"),
        ('"image": "a"\n', '"image": "a"\ncontainerRegistry: r\n'),
        ("defaults: {image: a}\njobs: {}\n", "defaults: {image: a, containerRegistry: r}\njobs: {}\n"),
        ("x: y\u2028image: a", "x: y\u2028image: a\u2028containerRegistry: r"),
    ],
)
def test_a_name_goes_below_its_image_as_the_file_is_written(before: str, after: str) -> None:
    mended = put_in(before, read(before).uses[0].gap, "containerRegistry: r")

    assert mended == after
    assert [use.named and use.named.text for use in read(mended).uses] == ["r"]


@pytest.mark.parametrize(
    "text",
    [
        '{"image": "a"}',  # JSON
        "[image: a]",
        "? image\n: a\n",
        "?\n  image\n: a\n",
        "image: |+\n  a\n\nb: 1\n",
        "image: {repository: a}\n",
        "x: &x {image: a}\ny: *x\n",
        "image: a\ncontainerRegistry: b\n",
        "defaults: {image: a}\njobs: {b: {image: c}}\n",
        "defaults: {with: {image: a}}\njobs: {b: {with: {image: c}}}\n",
    ],
)
def test_where_it_is_not_certain_nothing_is_put_in(text: str) -> None:
    assert read(text).uses[0].gap is None


# Pull secrets --------------------------------------------------------------------------------------------------------


def secrets_of(text: str) -> PullSecrets | None:
    return read(text).uses[-1].secrets


@pytest.mark.parametrize(
    ("spec", "mended"),
    [
        (
            "spec:\n  containers:\n  - {image: a}\n",
            "spec:\n  imagePullSecrets: [{name: s}]\n  containers:\n  - {image: a}\n",
        ),
        ("spec: {x: 1, containers: [image: a]}\n", "spec: {x: 1, imagePullSecrets: [{name: s}], containers: [image: a]}\n"),
        ("spec:\n- containers:\n  - image: a\n", "spec:\n- imagePullSecrets: [{name: s}]\n  containers:\n  - image: a\n"),
    ],
)
def test_a_missing_list_of_secrets_goes_before_the_containers(spec: str, mended: str) -> None:
    secrets = secrets_of(POD + spec)

    assert secrets is not None
    assert (secrets.names, secrets.span, secrets.add) == ((), None, None)
    assert put_in(POD + spec, secrets.gap, "imagePullSecrets: [{name: s}]") == POD + mended


@pytest.mark.parametrize(
    ("written", "mended"),
    [
        (" [{name: b}]", " [{name: s}, {name: b}]"),
        (" []", " [{name: s}]"),
        ("\n  - name: b", "\n  - {name: s}\n  - name: b"),
        ("\n    -   name: b\n    - name: c", "\n    - {name: s}\n    -   name: b\n    - name: c"),
        (" &x\n  - name: b", " &x\n  - {name: s}\n  - name: b"),
    ],
)
def test_one_more_secret_goes_before_the_others(written: str, mended: str) -> None:
    text = f"{POD}spec:\n  imagePullSecrets: WRITTEN\n  containers: [{{image: a}}]\n"
    before = text.replace(" WRITTEN", written)

    secrets = secrets_of(before)

    assert secrets is not None
    assert secrets.gap is None
    assert secrets.span is not None
    assert secrets.span.line == 5
    after = put_in(before, secrets.add, "{name: s}")
    assert after == text.replace(" WRITTEN", mended)
    assert secrets_of(after).names == ("s", *secrets.names)  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("spec: {imagePullSecrets: [{name: b}, {name: c}], containers: [{image: a}]}", ("b", "c")),
        ("spec: {imagePullSecrets: [b, {x: y}], containers: [{image: a}]}", ("b",)),
        ("spec: {imagePullSecrets: , containers: [{image: a}]}", ()),
        ("spec: {imagePullSecrets: b, containers: [{image: a}]}", ()),
        ("spec: {imagePullSecrets: [{name: b}], template: {spec: {containers: [{image: a}]}}}", ("b",)),
        ("spec: {imagePullSecrets: [{name: b}], templates: [{containerSet: {containers: [{image: a}]}}]}", ("b",)),
        ("x: &x {imagePullSecrets: [{name: b}]}\nspec: {<<: *x, containers: [{image: a}]}", ("b",)),
    ],
)
def test_the_secrets_around_an_image_are_those_it_is_pulled_with(text: str, names: tuple[str, ...]) -> None:
    secrets = secrets_of(POD + text)

    assert secrets is not None
    assert secrets.names == names


def test_nothing_is_said_of_secrets_where_no_pod_is_known() -> None:
    assert secrets_of(POD + "spec: {image: a}") is None
    assert secrets_of("services: {a: {image: b}}") is None
    assert secrets_of("imagePullSecrets: [{name: a}]\nimage: b\n") is None


ACCOUNT = "\n---\napiVersion: v1\nkind: ServiceAccount\nmetadata: {{name: {}}}\nimagePullSecrets:\n- name: b\n"


@pytest.mark.parametrize(
    ("pod", "account", "names"),
    [
        ("", "default", ("b",)),
        ("", "other", ()),
        ("serviceAccountName: other, ", "other", ("b",)),
        ("serviceAccount: other, ", "other", ("b",)),
        ("serviceAccountName: other, ", "default", ()),
        ("imagePullSecrets: [{name: c}], ", "default", ("c",)),
        ("imagePullSecrets: [], ", "default", ("b",)),
        ("", "default, namespace: ml", ()),
    ],
)
def test_a_pod_that_names_none_has_the_secrets_of_its_account(pod: str, account: str, names: tuple[str, ...]) -> None:
    text = f"{POD}spec: {{{pod}containers: [{{image: a}}]}}" + ACCOUNT.format(account)

    secrets = secrets_of(text)

    assert secrets is not None
    assert secrets.names == names
    # A list of its own would take the place of its account’s.
    assert (secrets.gap is None) == bool(names)
    if names == ("b",):
        assert "- {name: s}\n- name: b" in put_in(text, secrets.add, "{name: s}")


def test_a_shared_list_of_secrets_is_left_alone() -> None:
    text = f"{POD}x: &x [{{name: b}}]\nspec: {{imagePullSecrets: *x, containers: [{{image: a}}]}}\n"

    assert secrets_of(text).add is None  # type: ignore[union-attr]
