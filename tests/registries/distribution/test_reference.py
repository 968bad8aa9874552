"""Image references: every row of the reference table, which was made by running the field's own library."""

from string import ascii_lowercase, digits

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registries.distribution import InvalidReference, Reference
from registries.distribution.reference import is_digest, is_repository, is_tag

D = "sha256:" + "f" * 64
HEX = "0123456789abcdef" * 4

READ = {
    "ubuntu": Reference("docker.io", "library/ubuntu"),
    "ubuntu:22.04": Reference("docker.io", "library/ubuntu", "22.04"),
    f"ubuntu:latest@{D}": Reference("docker.io", "library/ubuntu", "latest", D),
    "docker.io/ubuntu": Reference("docker.io", "library/ubuntu"),
    "index.docker.io/ubuntu": Reference("docker.io", "library/ubuntu"),
    "registry-1.docker.io/ubuntu": Reference("registry-1.docker.io", "ubuntu"),
    "registry.hub.docker.com/library/ubuntu": Reference("registry.hub.docker.com", "library/ubuntu"),
    "docker.io/library/foo/bar": Reference("docker.io", "library/foo/bar"),
    "docker.io": Reference("docker.io", "library/docker.io"),
    "docker.io:443/ubuntu": Reference("docker.io:443", "ubuntu"),
    "Docker.io/ubuntu": Reference("Docker.io", "ubuntu"),
    "MyUser/app": Reference("MyUser", "app"),
    "MYHOST:5000/app": Reference("MYHOST:5000", "app"),
    "localhost": Reference("docker.io", "library/localhost"),
    "localhost:5000": Reference("docker.io", "library/localhost", "5000"),
    "localhost/app": Reference("localhost", "app"),
    "localhost:5000/app:v1": Reference("localhost:5000", "app", "v1"),
    "test.com:5000": Reference("docker.io", "library/test.com", "5000"),
    "192.168.1.1": Reference("docker.io", "library/192.168.1.1"),
    "192.168.1.1:5000/app:5050": Reference("192.168.1.1:5000", "app", "5050"),
    "[::1]:5000/app": Reference("[::1]:5000", "app"),
    "[2001:db8::1]/a/b:c": Reference("[2001:db8::1]", "a/b", "c"),
    "test_com/foo": Reference("docker.io", "test_com/foo"),
    f"ghcr.io/o/i:v1@{D}": Reference("ghcr.io", "o/i", "v1", D),
    "gcr.io/google.com/proj/img": Reference("gcr.io", "google.com/proj/img"),
    "art.example.com/artifactory/api/docker/repo/img:1": Reference(
        "art.example.com", "artifactory/api/docker/repo/img", "1"
    ),
    "a__b/c": Reference("docker.io", "a__b/c"),
    "a--b": Reference("docker.io", "library/a--b"),
    "a---b": Reference("docker.io", "library/a---b"),
    "a.b/c": Reference("a.b", "c"),
    "foo/bar:_tag": Reference("docker.io", "foo/bar", "_tag"),
    "foo/bar:UPPER": Reference("docker.io", "foo/bar", "UPPER"),
    "foo/bar:" + "t" * 128: Reference("docker.io", "foo/bar", "t" * 128),
    HEX[:63]: Reference("docker.io", f"library/{HEX[:63]}"),
    f"docker.io/{HEX}": Reference("docker.io", f"library/{HEX}"),
    f"sha256:{HEX}": Reference("docker.io", "library/sha256", HEX),
    "example.com/" + "a" * 255: Reference("example.com", "a" * 255),
    "a" * 247: Reference("docker.io", "library/" + "a" * 247),
    "host:99999/app": Reference("host:99999", "app"),
}

NOT_ONE = "This is not an image reference."
LOWER = "The repository must be lower case."
TOO_LONG = "The repository is longer than 255 characters."

