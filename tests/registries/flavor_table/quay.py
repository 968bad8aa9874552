"""Quay.io, and Quay on a host of one's own."""

from typing import Any

from tests.registries.flavor_table.rows import DIGEST, PASSWORD, Good, Row, look_alikes_of

QUAY = {
    "registry": "quay.io",
    "namespace": "northwind",
    "method": "robot",
    "username": "northwind+ci",
    "password": PASSWORD,
}
AT_QUAY: dict[str, Any] = {
    "host": "quay.io",
    "prefix": "northwind",
    "account": "northwind+ci",
    "login": ("northwind+ci", PASSWORD),
}
ACME = {"registry": "quay.io", "namespace": "acme"}

ROW = Row(
    slug="quay",
    typed=QUAY,
    good=(
        Good(typed=QUAY, **AT_QUAY),
        Good(
            typed=QUAY | {"registry": " https://QUAY.io/ ", "namespace": "quay.io/Northwind/", "password": f"{PASSWORD}\n"},
            **AT_QUAY,
        ),
        Good(typed=QUAY | {"registry": "quay.io:443/v2/"}, **AT_QUAY),
        Good(
            typed=QUAY | {"registry": "quay.corp.example:8443", "namespace": "a.b_c-d"},
            host="quay.corp.example:8443",
            prefix="a.b_c-d",
            account="northwind+ci",
            login=("northwind+ci", PASSWORD),
            advice="The robot belongs to <code>northwind</code>, not to <code>a.b_c-d</code>.",
        ),
        Good(
            typed=QUAY | {"method": "app", "username": ""},
            host="quay.io",
            prefix="northwind",
            account="$app",
            login=("$app", PASSWORD),
        ),
        Good(
            typed=QUAY | {"method": "oauth", "username": "left over"},
            host="quay.io",
            prefix="northwind",
            account="$oauthtoken",
            login=("$oauthtoken", PASSWORD),
        ),
    ),
    refused=(
        ("registry", {"registry": ""}, "Enter the registry host."),
        ("registry", {"registry": "quay.io/northwind"}, "Enter the host alone."),
        ("registry", {"registry": "http://quay.corp.example"}, "This form is for https."),
        ("registry", {"registry": f"robot:{PASSWORD}@quay.io"}, "Leave the login out"),
        ("registry", {"registry": "quay"}, "An image cannot name this host."),
        ("namespace", {"namespace": ""}, "Enter the organization."),
        ("namespace", {"namespace": "a"}, "2 to 255"),
        ("namespace", {"namespace": "northwind/web"}, "alone"),
        ("namespace", {"namespace": "northwind+ci"}, "2 to 255"),
        ("namespace", {"namespace": "a--b--"}, "2 to 255"),
        ("method", {"method": "password"}, "Choose one"),
        ("username", {"username": ""}, "Enter the robot account."),
        ("username", {"username": "ci"}, "plus sign"),
        ("username", {"username": "northwind+"}, "plus sign"),
        ("username", {"username": "a+b+c"}, "plus sign"),
        ("username", {"username": "northwind+c i"}, "plus sign"),
        ("username", {"username": "northwind+ci:x"}, "colon"),
        ("password", {"password": ""}, "Enter the token."),
    ),
    serves=("quay.io",),
    look_alikes=(
        *look_alikes_of("quay.io"),
        "xquay.io",
        "cdn.quay.io",
        "quay.com",
        "quay.redhat.com",
        "qu4y.io",
        "quay.i0",
    ),
    images=(
        ("quay.io/acme/web", ACME),
        ("quay.io/acme/web:1.4", ACME),
        (f"quay.io/acme/web@{DIGEST}", ACME),
        (f"quay.io/acme/web:1.4@{DIGEST}", ACME),
        ("quay.io/acme/apps/web:1.4", ACME),
        ("quay.io/a.b_c-d/web__api:V1", ACME | {"namespace": "a.b_c-d"}),
        ("quay.io/00/1", ACME | {"namespace": "00"}),
        ("Quay.IO/acme/web:1.4", ACME),
        ("docker pull quay.io/acme/web:1.4", ACME),
        ("podman pull --quiet --platform linux/arm64 quay.io/acme/web:1.4", ACME),
        ("https://quay.io/acme/web", ACME),
        ("https://quay.io/repository/acme/web?tab=tags", ACME),
        ("quay.io/web:1.4", {"registry": "quay.io"}),
    ),
    logins=(
        (
            "acme+ci",
            PASSWORD,
            {"namespace": "acme", "method": "robot", "username": "acme+ci", "password": PASSWORD},
        ),
        ("$app", PASSWORD, {"method": "app", "password": PASSWORD}),
        ("$oauthtoken", PASSWORD, {"method": "oauth", "password": PASSWORD}),
        ("$token", PASSWORD, None),
        ("mara", PASSWORD, None),
        ("acme+", PASSWORD, None),
    ),
)
