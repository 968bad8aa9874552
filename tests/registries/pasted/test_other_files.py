"""What is pasted in place of a file of logins, and what is said of each."""

import json

import pytest

from registries.pasted.credential_helpers import STORE_ALONE
from registries.pasted.docker_config import NO_ADDRESS, NO_ENTRIES, PATTERN
from registries.pasted.documents import DEEP, NOT_JSON, TWICE
from registries.pasted.kubernetes import OF_ANOTHER_TYPE, UNREADABLE_CONFIG
from registries.pasted.logins import NO_HOST, NOT_YAML, NOTHING, NotLogins, read_logins
from registries.pasted.other_files import SERVICE_ACCOUNT, UNKNOWN
from tests.registries.pasted.written import auth, b64, secret

LAUGHS = "a0: &a0 [x, x]\n" + "".join(f"a{n + 1}: &a{n + 1} [{', '.join([f'*a{n}'] * 9)}]\n" for n in range(30))

REFUSED: dict[str, tuple[str, str]] = {
    "nothing": ("", "There is nothing in here. Paste the whole file."),
    "blanks": (" \r\n\t\ufeff", "There is nothing in here. Paste the whole file."),
    "an empty object": ("{}", NOTHING),
    "no auths": ('{"auths": {}}', NOTHING),
    "auths of null": ('{"auths": null}', NOTHING),
    "auths in a list": ('{"auths": [1]}', NO_ENTRIES),
    "a store alone": ('{"auths": {}, "credsStore": "osxkeychain"}', STORE_ALONE),
    "a pattern alone": ('{"auths": {"*.example.com": {"auth": "VTpQ"}}}', PATTERN),
    "no address alone": ('{"auths": {"intranet": {"auth": "VTpQ"}}}', NO_ADDRESS),
    "settings alone": ('{"currentContext": "default"}', "This Docker configuration holds no login."),
    "129 KB": ("x" * 129 * 1024, "This is larger than 128 KB, so it is not a file of logins."),
    "65 thousand letters of three bytes": ("日" * 65536, "This is larger than 128 KB, so it is not a file of logins."),
    "NUL": (
        '{"auths": {}}\x00',
        "This holds a NUL character, so it is not the text of a file of logins. Save the file as UTF-8.",
    ),
    "deep JSON": ('{"a":' * 20_000, DEEP),
    "a deep list": ("[" * 100_000, DEEP),
    "deep YAML": ("a: " + "[" * 100_000, DEEP),
    "deep YAML in blocks": ("- " * 50_000, DEEP),
    "a comma too many": ('{"auths": {"ghcr.io": {"auth": "VTpQ"},}}', NOT_JSON),
    "half a file": ('{"auths": {"ghcr.io": {"auth": "VT', NOT_JSON),
    "a number of 5000 digits": ('{"auths": {"ghcr.io": {"auth": ' + "9" * 5000 + "}}}", NOT_JSON),
    "NaN": ('{"auths": {"ghcr.io": {"auth": NaN}}}', "This holds NaN or Infinity, which JSON does not have."),
    "a name twice": ('{"auths": {"ghcr.io": {"auth": "VTpQ"}, "ghcr.io": {}}}', TWICE),
    "a name twice in YAML": ("auths:\n  ghcr.io: {auth: VTpQ}\n  ghcr.io: {auth: VTpR}\n", TWICE),
    "a name twice in a Secret": (json.dumps(secret('{"auths": {"a.b": {}, "a.b": {}}}')), TWICE),
    "broken YAML": ("auths:\n  ghcr.io:\n auth: VTpQ\n", NOT_YAML),
    "tabs in YAML": ("auths:\n\tghcr.io:\n", NOT_YAML),
    "101 aliases": ("a: &a x\nb: [" + "*a," * 101 + "]", "This uses more than 100 aliases, so it is not a file of logins."),
    "a billion laughs": (LAUGHS, "This uses more than 100 aliases, so it is not a file of logins."),
    "a list of itself": ("kind: List\napiVersion: v1\nitems: &a [*a]\n", NOTHING),
    "a date that there is not": ("x: 2026-99-99", UNKNOWN),
    "a JSON array": ("[1, 2]", "This is a list, not a file of logins. Paste the whole file, with what stands around it."),
    "a text in JSON": ('"x"', UNKNOWN),
    "prose": ("Dear team, here is the login.", UNKNOWN),
    "a word": ("hunter2", UNKNOWN),
    "another file": ('{"name": "berth", "version": "1"}', UNKNOWN),
    "51 logins": (
        json.dumps({"auths": {f"r{n}.example.com": auth() for n in range(51)}}),
        "This holds more than 50 logins. Paste fewer at a time.",
    ),
    "a Google key": ('{"type": "service_account", "private_key": "x"}', SERVICE_ACCOUNT),
    "a Google key in base64": (b64('{"type": "service_account", "private_key": "x"}'), SERVICE_ACCOUNT),
    "an OAuth client": (
        '{"installed": {"client_id": "x"}}',
        "This is an OAuth client file of Google, not a login to a registry.",
    ),
    "a kubeconfig": (
        "apiVersion: v1\nkind: Config\nclusters: []\ncontexts: []\nusers: []\n",
        "This is a kubeconfig, which signs in to a cluster and not to a registry.",
    ),
    "a Compose file": (
        "services:\n  web:\n    image: x\n",
        "This is a Compose file. It names images, and holds no logins.",
    ),
    "a Deployment": (
        "apiVersion: apps/v1\nkind: Deployment\n",
        "This is a Kubernetes object of another kind than a Secret. It holds no logins.",
    ),
    "a SealedSecret": (
        "apiVersion: bitnami.com/v1alpha1\nkind: SealedSecret\n",
        "This is a SealedSecret, which only its cluster can open. Paste the Secret made of it.",
    ),
    "a Secret of another type": (
        "apiVersion: v1\nkind: Secret\ntype: kubernetes.io/tls\ndata: {tls.crt: eA==}\n",
        OF_ANOTHER_TYPE,
    ),
    "a Secret that is not base64": (
        "apiVersion: v1\nkind: Secret\ndata: {.dockerconfigjson: '!'}\n",
        UNREADABLE_CONFIG,
    ),
    "a Secret of a list": ("apiVersion: v1\nkind: Secret\ndata: {.dockerconfigjson: [1]}\n", UNREADABLE_CONFIG),
    "a Secret of something else": (json.dumps(secret('{"a": 1}')), UNREADABLE_CONFIG),
    "a Secret of nothing": (json.dumps(secret('{"auths": {}}')), NOTHING),
    "an image": ("ghcr.io/acme/web:1.4", "This is an image, not a file of logins. Paste it where an image is asked for."),
    "a private key": (
        "-----BEGIN PRIVATE KEY-----\nx",
        "This is a key or a certificate in PEM form, not a login to a registry.",
    ),
    "one auth alone": (
        b64("alice:s3cret"),
        "This is a user name and a password in base64, and names no registry. Paste the whole file that it stands in.",
    ),
    "a helper's answer": (
        '{"ServerURL": "ghcr.io", "Username": "U", "Secret": "P"}',
        "This is the answer of a credential helper. Enter its user name and its secret in a form.",
    ),
    "a registry in a variable": ("docker login -u U -p P $REGISTRY", NO_HOST),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_holds_no_login_is_told_what_it_is(name: str) -> None:
    content, sentence = REFUSED[name]

    with pytest.raises(NotLogins) as caught:
        read_logins(content)

    assert str(caught.value) == sentence
