"""Harbor, which stands on a host of one's own and nowhere else."""

from typing import Any

from tests.registries.flavor_table.rows import PASSWORD, Good, Row, look_alikes_of

HARBOR = {
    "registry": "harbor.corp.example",
    "namespace": "vision",
    "method": "robot",
    "username": "robot$vision+berth",
    "password": PASSWORD,
}
AT_HARBOR: dict[str, Any] = {
    "host": "harbor.corp.example",
    "prefix": "vision",
    "account": "robot$vision+berth",
    "login": ("robot$vision+berth", PASSWORD),
}

ROW = Row(
    slug="harbor",
    typed=HARBOR,
    good=(
        Good(typed=HARBOR, **AT_HARBOR),
        Good(
            typed=HARBOR | {"registry": " HTTPS://Harbor.Corp.Example:443/ ", "namespace": "/Vision/"},
            **AT_HARBOR,
        ),
        Good(
            typed=HARBOR | {"registry": "harbor.corp.example:8443/v2/", "username": "robot$berth"},
            **AT_HARBOR
            | {
                "host": "harbor.corp.example:8443",
                "account": "robot$berth",
                "login": ("robot$berth", PASSWORD),
            },
        ),
        Good(typed=HARBOR | {"registry": "harbor:5000"}, **AT_HARBOR | {"host": "harbor:5000"}),
        Good(typed=HARBOR | {"registry": "[2001:db8::1]:8443"}, **AT_HARBOR | {"host": "[2001:db8::1]:8443"}),
        Good(
            typed=HARBOR | {"username": "bot-vision+berth"},
            **AT_HARBOR | {"account": "bot-vision+berth", "login": ("bot-vision+berth", PASSWORD)},
            advice="<code>robot$</code>",
        ),
        Good(
            typed=HARBOR | {"method": "user", "username": "mara", "password": " two words "},
            **AT_HARBOR | {"account": "mara", "login": ("mara", " two words ")},
        ),
    ),
    refused=(
        ("registry", {"registry": ""}, "Enter the registry host."),
        ("registry", {"registry": "harbor"}, "An image cannot name this host."),
        ("registry", {"registry": "http://harbor.corp.example"}, "This form is for https."),
        ("registry", {"registry": "harbor.corp.example/vision"}, "Enter the host alone."),
        ("registry", {"registry": "harbor.corp.example/harbor/projects"}, "Enter the host alone."),
        ("registry", {"registry": "robot$vision+berth@harbor.corp.example"}, "Leave the login out"),
        ("registry", {"registry": "harbor.corp.example:70000"}, "port"),
        ("registry", {"registry": "harbor_1.corp.example"}, "not a host name"),
        ("namespace", {"namespace": ""}, "Enter the project."),
        ("namespace", {"namespace": "vision/web"}, "alone"),
        ("namespace", {"namespace": "robot$vision"}, "letters and digits"),
        ("method", {"method": "oidc"}, "Choose one"),
        ("username", {"username": ""}, "Enter the robot name or username."),
        ("username", {"username": "robot$a:b"}, "colon"),
        ("username", {"username": "robot$a\nb"}, "control character"),
        ("password", {"password": ""}, "Enter the secret or password."),
    ),
    # Any host may be a Harbor, so none is known to be one.
    look_alikes=(
        *look_alikes_of("harbor.corp.example"),
        "harbor.corp.example",
        "demo.goharbor.io",
        "goharbor.io",
        "harbor.io",
    ),
    logins=(
        (
            "robot$vision+berth",
            PASSWORD,
            {"method": "robot", "username": "robot$vision+berth", "password": PASSWORD},
        ),
        ("robot$berth", PASSWORD, {"method": "robot", "username": "robot$berth", "password": PASSWORD}),
        ("bot-vision+berth", PASSWORD, {"method": "robot", "username": "bot-vision+berth", "password": PASSWORD}),
        ("mara", PASSWORD, {"method": "user", "username": "mara", "password": PASSWORD}),
        (
            "mara+ci@northwind.example",
            " two words ",
            {"method": "user", "username": "mara+ci@northwind.example", "password": " two words "},
        ),
    ),
)
