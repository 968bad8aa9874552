"""DigitalOcean."""

from tests.registries.flavor_table.rows import DIGEST, PASSWORD, Good, Row, look_alikes_of

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
        *look_alikes_of("registry.digitalocean.com"),
    ),
    images=(
        ("registry.digitalocean.com/your-registry-name/image:tag", {"registry": "your-registry-name"}),
        ("registry.digitalocean.com/acme/web", {"registry": "acme"}),
        ("registry.digitalocean.com/acme/web:1.4", {"registry": "acme"}),
        (f"registry.digitalocean.com/acme/web@{DIGEST}", {"registry": "acme"}),
        (f"registry.digitalocean.com/acme/web:1.4@{DIGEST}", {"registry": "acme"}),
        ("registry.digitalocean.com/acme/apps/web/front:1.4", {"registry": "acme"}),
        ("registry.digitalocean.com/acme-01/web_api.v2:_LATEST", {"registry": "acme-01"}),
        ("registry.digitalocean.com/0/w:0", {"registry": "0"}),
        ("Registry.DigitalOcean.com/acme/web:1.4", {"registry": "acme"}),
        ("docker pull registry.digitalocean.com/acme/web:1.4", {"registry": "acme"}),
        ("https://registry.digitalocean.com/acme/web/", {"registry": "acme"}),
        ("- image: registry.digitalocean.com/acme/web:1.4  # the site", {"registry": "acme"}),
        ("registry.digitalocean.com/web:1.4", {}),
    ),
    logins=(
        (PASSWORD, PASSWORD, {"token": PASSWORD}),
        ("mara@northwind.example", PASSWORD, {"token": PASSWORD}),
        ("mara", PASSWORD, None),
    ),
)
