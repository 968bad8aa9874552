"""Pull secrets of Kubernetes, as kubectl prints them and as people write them."""

import json

import pytest
import yaml

from registries.pasted.kubernetes import OF_ANOTHER_TYPE, UNREADABLE_CONFIG
from registries.pasted.logins import KUBERNETES, Pasted, read_logins
from tests.registries.pasted.written import auth, b64, config, login, secret

# What kubectl 1.32 printed for `kubectl create secret docker-registry regcred --dry-run=client`, user alice.
KUBECTL_YAML = """apiVersion: v1
data:
  .dockerconfigjson: eyJhdXRocyI6eyJodHRwczovL2luZGV4LmRvY2tlci5pby92MS8iOnsidXNlcm5hbWUiOiJhbGljZSIsInBhc3N3b3JkIjoiczM6Y3LDqXRcIlx1MDAzY1x1MDAyNiIsImVtYWlsIjoiYUBiLmMiLCJhdXRoIjoiWVd4cFkyVTZjek02WTNMRHFYUWlQQ1k9In19fQ==
kind: Secret
metadata:
  creationTimestamp: null
  name: regcred
type: kubernetes.io/dockerconfigjson
"""  # noqa: E501
KUBECTL_JSON = """{
    "kind": "Secret",
    "apiVersion": "v1",
    "metadata": {
        "name": "regcred",
        "creationTimestamp": null
    },
    "data": {
        ".dockerconfigjson": "eyJhdXRocyI6eyJnaGNyLmlvIjp7InVzZXJuYW1lIjoiYWxpY2UiLCJwYXNzd29yZCI6InAiLCJhdXRoIjoiWVd4cFkyVTZjQT09In19fQ=="
    },
    "type": "kubernetes.io/dockerconfigjson"
}
"""  # noqa: E501

READ: dict[str, tuple[str, Pasted]] = {
    "kubectl's YAML": (
        KUBECTL_YAML,
        Pasted(KUBERNETES, (login("docker.io", username="alice", password='s3:crét"<&'),)),
    ),
    "kubectl's JSON": (KUBECTL_JSON, Pasted(KUBERNETES, (login(username="alice", password="p"),))),
    "stringData": (
        yaml.safe_dump(secret(config(ghcr__io=auth()), plain=True), default_style="|"),
        Pasted(KUBERNETES, (login(),)),
    ),
    "stringData wins over data": (
        json.dumps({**secret(config(quay__io=auth())), "stringData": {".dockerconfigjson": config(ghcr__io=auth())}}),
        Pasted(KUBERNETES, (login(),)),
    ),
    "the older type": (
        yaml.safe_dump(secret(json.dumps({"ghcr.io": auth()}), kind="dockercfg")),
        Pasted(KUBERNETES, (login(),)),
    ),
    "the map of auths alone": (
        json.dumps(secret(json.dumps({"ghcr.io": auth()}))),
        Pasted(KUBERNETES, (login(),)),
    ),
    "base64 in many lines": (
        "apiVersion: v1\nkind: Secret\ndata:\n  .dockerconfigjson: |\n"
        + "".join(f"    {b64(config(ghcr__io=auth()))[at : at + 20]}\n" for at in range(0, 80, 20)),
        Pasted(KUBERNETES, (login(),)),
    ),
    "a tag for bytes": (
        f"apiVersion: v1\nkind: Secret\ndata:\n  .dockerconfigjson: !!binary {b64(config(ghcr__io=auth()))}\n",
        Pasted(KUBERNETES, (login(),)),
    ),
    "several documents": (
        yaml.safe_dump_all(
            [secret(config(ghcr__io=auth())), {"kind": "Pod", "apiVersion": "v1"}, secret(config(quay__io=auth()))]
        ),
        Pasted(
            KUBERNETES,
            (login(), login("quay.io")),
            ("This is a Kubernetes object of another kind than a Secret. It holds no logins.",),
        ),
    ),
    "a blank document beside it": (
        "---\n" + yaml.safe_dump(secret(config(ghcr__io=auth()))) + "---\n",
        Pasted(KUBERNETES, (login(),)),
    ),
    "several documents of JSON": (
        json.dumps(secret(config(ghcr__io=auth()))) + "\n---\n" + json.dumps(secret(config(quay__io=auth()))),
        Pasted(KUBERNETES, (login(), login("quay.io"))),
    ),
    "a list": (
        json.dumps({"apiVersion": "v1", "kind": "List", "items": [secret(config(ghcr__io=auth())), 1]}),
        Pasted(KUBERNETES, (login(),)),
    ),
    "a Secret of another type beside it": (
        yaml.safe_dump_all([{**secret("x"), "data": {"tls.crt": "eA=="}}, secret(config(ghcr__io=auth()))]),
        Pasted(KUBERNETES, (login(),), (OF_ANOTHER_TYPE,)),
    ),
    "a damaged Secret beside it": (
        yaml.safe_dump_all([{**secret("x"), "data": {".dockerconfigjson": "ENC[x]"}}, secret(config(ghcr__io=auth()))]),
        Pasted(KUBERNETES, (login(),), (UNREADABLE_CONFIG,)),
    ),
}


@pytest.mark.parametrize("name", READ)
def test_a_pull_secret_is_read(name: str) -> None:
    content, expected = READ[name]

    assert read_logins(content) == expected
