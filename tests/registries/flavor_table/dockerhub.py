"""Docker Hub."""

from tests.registries.flavor_table.rows import PASSWORD, Good, Row

HUB = {"namespace": "example-repository", "username": "acmeci", "password": PASSWORD}

ROW = Row(
    slug="dockerhub",
    typed=HUB,
    good=(
        Good(
            typed=HUB,
            host="docker.io",
            prefix="example-repository",
            origin="https://registry-1.docker.io",
            account="acmeci",
            login=("acmeci", PASSWORD),
            realms=("https://auth.docker.io",),
        ),
        Good(
            typed=HUB | {"namespace": "docker.io/Acme", "username": "ci@acme.example"},
            host="docker.io",
            prefix="acme",
            origin="https://registry-1.docker.io",
            account="ci@acme.example",
            login=("ci@acme.example", PASSWORD),
            realms=("https://auth.docker.io",),
            advice="Docker ID",
        ),
        Good(
            typed=HUB | {"password": "dckr_oat_abc"},
            host="docker.io",
            prefix="example-repository",
            account="acmeci",
            origin="https://registry-1.docker.io",
            login=("acmeci", "dckr_oat_abc"),
            realms=("https://auth.docker.io",),
            advice="organization’s name",
        ),
        Good(
            typed=HUB | {"password": "a : b "},
            host="docker.io",
            prefix="example-repository",
            account="acmeci",
            origin="https://registry-1.docker.io",
            login=("acmeci", "a : b "),
            realms=("https://auth.docker.io",),
        ),
    ),
    refused=(
        ("namespace", {"namespace": "/"}, "Enter the namespace."),
        ("namespace", {"namespace": "acme/web"}, "alone"),
        ("namespace", {"namespace": "a..b"}, "letters and digits"),
        ("namespace", {"namespace": "acme:latest"}, "letters and digits"),
        ("username", {"username": ""}, "Enter the username."),
        ("username", {"username": "a:b"}, "colon"),
        ("username", {"username": "a\r\nb"}, "control character"),
        ("username", {"username": "a\x00b"}, "control character"),
        ("username", {"username": "a" * 256}, "at most 255"),
        ("password", {"password": ""}, "Enter the access token."),
    ),
    serves=("docker.io", "index.docker.io", "registry-1.docker.io", "registry.hub.docker.com", "hub.docker.com"),
    look_alikes=(
        "docker.io.evil.example",
        "xdocker.io",
        "docker.iо",
        "registry-2.docker.io",
        "auth.docker.io",
        "docker.com",
        "d0cker.io",
        "docker.io:443",
        "hub.docker.com.evil.example",
        "docker-io.example",
    ),
)
