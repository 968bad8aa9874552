"""Scaleway Container Registry."""

from typing import Any

from tests.registries.flavor_table.rows import DIGEST, PASSWORD, UUID, Good, Row, look_alikes_of

SCALEWAY = {"region": "fr-par", "namespace": "northwind", "password": PASSWORD}
AT_SCALEWAY: dict[str, Any] = {
    "prefix": "northwind",
    "account": "nologin",
    "realms": ("https://api.scaleway.com",),
}
IN_ACME = {"region": "fr-par", "namespace": "acme"}

ROW = Row(
    slug="scaleway",
    typed=SCALEWAY,
    good=(
        Good(typed=SCALEWAY | {"password": UUID}, host="rg.fr-par.scw.cloud", **AT_SCALEWAY, login=("nologin", UUID)),
        Good(
            typed=SCALEWAY
            | {"region": "https://RG.nl-ams.scw.cloud/", "namespace": "/Northwind/", "password": f" {UUID}\r\n"},
            host="rg.nl-ams.scw.cloud",
            **AT_SCALEWAY,
            login=("nologin", UUID),
        ),
        Good(
            typed=SCALEWAY | {"region": "PL-WAW", "password": UUID},
            host="rg.pl-waw.scw.cloud",
            **AT_SCALEWAY,
            login=("nologin", UUID),
        ),
        Good(
            typed=SCALEWAY,
            host="rg.fr-par.scw.cloud",
            **AT_SCALEWAY,
            login=("nologin", PASSWORD),
            advice="may be the access key",
        ),
    ),
    refused=(
        ("region", {"region": ""}, "Enter the region."),
        ("region", {"region": "paris"}, "Enter fr-par"),
        ("region", {"region": "fr-par-1"}, "Enter fr-par"),
        ("region", {"region": "rg.fr-par.scw.cloud.evil.example"}, "Enter fr-par"),
        ("region", {"region": "rg.fr-par.scw.cloud/northwind"}, "Enter fr-par"),
        ("region", {"region": "nologin@rg.fr-par.scw.cloud"}, "Enter fr-par"),
        ("region", {"region": "rg.us-east.scw.cloud"}, "Enter fr-par"),
        ("region", {"region": "fr-pаr"}, "plain letters"),
        ("namespace", {"namespace": ""}, "Enter the namespace."),
        ("namespace", {"namespace": "northwind/web"}, "alone"),
        ("namespace", {"namespace": "north wind"}, "letters and digits"),
        ("password", {"password": ""}, "Enter the secret key."),
        ("password", {"password": "a\x00b"}, "control character"),
    ),
    serves=("rg.fr-par.scw.cloud", "rg.nl-ams.scw.cloud", "rg.pl-waw.scw.cloud"),
    look_alikes=(
        *look_alikes_of("rg.fr-par.scw.cloud"),
        "scw.cloud",
        "fr-par.scw.cloud",
        "rg.us-east.scw.cloud",
        "xrg.fr-par.scw.cloud",
        "rg.fr-par.scw.com",
        "s3.fr-par.scw.cloud",
    ),
    images=(
        ("rg.fr-par.scw.cloud/acme/web:1.4", IN_ACME),
        ("rg.fr-par.scw.cloud/acme/web", IN_ACME),
        (f"rg.fr-par.scw.cloud/acme/web@{DIGEST}", IN_ACME),
        (f"rg.fr-par.scw.cloud/acme/web:1.4@{DIGEST}", IN_ACME),
        ("rg.fr-par.scw.cloud/acme/team/web:1.4", IN_ACME),
        ("rg.fr-par.scw.cloud/ac-me.01/web:1.4", IN_ACME | {"namespace": "ac-me.01"}),
        ("rg.nl-ams.scw.cloud/acme/web:1.4", IN_ACME | {"region": "nl-ams"}),
        ("rg.pl-waw.scw.cloud/acme/web", IN_ACME | {"region": "pl-waw"}),
        ("RG.fr-par.scw.cloud/acme/web:1.4", IN_ACME),
        ("docker pull rg.fr-par.scw.cloud/acme/web:1.4", IN_ACME),
        ("https://rg.fr-par.scw.cloud/acme/web:1.4", IN_ACME),
        ("rg.fr-par.scw.cloud/web", {"region": "fr-par"}),
    ),
    logins=(
        ("nologin", UUID, {"password": UUID}),
        ("SCWXXXXXXXXXXXXXXXXX", UUID, None),
        ("mara@northwind.example", UUID, None),
    ),
)
