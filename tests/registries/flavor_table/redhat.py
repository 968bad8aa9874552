"""Red Hat's registries that ask for a login."""

from typing import Any

from tests.registries.flavor_table.rows import DIGEST, PASSWORD, Good, Row, look_alikes_of

RED_HAT = {
    "registry": "registry.redhat.io",
    "namespace": "",
    "method": "service",
    "username": "12345678|berth",
    "password": PASSWORD,
}
AT_RED_HAT: dict[str, Any] = {
    "host": "registry.redhat.io",
    "account": "12345678|berth",
    "login": ("12345678|berth", PASSWORD),
}
AT_CUSTOMERS = {"registry": "registry.redhat.io"}

ROW = Row(
    slug="redhat",
    typed=RED_HAT,
    good=(
        Good(typed=RED_HAT, **AT_RED_HAT),
        Good(
            typed=RED_HAT | {"registry": "https://Registry.RedHat.io/v2/", "namespace": "registry.redhat.io/UBI9"},
            **AT_RED_HAT,
            prefix="ubi9",
        ),
        Good(typed=RED_HAT | {"password": "eyJ\r\nhbGci\n"}, **AT_RED_HAT | {"login": ("12345678|berth", "eyJhbGci")}),
        Good(
            typed=RED_HAT | {"registry": "registry.connect.redhat.com", "namespace": "/northwind/agent/"},
            **AT_RED_HAT | {"host": "registry.connect.redhat.com"},
            prefix="northwind/agent",
        ),
        Good(
            typed=RED_HAT | {"method": "person", "username": "mara@northwind.example", "password": " a b "},
            **AT_RED_HAT | {"account": "mara@northwind.example", "login": ("mara@northwind.example", " a b ")},
        ),
    ),
    refused=(
        ("registry", {"registry": ""}, "Enter the registry host."),
        ("registry", {"registry": "registry.access.redhat.com"}, "no login"),
        ("registry", {"registry": "quay.io"}, "Enter registry.redhat.io"),
        ("registry", {"registry": "registry.redhat.io.evil.example"}, "Enter registry.redhat.io"),
        ("registry", {"registry": "registry.redhat.io:5000"}, "Enter registry.redhat.io"),
        ("registry", {"registry": "registry.redhat.io/ubi9"}, "Enter the host alone."),
        ("registry", {"registry": "12345678|berth@registry.redhat.io"}, "Leave the login out"),
        ("namespace", {"namespace": "ubi9/ubi:latest"}, "single slashes"),
        ("namespace", {"namespace": "12345678|berth"}, "single slashes"),
        ("method", {"method": "token"}, "Choose one"),
        ("username", {"username": ""}, "Enter the username."),
        ("username", {"username": "berth"}, "a number and a bar"),
        ("username", {"username": "berth|12345678"}, "a number and a bar"),
        ("username", {"username": "7654321|"}, "a number and a bar"),
        ("username", {"username": "12345678|be rth"}, "a number and a bar"),
        ("username", {"username": "12345678|berth:x"}, "colon"),
        ("password", {"password": ""}, "Enter the token or password."),
    ),
    serves=("registry.redhat.io", "registry.connect.redhat.com"),
    look_alikes=(
        *look_alikes_of("registry.redhat.io"),
        *look_alikes_of("registry.connect.redhat.com"),
        "registry.access.redhat.com",
        "registry.redhat.com",
        "redhat.io",
        "connect.redhat.com",
        "registry-redhat.io",
    ),
    images=(
        ("registry.redhat.io/ubi9/ubi:latest", AT_CUSTOMERS),
        ("registry.redhat.io/ubi9/ubi", AT_CUSTOMERS),
        (f"registry.redhat.io/ubi9/ubi@{DIGEST}", AT_CUSTOMERS),
        (f"registry.redhat.io/ubi9/ubi:9.5@{DIGEST}", AT_CUSTOMERS),
        ("registry.redhat.io/ubi9:latest", AT_CUSTOMERS),
        ("registry.redhat.io/rhel9/support/tools:9.5-1736", AT_CUSTOMERS),
        ("Registry.RedHat.io/ubi9/ubi", AT_CUSTOMERS),
        ("registry.connect.redhat.com/northwind/agent:1.4", {"registry": "registry.connect.redhat.com"}),
        ("registry.connect.redhat.com/northwind/agent", {"registry": "registry.connect.redhat.com"}),
        ("podman pull registry.redhat.io/ubi9/ubi", AT_CUSTOMERS),
        ("docker://registry.redhat.io/ubi9/ubi:latest", AT_CUSTOMERS),
        ("FROM registry.redhat.io/ubi9/ubi:latest", AT_CUSTOMERS),
    ),
    logins=(
        (
            "12345678|berth",
            PASSWORD,
            {"method": "service", "username": "12345678|berth", "password": PASSWORD},
        ),
        (
            "mara@northwind.example",
            " a b ",
            {"method": "person", "username": "mara@northwind.example", "password": " a b "},
        ),
        ("berth|x", PASSWORD, {"method": "person", "username": "berth|x", "password": PASSWORD}),
    ),
)
