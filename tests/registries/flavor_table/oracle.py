"""Oracle Cloud Infrastructure Registry."""

from typing import Any

from tests.registries.flavor_table.rows import DIGEST, PASSWORD, Good, Row, look_alikes_of

ORACLE = {"region": "phx", "namespace": "axnorthwind", "method": "local", "username": "berth", "password": PASSWORD}
FEDERATED = "axnorthwind/oracleidentitycloudservice/mara@northwind.example"
AT_ORACLE: dict[str, Any] = {
    "host": "phx.ocir.io",
    "prefix": "axnorthwind",
    "account": "axnorthwind/berth",
    "login": ("axnorthwind/berth", PASSWORD),
}
IN_ACME = {"region": "phx", "namespace": "axacme"}

ROW = Row(
    slug="oracle",
    typed=ORACLE,
    good=(
        Good(typed=ORACLE, **AT_ORACLE),
        Good(
            typed=ORACLE
            | {"region": "https://PHX.ocir.io/", "namespace": "/AxNorthwind/", "username": "axnorthwind/berth"},
            **AT_ORACLE,
        ),
        Good(typed=ORACLE | {"region": "AP-Mumbai-1"}, **AT_ORACLE | {"host": "ap-mumbai-1.ocir.io"}),
        Good(typed=ORACLE | {"region": "ap-mumbai-1.ocir.io"}, **AT_ORACLE | {"host": "ap-mumbai-1.ocir.io"}),
        *(
            Good(
                typed=ORACLE | {"method": method, "username": username},
                **AT_ORACLE | {"account": FEDERATED, "login": (FEDERATED, PASSWORD)},
            )
            for method, username in [
                ("federated", "mara@northwind.example"),
                ("federated", FEDERATED),
                ("local", FEDERATED),
                ("local", "oracleidentitycloudservice/mara@northwind.example"),
            ]
        ),
        Good(
            typed=ORACLE | {"username": "Northwind Labs/berth"},
            **AT_ORACLE | {"account": "Northwind Labs/berth", "login": ("Northwind Labs/berth", PASSWORD)},
            advice="<code>Northwind Labs</code>, not to <code>axnorthwind</code>",
        ),
    ),
    refused=(
        ("region", {"region": ""}, "Enter the region."),
        ("region", {"region": "phx.ocir.io.evil.example"}, "Enter a region"),
        ("region", {"region": "evil.example"}, "Enter a region"),
        ("region", {"region": "phx.ocir.io/axnorthwind"}, "Enter the host alone."),
        ("region", {"region": "phx.ocir.io:5000"}, "Enter a region"),
        ("region", {"region": "berth@phx.ocir.io"}, "Leave the login out"),
        ("region", {"region": "-phx"}, "not a host name"),
        ("region", {"region": "рhx"}, "plain letters"),
        ("namespace", {"namespace": ""}, "Enter the tenancy namespace."),
        ("namespace", {"namespace": "Northwind Labs"}, "letters and digits"),
        ("namespace", {"namespace": "axnorthwind/web"}, "alone"),
        ("method", {"method": "console"}, "Choose one"),
        ("username", {"username": ""}, "Enter the username."),
        ("username", {"username": "axnorthwind/be:rth"}, "colon"),
        ("password", {"password": ""}, "Enter the auth token."),
        ("password", {"password": "a\x00b"}, "control character"),
    ),
    serves=("phx.ocir.io", "ap-mumbai-1.ocir.io", "iad.ocir.io"),
    look_alikes=(
        *look_alikes_of("phx.ocir.io"),
        "ocir.io",
        "a.phx.ocir.io",
        "phx.xocir.io",
        "-phx.ocir.io",
        "phx.ocir.oraclecloud.com",
        "phx.0cir.io",
    ),
    images=(
        ("phx.ocir.io/axacme/web:1.4", IN_ACME),
        ("phx.ocir.io/axacme/web", IN_ACME),
        (f"phx.ocir.io/axacme/web@{DIGEST}", IN_ACME),
        (f"phx.ocir.io/axacme/web:1.4@{DIGEST}", IN_ACME),
        ("phx.ocir.io/axacme/team/sub/web:1.4", IN_ACME),
        ("phx.ocir.io/ax_acme.01/web:1.4", IN_ACME | {"namespace": "ax_acme.01"}),
        ("ap-mumbai-1.ocir.io/axacme/web:1.4", IN_ACME | {"region": "ap-mumbai-1"}),
        ("iad.ocir.io/axacme/web", IN_ACME | {"region": "iad"}),
        ("PHX.ocir.io/axacme/web:1.4", IN_ACME),
        ("docker pull phx.ocir.io/axacme/web:1.4", IN_ACME),
        ("https://phx.ocir.io/axacme/web:1.4", IN_ACME),
        ("phx.ocir.io/web", {"region": "phx"}),
    ),
    logins=(
        (
            "axacme/berth",
            PASSWORD,
            {"namespace": "axacme", "method": "local", "username": "axacme/berth", "password": PASSWORD},
        ),
        (
            FEDERATED,
            PASSWORD,
            {"namespace": "axnorthwind", "method": "federated", "username": FEDERATED, "password": PASSWORD},
        ),
        (
            "axacme/Default/mara@northwind.example",
            PASSWORD,
            {
                "namespace": "axacme",
                "method": "local",
                "username": "axacme/Default/mara@northwind.example",
                "password": PASSWORD,
            },
        ),
        (
            "Northwind Labs/berth",
            PASSWORD,
            {"method": "local", "username": "Northwind Labs/berth", "password": PASSWORD},
        ),
        ("berth", PASSWORD, None),
        ("oracleidentitycloudservice/mara", PASSWORD, None),
    ),
)
