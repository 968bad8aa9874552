"""Alibaba Cloud Container Registry."""

from typing import Any

from tests.registries.flavor_table.rows import DIGEST, PASSWORD, Good, Row, look_alikes_of

ALIBABA = {
    "registry": "registry.cn-hangzhou.aliyuncs.com",
    "namespace": "northwind",
    "method": "fixed",
    "username": "berth@northwind",
    "password": PASSWORD,
}
AT_ALIBABA: dict[str, Any] = {
    "host": "registry.cn-hangzhou.aliyuncs.com",
    "prefix": "northwind",
    "account": "berth@northwind",
    "login": ("berth@northwind", PASSWORD),
    "realms": ("https://dockerauth.cn-hangzhou.aliyuncs.com",),
}
KEY_ID = "LTAI5tNorthwindExample01"
IN_ACME = {"registry": "registry.cn-hangzhou.aliyuncs.com", "namespace": "acme"}

ROW = Row(
    slug="alibaba",
    typed=ALIBABA,
    good=(
        Good(typed=ALIBABA, **AT_ALIBABA),
        Good(
            typed=ALIBABA | {"registry": "https://Registry.cn-hangzhou.aliyuncs.com:443/v2/", "namespace": "/Northwind/"},
            **AT_ALIBABA,
        ),
        *(
            Good(typed=ALIBABA | {"registry": host}, **AT_ALIBABA | {"host": host})
            for host in [
                "registry-vpc.ap-southeast-1.aliyuncs.com",
                "crpi-0a1b2c.cn-shanghai.personal.cr.aliyuncs.com",
                "northwind-registry.cn-hangzhou.cr.aliyuncs.com",
                "images.northwind.example:8443",
            ]
        ),
        Good(typed=ALIBABA | {"method": "temporary"}, **AT_ALIBABA, advice="an hour"),
        Good(
            typed=ALIBABA | {"username": KEY_ID},
            **AT_ALIBABA | {"account": KEY_ID, "login": (KEY_ID, PASSWORD)},
            advice="ID of an access key",
        ),
        Good(
            typed=ALIBABA | {"password": " two words "},
            **AT_ALIBABA | {"login": ("berth@northwind", " two words ")},
        ),
    ),
    refused=(
        ("registry", {"registry": ""}, "Enter the registry host."),
        ("registry", {"registry": "cn-hangzhou"}, "An image cannot name this host."),
        ("registry", {"registry": "registry.cn-hangzhou.aliyuncs.com/northwind"}, "Enter the host alone."),
        ("registry", {"registry": "http://registry.cn-hangzhou.aliyuncs.com"}, "This form is for https."),
        ("registry", {"registry": "berth@registry.cn-hangzhou.aliyuncs.com"}, "Leave the login out"),
        ("registry", {"registry": "registry.cn-hangzhou.aliyuncs.com\\evil"}, "backslashes"),
        ("registry", {"registry": "registry。cn-hangzhou.aliyuncs.com"}, "plain letters"),
        ("namespace", {"namespace": ""}, "Enter the namespace."),
        ("namespace", {"namespace": "northwind/web"}, "alone"),
        ("namespace", {"namespace": "north wind"}, "letters and digits"),
        ("method", {"method": "key"}, "Choose one"),
        ("username", {"username": ""}, "Enter the username."),
        ("username", {"username": "berth:x"}, "colon"),
        ("password", {"password": ""}, "Enter the password or token."),
        ("password", {"password": "a\x00b"}, "control character"),
    ),
    serves=(
        "registry.cn-hangzhou.aliyuncs.com",
        "registry-vpc.cn-hangzhou.aliyuncs.com",
        "crpi-0a1b2c.cn-shanghai.personal.cr.aliyuncs.com",
        "crpi-0a1b2c-vpc.cn-shanghai.personal.cr.aliyuncs.com",
    ),
    look_alikes=(
        *look_alikes_of("registry.cn-hangzhou.aliyuncs.com"),
        *look_alikes_of("crpi-0a1b2c.cn-shanghai.personal.cr.aliyuncs.com"),
        "registry.aliyuncs.com",
        "xregistry.cn-hangzhou.aliyuncs.com",
        "registry.cn.hangzhou.aliyuncs.com",
        "crpi-.cn-shanghai.personal.cr.aliyuncs.com",
        "cr.cn-hangzhou.aliyuncs.com",
        "registry.cn-hangzhou.aliyun.com",
    ),
    images=(
        ("registry.cn-hangzhou.aliyuncs.com/acme/web:1.4", IN_ACME),
        ("registry.cn-hangzhou.aliyuncs.com/acme/web", IN_ACME),
        (f"registry.cn-hangzhou.aliyuncs.com/acme/web@{DIGEST}", IN_ACME),
        (f"registry.cn-hangzhou.aliyuncs.com/acme/web:1.4@{DIGEST}", IN_ACME),
        ("registry.cn-hangzhou.aliyuncs.com/acme/team/web:1.4", IN_ACME),
        ("registry.cn-hangzhou.aliyuncs.com/ac_me-01/web:1.4", IN_ACME | {"namespace": "ac_me-01"}),
        *(
            (f"{host}/acme/web:1.4", IN_ACME | {"registry": host})
            for host in [
                "registry-vpc.ap-southeast-1.aliyuncs.com",
                "crpi-0a1b2c.cn-shanghai.personal.cr.aliyuncs.com",
                "crpi-0a1b2c-vpc.cn-shanghai.personal.cr.aliyuncs.com",
            ]
        ),
        ("Registry.CN-Hangzhou.aliyuncs.com/acme/web:1.4", IN_ACME),
        ("docker pull registry.cn-hangzhou.aliyuncs.com/acme/web:1.4", IN_ACME),
        ("https://registry.cn-hangzhou.aliyuncs.com/acme/web:1.4", IN_ACME),
        ("registry.cn-hangzhou.aliyuncs.com/web", {"registry": "registry.cn-hangzhou.aliyuncs.com"}),
    ),
    logins=(
        ("berth@northwind", PASSWORD, {"method": "fixed", "username": "berth@northwind", "password": PASSWORD}),
        ("cr_temp_user", PASSWORD, {"method": "temporary", "username": "cr_temp_user", "password": PASSWORD}),
        (KEY_ID, " two words ", {"method": "fixed", "username": KEY_ID, "password": " two words "}),
    ),
)
