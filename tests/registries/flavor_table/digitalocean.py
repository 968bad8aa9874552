"""DigitalOcean."""

from tests.registries.flavor_table.rows import PASSWORD, Good, Row

DO = {"registry": "your-registry-name", "token": PASSWORD}

ROW = Row(
    slug="digitalocean",
    typed=DO,
    good=(
        Good(
            typed=DO,
            host="registry.digitalocean.com",
            prefix="your-registry-name",
            account="API token",
            login=(PASSWORD, PASSWORD),
            realms=("https://api.digitalocean.com",),
        ),
        Good(
            typed=DO | {"registry": " https://registry.digitalocean.com/Acme/ ", "token": f"  {PASSWORD}\n"},
            host="registry.digitalocean.com",
            prefix="acme",
            account="API token",
            login=(PASSWORD, PASSWORD),
            realms=("https://api.digitalocean.com",),
        ),
    ),
    refused=(
        ("registry", {"registry": ""}, "Enter the registry name."),
        ("registry", {"registry": "a/b"}, "alone"),
        ("registry", {"registry": "with_underscore"}, "letters, digits and dashes"),
        ("registry", {"registry": "dotted.name"}, "letters, digits and dashes"),
        ("registry", {"registry": "-edge"}, "letters, digits and dashes"),
        ("registry", {"registry": "a" * 64}, "63 at most"),
        ("registry", {"registry": "r\u0435gistry"}, "plain letters"),
        ("registry", {"registry": "acme\r\nX: y"}, "letters, digits and dashes"),
        ("token", {"token": ""}, "Enter the API token."),
        ("token", {"token": "  \n"}, "Enter the API token."),
        ("token", {"token": "dop_v1\x00"}, "control character"),
        ("token", {"token": "dop\tv1"}, "control character"),
        ("token", {"token": "x" * 4097}, "at most 4096"),
    ),
    serves=("registry.digitalocean.com",),
    look_alikes=(
        "digitalocean.com",
        "registry-digitalocean.com",
        "registry.digitalocean.com.evil.example",
        "registry.digitalocean.co",
        "xregistry.digitalocean.com",
        "a.registry.digitalocean.com",
        "registry.digitalocean.com:443",
    ),
)
