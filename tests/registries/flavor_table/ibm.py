"""IBM Cloud Container Registry."""

from typing import Any

from tests.registries.flavor_table.rows import DIGEST, PASSWORD, Good, Row, look_alikes_of

IBM = {"registry": "us.icr.io", "namespace": "northwind", "method": "key", "password": PASSWORD}
AT_IBM: dict[str, Any] = {
    "host": "us.icr.io",
    "prefix": "northwind",
    "account": "iamapikey",
    "login": ("iamapikey", PASSWORD),
}
KEY = "Ab0-_" * 8 + "abcd"
IN_ACME = {"registry": "us.icr.io", "namespace": "acme"}

ROW = Row(
    slug="ibm",
    typed=IBM,
    good=(
        Good(typed=IBM, **AT_IBM),
        Good(
            typed=IBM | {"registry": " https://US.icr.io/v2/ ", "namespace": "/Northwind/", "password": f"{PASSWORD}\n"},
            **AT_IBM,
        ),
        Good(typed=IBM | {"registry": "US"}, **AT_IBM),
        Good(typed=IBM | {"registry": "jp2"}, **AT_IBM | {"host": "jp2.icr.io"}),
        Good(typed=IBM | {"registry": "icr.io"}, **AT_IBM | {"host": "icr.io"}),
        Good(typed=IBM | {"registry": "private.de.icr.io"}, **AT_IBM | {"host": "private.de.icr.io"}),
        Good(
            typed=IBM | {"method": "bearer"},
            **AT_IBM | {"account": "iambearer", "login": ("iambearer", PASSWORD)},
            advice="ends soon",
        ),
        Good(
            typed=IBM | {"method": "bearer", "password": KEY},
            **AT_IBM | {"account": "iambearer", "login": ("iambearer", KEY)},
            advice="looks like an API key",
        ),
    ),
    refused=(
        ("registry", {"registry": ""}, "Enter the registry host."),
        ("registry", {"registry": "xx"}, "An image cannot name this host."),
        ("registry", {"registry": "xx.icr.io"}, "Enter icr.io"),
        ("registry", {"registry": "us.icr.io.evil.example"}, "Enter icr.io"),
        ("registry", {"registry": "us.icr.io:5000"}, "Enter icr.io"),
        ("registry", {"registry": "us.icr.io/northwind"}, "Enter the host alone."),
        ("registry", {"registry": "http://us.icr.io"}, "This form is for https."),
        ("registry", {"registry": f"iamapikey:{PASSWORD}@us.icr.io"}, "Leave the login out"),
        ("registry", {"registry": "registry.ng.bluemix.net"}, "Enter icr.io"),
        ("registry", {"registry": "u\u212a"}, "plain letters"),
        ("namespace", {"namespace": ""}, "Enter the namespace."),
        ("namespace", {"namespace": "northwind/web"}, "alone"),
        ("namespace", {"namespace": "north wind"}, "letters and digits"),
        ("method", {"method": "token"}, "Choose one"),
        ("password", {"password": ""}, "Enter the API key or access token."),
        ("password", {"password": "a\x00b"}, "control character"),
    ),
    serves=("icr.io", "us.icr.io", "private.icr.io", "private.jp2.icr.io", "ca2.icr.io"),
    look_alikes=(
        *look_alikes_of("us.icr.io"),
        "xicr.io",
        "xx.icr.io",
        "a.us.icr.io",
        "us.private.icr.io",
        "public.us.icr.io",
        "registry.bluemix.net",
    ),
    images=(
        ("us.icr.io/acme/web:1.4", IN_ACME),
        ("us.icr.io/acme/web", IN_ACME),
        (f"us.icr.io/acme/web@{DIGEST}", IN_ACME),
        (f"us.icr.io/acme/web:1.4@{DIGEST}", IN_ACME),
        ("us.icr.io/acme/team/sub/web:1.4", IN_ACME),
        ("us.icr.io/ac_me-01/web:1.4", IN_ACME | {"namespace": "ac_me-01"}),
        ("icr.io/acme/web:1.4", IN_ACME | {"registry": "icr.io"}),
        ("jp2.icr.io/acme/web:1.4", IN_ACME | {"registry": "jp2.icr.io"}),
        ("private.de.icr.io/acme/web:1.4", IN_ACME | {"registry": "private.de.icr.io"}),
        ("private.icr.io/acme/web", IN_ACME | {"registry": "private.icr.io"}),
        ("US.ICR.io/acme/web:1.4", IN_ACME),
        ("docker pull us.icr.io/acme/web:1.4", IN_ACME),
        ("https://us.icr.io/acme/web:1.4", IN_ACME),
        ("icr.io/web", {"registry": "icr.io"}),
    ),
    logins=(
        ("iamapikey", KEY, {"method": "key", "password": KEY}),
        ("iambearer", PASSWORD, {"method": "bearer", "password": PASSWORD}),
        ("token", PASSWORD, None),
        ("mara@northwind.example", PASSWORD, None),
    ),
)
