"""JFrog Artifactory, in JFrog's cloud and on a host of one's own."""

from typing import Any

from tests.registries.flavor_table.rows import DIGEST, PASSWORD, Good, Row, look_alikes_of

JFROG = {
    "registry": "northwind.jfrog.io",
    "namespace": "docker-local",
    "method": "token",
    "username": "ci@northwind.example",
    "password": PASSWORD,
}
AT_JFROG: dict[str, Any] = {
    "host": "northwind.jfrog.io",
    "prefix": "docker-local",
    "account": "ci@northwind.example",
    "login": ("ci@northwind.example", PASSWORD),
}
ACME = {"registry": "acme.jfrog.io", "namespace": "docker-local"}

ROW = Row(
    slug="jfrog",
    typed=JFROG,
    good=(
        Good(typed=JFROG, **AT_JFROG),
        Good(
            typed=JFROG
            | {
                "registry": "https://Northwind.jfrog.io/artifactory/",
                "namespace": "/Docker-Local/",
                "password": f"{PASSWORD}\r\n",
            },
            **AT_JFROG,
        ),
        Good(
            typed=JFROG | {"registry": "northwind-docker-local.jfrog.io", "namespace": ""},
            **AT_JFROG | {"host": "northwind-docker-local.jfrog.io", "prefix": ""},
        ),
        Good(
            typed=JFROG | {"registry": "docker-local.art.corp.example", "namespace": ""},
            **AT_JFROG | {"host": "docker-local.art.corp.example", "prefix": ""},
        ),
        Good(
            typed=JFROG | {"registry": "https://art.corp.example:5001/v2/", "namespace": "/"},
            **AT_JFROG | {"host": "art.corp.example:5001", "prefix": ""},
        ),
        Good(
            typed=JFROG | {"password": "AKCp8abc"},
            **AT_JFROG | {"login": ("ci@northwind.example", "AKCp8abc")},
            advice="end of API keys",
        ),
        Good(typed=JFROG | {"method": "key"}, **AT_JFROG, advice="end of API keys"),
    ),
    refused=(
        ("registry", {"registry": ""}, "Enter the registry host."),
        ("registry", {"registry": "northwind.jfrog.io/docker-local"}, "Enter the host alone."),
        (
            "registry",
            {"registry": "https://northwind.jfrog.io/artifactory/api/docker/docker-local"},
            "Enter the host alone.",
        ),
        ("registry", {"registry": "http://art.corp.example:8082/artifactory"}, "This form is for https."),
        ("registry", {"registry": f"https://ci:{PASSWORD}@northwind.jfrog.io"}, "Leave the login out"),
        ("registry", {"registry": "north wind.jfrog.io"}, "no spaces"),
        ("registry", {"registry": "northwind"}, "An image cannot name this host."),
        ("namespace", {"namespace": "docker-local/web"}, "alone"),
        ("namespace", {"namespace": "docker local"}, "letters and digits"),
        ("namespace", {"namespace": "docker-local:5001"}, "letters and digits"),
        ("method", {"method": "password"}, "Choose one"),
        ("username", {"username": ""}, "Enter the username."),
        ("username", {"username": "ci:x"}, "colon"),
        ("password", {"password": ""}, "Enter the identity token or API key."),
        ("password", {"password": "eyJ\x1b"}, "control character"),
    ),
    serves=("northwind.jfrog.io", "northwind-docker-local.jfrog.io", "a1.jfrog.io"),
    look_alikes=(
        *look_alikes_of("northwind.jfrog.io"),
        "jfrog.io",
        "a.jfrog.io",
        "-northwind.jfrog.io",
        "northwind-.jfrog.io",
        "northwind.xjfrog.io",
        "northwind.jfrog.com",
        "northwind.jfr0g.io",
        "a.northwind.jfrog.io",
    ),
    images=(
        ("acme.jfrog.io/docker-local/web", ACME),
        ("acme.jfrog.io/docker-local/web:1.4", ACME),
        (f"acme.jfrog.io/docker-local/web@{DIGEST}", ACME),
        (f"acme.jfrog.io/docker-local/web:1.4@{DIGEST}", ACME),
        ("acme.jfrog.io/docker-local/team/sub/web:1.4", ACME),
        ("acme.jfrog.io/docker.virtual_2/web:1.4", ACME | {"namespace": "docker.virtual_2"}),
        ("acme-docker-local.jfrog.io/web:1.4", {"registry": "acme-docker-local.jfrog.io", "namespace": ""}),
        ("acme-docker-local.jfrog.io/team/web", {"registry": "acme-docker-local.jfrog.io", "namespace": "team"}),
        ("ACME.jfrog.io/docker-local/web:1.4", ACME),
        ("a1.jfrog.io/d/w", {"registry": "a1.jfrog.io", "namespace": "d"}),
        ("docker pull acme.jfrog.io/docker-local/web:1.4", ACME),
        ("https://acme.jfrog.io/docker-local/web:1.4", ACME),
        ('"image": "acme.jfrog.io/docker-local/web:1.4",', ACME),
    ),
    logins=(
        ("ci@acme.example", PASSWORD, {"username": "ci@acme.example", "password": PASSWORD}),
        ("ci", "AKCp8abc", {"username": "ci", "password": "AKCp8abc"}),
    ),
)
