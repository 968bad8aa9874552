"""Azure."""

from tests.registries.flavor_table.rows import PASSWORD, UUID, Good, Row

AZURE = {"registry": "northwindvision", "namespace": "", "method": "sp", "username": UUID, "password": PASSWORD}

ROW = Row(
    slug="azure",
    typed=AZURE,
    good=(
        Good(typed=AZURE, host="northwindvision.azurecr.io", account=UUID, login=(UUID, PASSWORD)),
        Good(
            typed=AZURE | {"registry": "https://NorthWindVision.azurecr.io/", "namespace": "/vision/"},
            host="northwindvision.azurecr.io",
            prefix="vision",
            account=UUID,
            login=(UUID, PASSWORD),
        ),
        Good(
            typed=AZURE | {"registry": "acme01.azurecr.cn", "method": "token", "username": "ci-pull"},
            host="acme01.azurecr.cn",
            account="ci-pull",
            login=("ci-pull", PASSWORD),
        ),
        Good(
            typed=AZURE | {"registry": "acme01-h4sh", "method": "admin", "username": ""},
            host="acme01-h4sh.azurecr.io",
            account="acme01",
            login=("acme01", PASSWORD),
        ),
        Good(
            typed=AZURE | {"registry": "acme01.azurecr.us", "method": "admin", "username": "acme01"},
            host="acme01.azurecr.us",
            account="acme01",
            login=("acme01", PASSWORD),
        ),
        Good(
            typed=AZURE | {"password": UUID},
            host="northwindvision.azurecr.io",
            account=UUID,
            login=(UUID, UUID),
            advice="secret’s ID",
        ),
    ),
    refused=(
        ("registry", {"registry": ""}, "Enter the registry name."),
        ("registry", {"registry": "acme"}, "5 to 50"),
        ("registry", {"registry": "with_underscore"}, "5 to 50"),
        ("registry", {"registry": "acme01.azurecr.io.evil.example"}, "5 to 50"),
        ("registry", {"registry": "acme01.azurecr.com"}, "5 to 50"),
        ("registry", {"registry": "acme01.eastus.data.azurecr.io"}, "5 to 50"),
        ("registry", {"registry": "acme01.azurecr.io:443"}, "5 to 50"),
        ("registry", {"registry": "user@acme01.azurecr.io"}, "5 to 50"),
        ("registry", {"registry": "acme01.azurecr.io/vision"}, "alone"),
        ("registry", {"registry": "аcme01"}, "plain letters"),
        ("namespace", {"namespace": "a//b"}, "single slashes"),
        ("namespace", {"namespace": "../a"}, "single slashes"),
        ("method", {"method": "anything"}, "Choose one"),
        ("username", {"username": "octocat"}, "UUID"),
        ("username", {"username": f"{UUID}0"}, "UUID"),
        ("username", {"username": ""}, "Enter the application (client) ID"),
        ("username", {"username": "", "method": "token"}, "Enter the application (client) ID"),
        ("username", {"username": "a:b", "method": "token"}, "colon"),
        ("password", {"password": ""}, "Enter the client secret"),
    ),
    serves=(
        "acme01.azurecr.io",
        "acme01.azurecr.cn",
        "acme01-h4sh.azurecr.io",
        "acme01.eastus.geo.azurecr.io",
        "acme01.azurecr.de",
    ),
    look_alikes=(
        "azurecr.io",
        "acme01.azurecr.io.evil.example",
        "acme01-azurecr.io",
        "acme01.azurecr.com",
        "acme01.azurecr.io:443",
        "a.acme01.azurecr.io",
        "acme01.xazurecr.io",
        "acme01.azurecr.i0",
        "acme01.eastus.data.azurecr.io",
        "mcr.microsoft.com",
    ),
)
