"""What the form says of a secret before anything is sent: hints, which never refuse what a registry might accept."""

import base64
import json

import jwt
import pytest

from tests.registries.flavor_table import OTHER, TABLE, made
from tests.registries.test_forms import form

TYPED = {row.slug: row.typed for row in TABLE}
GITHUB_CLASSIC = "ghp_" + "a1B2c3D4e5F6" * 3
ECR = base64.b64encode(
    json.dumps({"payload": "x" * 120, "version": "2", "type": "DATA_KEY"}, separators=(",", ":")).encode()
)
ENDED = jwt.encode({"exp": 1_500_000_000}, "k" * 32)


def hints(slug: str, **typed: str) -> str:
    told = form(slug, {**TYPED[slug], **typed})
    assert told.is_valid(), told.errors
    return " ".join(told.hints)


@pytest.mark.parametrize(
    ("slug", "field", "secret", "words"),
    [
        ("dockerhub", "password", GITHUB_CLASSIC, "a personal access token of GitHub. Docker Hub most likely refuses it."),
        ("github", "password", "glpat-" + "x" * 20, "a token of GitLab. GitHub most likely refuses it."),
        ("github", "password", "gldt-" + "x" * 20, "a token of GitLab. GitHub most likely refuses it."),
        ("github", "password", "gho_" + "x" * 36, "a token that GitHub gave to an application. It ends by itself."),
        ("github", "password", "ghs_" + "x" * 40, "an installation token of GitHub. It ends within hours."),
        ("gitlab", "password", "glcbt-1a_" + "x" * 20, "a token of a GitLab job. It ends with its job."),
        ("gitlab", "password", "dckr_pat_" + "x" * 27, "an access token of Docker Hub. GitLab most likely refuses it."),
        ("digitalocean", "token", "github_pat_" + "x" * 82, "a fine-grained token of GitHub. DigitalOcean most likely"),
        ("quay", "password", "dop_v1_" + "0" * 64, "a token of DigitalOcean. Quay most likely refuses it."),
        ("harbor", "password", GITHUB_CLASSIC, "a personal access token of GitHub. Harbor most likely refuses it."),
        ("jfrog", "password", "nvapi-" + "x" * 64, "a key of NVIDIA. JFrog most likely refuses it."),
        ("ngc", "password", "AKCp" + "x" * 69, "an API key of Artifactory. NVIDIA NGC most likely refuses it."),
        ("azure", "password", "abc8Q~" + "x" * 34, ""),
        ("dockerhub", "password", "abc8Q~" + "x" * 34, "a client secret of Azure"),
        ("other", "password", ECR.decode(), "a password of Amazon ECR. It ends 12 hours after it was made."),
        ("other", "password", GITHUB_CLASSIC, ""),
        ("other", "password", "AKIA" + "A" * 16, "the ID of an AWS access key, which is not a secret."),
        ("scaleway", "password", "LTAI" + "a" * 18, "the ID of an Alibaba access key, which is not a secret."),
        ("redhat", "password", ENDED, "By its own text this token ended on 14 Jul 2017. Make a new one."),
        ("dockerhub", "password", "dckr_pat_abc***", "This looks shortened"),
        ("github", "password", "ghp_abcd…wxyz", "This looks shortened"),
        ("dockerhub", "password", "correct horse battery staple", ""),
        ("dockerhub", "password", "P@ssw0rd!", ""),
    ],
)  # fmt: skip
def test_a_secret_of_the_wrong_kind_is_recognised_and_saved_all_the_same(
    slug: str, field: str, secret: str, words: str
) -> None:
    said = hints(slug, **{field: secret})

    assert words in said if words else said == ""
    assert secret not in said


def test_at_the_address_of_a_known_registry_other_knows_its_tokens_too() -> None:
    said = hints("other", url="https://ghcr.io", namespace="acme", password="glpat-" + "x" * 20)

    assert "a token of GitLab. GitHub most likely refuses it." in said


def test_what_is_typed_for_every_flavor_as_it_should_be_gets_no_hint() -> None:
    assert {slug: hints(slug) for slug in TYPED} == dict.fromkeys(TYPED, "")


# A whole command ---------------------------------------------------------------------------------------------------


def test_of_a_whole_command_the_password_is_taken_and_a_blank_user_name_filled() -> None:
    typed = {**OTHER, "username": "", "password": "docker login -u puller -p 's3cret pass' registry.example.com\n"}
    told = form("other", typed)

    assert told.is_valid(), told.errors
    assert (told.registry.account, told.registry.secrets()["password"].reveal()) == ("puller", "s3cret pass")
    assert told.hints == ["For the password or token, the password was taken out of the sign-in command."]


def test_a_user_name_that_was_typed_stays() -> None:
    told = form("other", {**OTHER, "password": "docker login -u somebody -p s3cret registry.example.com"})

    assert told.is_valid(), told.errors
    assert told.registry.account == OTHER["username"]


def test_the_password_of_a_command_for_another_host_goes_nowhere() -> None:
    told = form("dockerhub", {**TYPED["dockerhub"], "password": "docker login -u u -p s3cret ghcr.io"})

    assert not told.is_valid()
    (sentence,) = told.errors["password"]
    assert "This command signs in at <code>ghcr.io</code>, and this form leads elsewhere." in sentence
    assert told.to_keep() == ({}, told.reach)


@pytest.mark.parametrize("username", ["ghp_" + "a1B2" * 9, "a:b"])
def test_a_user_name_that_is_none_is_not_taken_from_a_command(username: str) -> None:
    command = f"docker login -u {username} -p x-oauth-basic registry.example.com"
    told = form("other", {**OTHER, "username": "", "password": command})

    assert not told.is_valid()
    assert told.errors.keys() == {"username"}
    assert told["username"].value() == ""


def test_a_token_that_is_its_own_user_name_is_not_put_into_a_plain_field() -> None:
    token = "dop_v1_" + "0" * 64
    told = form("other", {**OTHER, "username": "", "password": f"docker login -u {token} -p {token} registry.example.com"})

    assert not told.is_valid()
    assert told["username"].value() == ""
    assert told.to_keep()[0]["password"].reveal() == token


@pytest.mark.parametrize(
    "command",
    [
        "echo $TOKEN | docker login -u me --password-stdin ghcr.io",
        "docker login ghcr.io",
        "aws ecr get-login-password | docker login --username AWS --password-stdin registry.example.com",
        "docker login -u me -p $CI_TOKEN registry.example.com",
    ],
)
def test_a_command_without_its_password_is_refused_in_words(command: str) -> None:
    told = form("other", {**OTHER, "password": command})

    assert not told.is_valid()
    assert told.errors["password"] == ["This is a sign-in command without its password. Paste the password itself."]


def test_every_flavor_takes_a_password_out_of_a_command() -> None:
    for slug, typed in TYPED.items():
        for name in (name for name in ("password", "token") if typed.get(name)):
            host = made(slug, typed).host
            told = form(slug, {**typed, name: f"docker login -u someone -p {typed[name]} {host}"})
            assert told.is_valid(), (slug, told.errors)
            assert told.registry.secrets()[name].reveal() == typed[name]