REFUSED = {
    "docker.io/": NOT_ONE,
    "myuser/App": LOWER,
    "Ubuntu": LOWER,
    "[::1]:5000": NOT_ONE,
    "[fe80::1%25eth0]:5000/x": NOT_ONE,
    "fc00::1:5000/debian": NOT_ONE,
    "foo_bar.com/x": NOT_ONE,
    "-example.com/a": NOT_ONE,
    "example.com./a": NOT_ONE,
    "example..com/a": NOT_ONE,
    "https://ghcr.io/o/i": NOT_ONE,
    "user:pass@host/img": NOT_ONE,
    "ghcr.io/O/i": LOWER,
    f"ghcr.io/o/i@{D}:v1": NOT_ONE,
    "ghcr.io//o/i": NOT_ONE,
    "ghcr.io/o/i/": NOT_ONE,
    "ghcr.io/o/i:": NOT_ONE,
    "ghcr.io/o/i@": NOT_ONE,
    " ghcr.io/o/i": NOT_ONE,
    "ghcr.io/o/i ": NOT_ONE,
    "": NOT_ONE,
    "gcr.io/example.com:proj/img": NOT_ONE,
    "quay.io/ns+robot/img": NOT_ONE,
    "a___b": NOT_ONE,
    "a..b": NOT_ONE,
    "a._b": NOT_ONE,
    "a-/b": NOT_ONE,
    "_a/b": NOT_ONE,
    "a/b_": NOT_ONE,
    "foo/bar:-tag": NOT_ONE,
    "foo/bar:.tag": NOT_ONE,
    "foo/bar:v1+build": NOT_ONE,
    "foo/bar:tag:tag": NOT_ONE,
    "foo/bar:" + "t" * 129: NOT_ONE,
    HEX: "This is the ID of an image, not its name.",
    "x@sha256:" + "f" * 63: "A sha256 digest has 64 digits.",
    "x@sha256:" + "F" * 64: "A digest is written in the digits 0-9 and a-f.",
    "x@md5:" + "f" * 32: "The digest's algorithm is not supported.",
    "example.com/" + "a" * 256: TOO_LONG,
    "a" * 248: TOO_LONG,
    "host:/app": NOT_ONE,
    "host:port/app": NOT_ONE,
    # Beside the table: what Python's patterns take and those of Go do not.
    "ghcr.io/o/i\n": NOT_ONE,
    "ghcr.io/o/i:v1\n": NOT_ONE,
    "ghcr.io/o/i:v\u0661": NOT_ONE,
    "ghcr.io/\u00f6/i": NOT_ONE,
    "ghcr\u3002io/o/i": NOT_ONE,
    "ghcr.io:\u0661/o/i": NOT_ONE,
    "a/" * 1500 + "a": "This is too long for an image reference.",
}


@pytest.mark.parametrize(("text", "reference"), READ.items(), ids=[text[:60] for text in READ])
def test_a_reference_is_read_as_the_field_reads_it(text: str, reference: Reference) -> None:
    assert Reference.parse(text) == reference


@pytest.mark.parametrize(("text", "reason"), REFUSED.items(), ids=[repr(text[:60]) for text in REFUSED])
def test_what_is_not_a_reference_is_refused_with_a_reason(text: str, reason: str) -> None:
    with pytest.raises(InvalidReference) as refused:
        Reference.parse(text)

    assert str(refused.value) == reason


@pytest.mark.parametrize(("text", "reference"), READ.items(), ids=[text[:60] for text in READ])
def test_the_canonical_form_reads_as_the_same_reference(text: str, reference: Reference) -> None:
    assert Reference.parse(str(reference)) == reference


@pytest.mark.parametrize(
    ("text", "target"),
    [("ghcr.io/o/i", "latest"), ("ghcr.io/o/i:v1", "v1"), (f"ghcr.io/o/i:v1@{D}", D), (f"ghcr.io/o/i@{D}", D)],
)
def test_a_manifest_is_asked_for_by_digest_then_tag_then_latest(text: str, target: str) -> None:
    assert Reference.parse(text).target == target


@pytest.mark.parametrize(
    ("algorithm", "length"), [("sha256", 64), ("sha384", 96), ("sha512", 128)], ids=["sha256", "sha384", "sha512"]
)
def test_a_digest_of_a_known_algorithm_and_length_is_one(algorithm: str, length: int) -> None:
    assert is_digest(f"{algorithm}:{'a' * length}")


@pytest.mark.parametrize("text", ["", "sha256", "sha256:", "sha256:" + "f" * 63, "md5:" + "f" * 32, "sha256:" + "g" * 64])
def test_anything_else_is_no_digest(text: str) -> None:
    assert not is_digest(text)


@pytest.mark.parametrize("text", ["..", "a/../b", "/a", "a/", "A", "a//b", "a?b", "a b", "", "a" * 256])
def test_a_path_trick_is_no_repository(text: str) -> None:
    assert not is_repository(text)


@pytest.mark.parametrize("text", ["", ".", "..", "-", "a/b", "a b", "a\n", "t" * 129])
def test_a_path_trick_is_no_tag(text: str) -> None:
    assert not is_tag(text)


words = st.text(ascii_lowercase + digits, min_size=1, max_size=8)
glues = st.sampled_from([".", "_", "__", "-", "---"])
components = st.builds(lambda first, glue, last: first + glue + last, words, glues, words)
repositories = st.lists(components | words, min_size=1, max_size=4).map("/".join)
ports = st.sampled_from(["", ":5000", ":443"])
hosts = st.builds(lambda first, last, port: f"{first}.{last}{port}", words, words, ports) | st.just("localhost")
tags = st.just("") | st.from_regex(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,20}", fullmatch=True)
digests = st.just("") | st.text("0123456789abcdef", min_size=64, max_size=64).map("sha256:".__add__)


@given(st.builds(Reference, hosts, repositories, tags, digests))
def test_every_reference_survives_being_written_and_read(reference: Reference) -> None:
    assert Reference.parse(str(reference)) == reference


@given(st.text(max_size=300) | st.text("aA0.:/@_-[]%sh256", max_size=120))
def test_any_text_is_read_or_refused_and_what_is_read_is_canonical(text: str) -> None:
    try:
        reference = Reference.parse(text)
    except InvalidReference:
        return

    assert Reference.parse(str(reference)) == reference
