"""Configurations of Docker and Podman, as they write them and as people cut them up, and what is said of each entry."""

import json

import pytest

from registries.pasted.credential_helpers import ANOTHER_HELPER, HELPERS, STALE
from registries.pasted.docker_config import (
    BEARER,
    BESIDE_IDENTITY,
    DAMAGED,
    EMPTY,
    HUB_SESSION,
    IDENTITY,
    NO_ADDRESS,
    PATTERN,
    USER_ALONE,
)
from registries.pasted.login import CONTROL, LONG, NO_USERNAME
from registries.pasted.logins import DOCKER, Pasted, read_logins
from tests.registries.pasted.written import auth, b64, config, explained, login

KEY = '{\n  "type": "service_account",\n\t"project_id": "acme"\n}\n'

READ: dict[str, tuple[str, Pasted]] = {
    "a config.json": (
        json.dumps({"auths": {"https://index.docker.io/v1/": auth("alice"), "r.example.com:5000": auth()}}, indent=4),
        Pasted(DOCKER, (login("docker.io", username="alice"), login("r.example.com:5000"))),
    ),
    "one with a BOM and CRLF": (
        "\ufeff" + json.dumps({"auths": {"ghcr.io": auth()}}, indent=2).replace("\n", "\r\n") + "\r\n",
        Pasted(DOCKER, (login(),)),
    ),
    "one with other settings": (
        json.dumps({"auths": {"ghcr.io": auth()}, "HttpHeaders": {"X": "y"}, "currentContext": "default", "proxies": {}}),
        Pasted(DOCKER, (login(),)),
    ),
    "DOCKER_AUTH_CONFIG": ("DOCKER_AUTH_CONFIG='" + config(ghcr__io=auth()) + "'", Pasted(DOCKER, (login(),))),
    "user name and password": (config(ghcr__io={"username": "U", "password": "P"}), Pasted(DOCKER, (login(),))),
    "auth wins over the two by themselves": (
        config(ghcr__io={"username": "old", "password": "old", **auth()}),
        Pasted(DOCKER, (login(),)),
    ),
    "a password with colons": (config(ghcr__io=auth("U", ":a:b:")), Pasted(DOCKER, (login(password=":a:b:"),))),
    "a password in UTF-8": (config(ghcr__io=auth("Ü", "pä🚢")), Pasted(DOCKER, (login(username="Ü", password="pä🚢"),))),
    "a line break at the end": (config(ghcr__io=auth("U", "P\r\n")), Pasted(DOCKER, (login(),))),
    "NUL at the end, as docker reads it": (config(ghcr__io=auth("U", "P\x00\x00")), Pasted(DOCKER, (login(),))),
    "auth without its padding": (config(ghcr__io={"auth": b64("U:P").rstrip("=")}), Pasted(DOCKER, (login(),))),
    "auth that is wrapped": (config(ghcr__io={"auth": "VT\npQ\n"}), Pasted(DOCKER, (login(),))),
    "a key of Google with its line breaks": (
        json.dumps({"auths": {"https://gcr.io": auth("_json_key", KEY)}}),
        Pasted(DOCKER, (login("gcr.io", username="_json_key", password=KEY.removesuffix("\n")),)),
    ),
    ".dockercfg": (
        json.dumps({"https://index.docker.io/v1/": {**auth(), "email": "a@b.c"}, "quay.io": {**auth(), "email": ""}}),
        Pasted(DOCKER, (login("docker.io"), login("quay.io"))),
    ),
    "Podman's keys with paths": (
        json.dumps({"auths": {"docker.io": auth("a"), "docker.io/acme": auth("b"), "quay.io/acme/web": auth("c")}}),
        Pasted(
            DOCKER,
            (login("docker.io", username="a"), login("docker.io", "acme", "b"), login("quay.io", "acme/web", "c")),
        ),
    ),
    "one host in many spellings": (
        json.dumps(
            {"auths": dict.fromkeys(["ghcr.io", "GHCR.io", "https://ghcr.io/", "ghcr.io/v1/", "ghcr.io:443"], auth())}
        ),
        Pasted(DOCKER, (login(),)),
    ),
    "Docker Hub by all its names": (
        json.dumps({"auths": dict.fromkeys(["docker.io", "https://index.docker.io/v1/", "registry-1.docker.io"], auth())}),
        Pasted(DOCKER, (login("docker.io"),)),
    ),
    "one host with two logins": (
        json.dumps({"auths": {"ghcr.io": auth("a"), "https://ghcr.io": auth("b")}}),
        Pasted(DOCKER, (login(username="a"), login(username="b"))),
    ),
    "a damaged entry beside a login of the same place": (
        json.dumps({"auths": {"ghcr.io": {"auth": "U:P!"}, "https://ghcr.io": auth()}}),
        Pasted(DOCKER, (login(),)),
    ),
    "YAML of the same": ("auths:\n  ghcr.io:\n    auth: VTpQ\n", Pasted(DOCKER, (login(),))),
    "base64 of the same": (b64(config(ghcr__io=auth())), Pasted(DOCKER, (login(),))),
    "base64 that is wrapped": (
        "\n".join(b64(config(ghcr__io=auth()))[at : at + 20] for at in range(0, 200, 20)),
        Pasted(DOCKER, (login(),)),
    ),
    # What holds no password, and says why.
    "a helper for one host": (
        json.dumps({"credHelpers": {"123456789012.dkr.ecr.eu-west-1.amazonaws.com": "ecr-login"}}),
        Pasted(DOCKER, (explained(HELPERS["ecr-login"], "123456789012.dkr.ecr.eu-west-1.amazonaws.com"),)),
    ),
    "helpers, one of them of one's own": (
        json.dumps({"auths": {"quay.io": auth()}, "credHelpers": {"gcr.io": "gcloud", "ghcr.io": "mine"}}),
        Pasted(DOCKER, (login("quay.io"), explained(HELPERS["gcr"], "gcr.io"), explained(ANOTHER_HELPER))),
    ),
    "a helper that is no text": (
        json.dumps({"credHelpers": {"ghcr.io": ["x"]}}),
        Pasted(DOCKER, (explained(ANOTHER_HELPER),)),
    ),
    "a helper beside a password": (
        json.dumps({"auths": {"ghcr.io": auth(), "quay.io": {}}, "credHelpers": {"ghcr.io": "pass", "quay.io": "pass"}}),
        Pasted(DOCKER, (login(note=STALE), explained(HELPERS["pass"], "quay.io"))),
    ),
    "a store": (
        json.dumps({"auths": {"https://index.docker.io/v1/": {}, "ghcr.io": {}}, "credsStore": "desktop"}),
        Pasted(DOCKER, (explained(HELPERS["desktop"], "docker.io"), explained(HELPERS["desktop"]))),
    ),
    "a sign-in in the browser": (
        json.dumps({"auths": {f"https://index.docker.io/v1/{name}": auth() for name in ("access-token", "refresh-token")}}),
        Pasted(DOCKER, (explained(HUB_SESSION, "docker.io"),)),
    ),
    "a sign-in in the browser beside a login": (
        json.dumps({"auths": {f"https://index.docker.io/v1/{name}": auth() for name in ("", "access-token")}}),
        Pasted(DOCKER, (login("docker.io"),)),
    ),
    "an identity token": (
        config(acme__azurecr__io={**auth("00000000-0000-0000-0000-000000000000", ""), "identitytoken": "x"}),
        Pasted(DOCKER, (explained(IDENTITY, "acme.azurecr.io"),)),
    ),
    "an identity token of a user": (
        config(ghcr__io={"auth": b64("U:"), "identitytoken": "x"}),
        Pasted(DOCKER, (explained(IDENTITY, username="U"),)),
    ),
    "an identity token by a helper's word": (
        config(ghcr__io=auth("<token>", "x")),
        Pasted(DOCKER, (explained(IDENTITY),)),
    ),
    "an identity token beside a password": (
        config(ghcr__io={**auth(), "identitytoken": "x"}),
        Pasted(DOCKER, (login(note=BESIDE_IDENTITY),)),
    ),
    "a bearer token": (config(ghcr__io={"registrytoken": "x"}), Pasted(DOCKER, (explained(BEARER),))),
    "an empty entry": (config(ghcr__io={}), Pasted(DOCKER, (explained(EMPTY),))),
    "an entry of null": (config(ghcr__io=None), Pasted(DOCKER, (explained(EMPTY),))),
    "an alias of itself": ("auths: &a\n  ghcr.io: *a\n", Pasted(DOCKER, (explained(EMPTY),))),
    "an e-mail address alone": (config(ghcr__io={"email": "a@b.c"}), Pasted(DOCKER, (explained(EMPTY),))),
    "a user name alone": (config(ghcr__io={"username": "U"}), Pasted(DOCKER, (explained(USER_ALONE, username="U"),))),
    "a password alone": (config(ghcr__io=auth("", "P")), Pasted(DOCKER, (login(username="", note=NO_USERNAME),))),
    "auth that is not base64": (config(ghcr__io={"auth": "U:P!"}), Pasted(DOCKER, (explained(DAMAGED),))),
    "auth that is not UTF-8": (config(ghcr__io={"auth": b64(b"U:\xff")}), Pasted(DOCKER, (explained(DAMAGED),))),
    "auth beyond ASCII": (config(ghcr__io={"auth": "ÄÖ"}), Pasted(DOCKER, (explained(DAMAGED),))),
    "auth without a colon": (config(ghcr__io={"auth": b64("UP")}), Pasted(DOCKER, (explained(DAMAGED),))),
    "auth that is a number": (config(ghcr__io={"auth": 1}), Pasted(DOCKER, (explained(DAMAGED),))),
    "an entry that is no map": (config(ghcr__io="VTpQ"), Pasted(DOCKER, (explained(DAMAGED),))),
    "a line break in the password": (config(ghcr__io=auth("U", "a\nb")), Pasted(DOCKER, (explained(CONTROL),))),
    "a line break in the user name": (config(ghcr__io=auth("a\r\nX: y")), Pasted(DOCKER, (explained(CONTROL),))),
    "NUL in the password": (config(ghcr__io=auth("U", "a\x00b")), Pasted(DOCKER, (explained(CONTROL),))),
    "half a character": (
        config(ghcr__io={"username": "U", "password": "\ud800"}),
        Pasted(DOCKER, (explained(CONTROL),)),
    ),
    "a password of 65 KB": (config(ghcr__io=auth("U", "x" * 65 * 1024)), Pasted(DOCKER, (explained(LONG),))),
    "a user name of 256 characters": (config(ghcr__io=auth("x" * 256)), Pasted(DOCKER, (explained(LONG),))),
    "a pattern of the kubelet": (
        json.dumps({"auths": {"*.example.com": auth(), "ghcr.io": auth()}}),
        Pasted(DOCKER, (login(),), (PATTERN,)),
    ),
    "a key that is no address": (
        json.dumps({"auths": {"intranet": auth(), "": auth(), "a b": auth(), "ghcr.io": auth()}}),
        Pasted(DOCKER, (login(),), (NO_ADDRESS,)),
    ),
    "an alias": (
        "auths:\n  ghcr.io: &same\n    auth: VTpQ\n  quay.io: *same\n",
        Pasted(DOCKER, (login(), login("quay.io"))),
    ),
    "a tag of Python's, which means nothing": (
        "auths:\n  ghcr.io: !!python/object/apply:os.system\n    auth: VTpQ\n",
        Pasted(DOCKER, (login(),)),
    ),
}


@pytest.mark.parametrize("name", READ)
def test_a_configuration_is_read_entry_by_entry(name: str) -> None:
    content, expected = READ[name]

    assert read_logins(content) == expected
