"""Oracle Cloud Infrastructure Registry."""

from typing import Any

from tests.registries.flavor_table.rows import PASSWORD, Good, Row, look_alikes_of

ORACLE = {"region": "phx", "namespace": "axnorthwind", "method": "local", "username": "berth", "password": PASSWORD}
FEDERATED = "axnorthwind/oracleidentitycloudservice/mara@northwind.example"
AT_ORACLE: dict[str, Any] = {
    "host": "phx.ocir.io",
    "prefix": "axnorthwind",
    "account": "axnorthwind/berth",
    "login": ("axnorthwind/berth", PASSWORD),
}

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
)
