"""Amazon ECR, private and public."""

from tests.registries.flavor_table.rows import DIGEST, PASSWORD, Good, Row, look_alikes_of

ACCOUNT = "402918374655"
HOST = f"{ACCOUNT}.dkr.ecr.eu-west-1.amazonaws.com"
KEY_ID, TEMPORARY_KEY_ID = "AKIAIOSFODNN7EXAMPLE", "ASIAIOSFODNN7EXAMPLE"
SECRET_KEY = f"{PASSWORD}{'x' * 23}"  # 40 characters, as AWS makes them, but for the dashes
SESSION_TOKEN = f"IQoJb3JpZ2luX2VjE{PASSWORD}{'x' * 200}"
ROLE = "arn:aws:iam::210987654321:role/ci/registry-reader"

TYPED = {
    "registry": ACCOUNT,
    "region": "eu-west-1",
    "namespace": "",
    "method": "password",
    "access_key": "",
    "secret_key": "",
    "session_token": "",
    "role": "",
    "password": PASSWORD,
}
KEYS = TYPED | {"method": "key", "password": "", "access_key": KEY_ID, "secret_key": SECRET_KEY.replace("-", "/")}
IN_TEAM = {"registry": ACCOUNT, "region": "eu-west-1", "namespace": "team"}
MASKED = "AKIA…MPLE"


def at(address: str, host: str = "", **more: str) -> Good:
    """A registry whose whole address is typed, and nothing else about where it is."""
    return Good(
        typed=KEYS | {"registry": address, "region": "", **more}, host=host or address, account=MASKED, prefix=""
    )  # fmt: skip


ROW = Row(
    slug="aws",
    typed=TYPED,
    good=(
        Good(typed=TYPED, host=HOST, account="AWS", login=("AWS", PASSWORD), advice="ends 12 hours after it was made"),
        Good(
            typed=TYPED | {"password": f"{PASSWORD[:5]}\r\n{PASSWORD[5:]}\n", "access_key": KEY_ID, "role": ROLE},
            host=HOST,
            account="AWS",
            login=("AWS", PASSWORD),
            advice="With an access key Berth renews it",
        ),
        Good(typed=KEYS, host=HOST, account=MASKED),
        Good(typed=KEYS | {"registry": "4029-1837-4655", "region": "EU-West-1"}, host=HOST, account=MASKED),
        Good(typed=KEYS | {"namespace": "/team/vision/"}, host=HOST, prefix="team/vision", account=MASKED),
        Good(typed=KEYS | {"role": ROLE}, host=HOST, account=MASKED),
        Good(typed=KEYS | {"role": "arn:aws-us-gov:iam::210987654321:role/r"}, host=HOST, account=MASKED),
        Good(
            typed=KEYS | {"access_key": TEMPORARY_KEY_ID, "session_token": SESSION_TOKEN},
            host=HOST,
            account="ASIA…MPLE",
            advice="ends within hours",
        ),
        Good(
            typed=KEYS | {"access_key": TEMPORARY_KEY_ID},
            host=HOST,
            account="ASIA…MPLE",
            advice="works only with its session token",
        ),
        Good(typed=KEYS | {"session_token": SESSION_TOKEN}, host=HOST, account=MASKED, advice="needs no session token"),
        Good(typed=KEYS | {"access_key": "mara"}, host=HOST, account="mara…mara", advice="not look like an access key ID"),
        Good(typed=KEYS | {"secret_key": PASSWORD}, host=HOST, account=MASKED, advice="has 40 characters"),
        Good(
            typed=KEYS | {"region": "ap-east-9"},
            host=f"{ACCOUNT}.dkr.ecr.ap-east-9.amazonaws.com",
            account=MASKED,
            advice="Berth does not know the region <code>ap-east-9</code>.",
        ),
        # What a region's partition adds.
        Good(typed=KEYS | {"region": "cn-north-1"}, host=f"{ACCOUNT}.dkr.ecr.cn-north-1.amazonaws.com.cn", account=MASKED),
        Good(
            typed=KEYS | {"region": "us-gov-west-1"},
            host=f"{ACCOUNT}.dkr.ecr.us-gov-west-1.amazonaws.com",
            account=MASKED,
        ),
        Good(
            typed=KEYS | {"region": "eusc-de-east-1"}, host=f"{ACCOUNT}.dkr.ecr.eusc-de-east-1.amazonaws.eu", account=MASKED
        ),
        *(
            Good(
                typed=KEYS | {"region": region},
                host=f"{ACCOUNT}.dkr.ecr.{region}.{suffix}",
                account=MASKED,
                advice="does not know the region",
            )
            for region, suffix in (
                ("us-iso-east-1", "c2s.ic.gov"),
                ("us-isob-east-1", "sc2s.sgov.gov"),
                ("eu-isoe-west-1", "cloud.adc-e.uk"),
                ("us-isof-south-1", "csp.hci.ic.gov"),
            )
        ),
        # A whole address.
        at(f"https://{HOST.upper()}/", HOST),
        at(HOST, region="eu-west-1"),
        at(f"{ACCOUNT}.dkr.ecr-fips.us-east-1.amazonaws.com"),
        at(f"{ACCOUNT}.dkr.ecr-fips.us-gov-east-1.amazonaws.com"),
        at(f"{ACCOUNT}.dkr-ecr.eu-west-1.on.aws"),
        at(f"{ACCOUNT}.dkr-ecr-fips.us-west-2.on.aws"),
        at(f"{ACCOUNT}.dkr-ecr.cn-northwest-1.on.amazonwebservices.com.cn"),
        at("public.ecr.aws"),
        at("https://public.ecr.aws/", "public.ecr.aws", region="eu-west-1"),
        at("ecr-public.aws.com", "public.ecr.aws"),
    ),
    refused=(
        ("registry", {"registry": ""}, "Enter the account ID."),
        ("registry", {"registry": "98765432109"}, "twelve digits"),
        ("registry", {"registry": "9876543210987"}, "twelve digits"),
        ("registry", {"registry": "northwind"}, "twelve digits"),
        ("registry", {"registry": "12345678901٢"}, "plain letters"),
        ("registry", {"registry": f"{HOST}.evil.example"}, "twelve digits"),
        ("registry", {"registry": f"{HOST}:443"}, "twelve digits"),
        ("registry", {"registry": f"{HOST}/team"}, "alone"),
        ("registry", {"registry": f"http://{HOST}"}, "alone"),
        ("registry", {"registry": f"mara@{HOST}"}, "twelve digits"),
        ("registry", {"registry": f"{ACCOUNT}.dkr.ecr.cn-north-1.amazonaws.com"}, "twelve digits"),
        ("registry", {"registry": "public.ecr.aws.evil.example"}, "twelve digits"),
        ("registry", {"registry": "gallery.ecr.aws"}, "twelve digits"),
        ("region", {"region": ""}, "Enter the region."),
        ("region", {"region": "Ireland"}, "a region’s code"),
        ("region", {"region": "us-east"}, "a region’s code"),
        ("region", {"region": "eu-west-1a"}, "a region’s code"),
        ("region", {"region": "eu-west-1.evil.example"}, "a region’s code"),
        ("region", {"region": "eu-west-1#"}, "a region’s code"),
        ("region", {"region": "xx-west-1"}, "a region’s code"),
        ("region", {"registry": HOST, "region": "eu-west-2"}, "names another region"),
        ("namespace", {"namespace": "a//b"}, "single slashes"),
        ("namespace", {"namespace": "Team_/x"}, "single slashes"),
        ("method", {"method": "instance"}, "Choose one"),
        ("password", {"password": ""}, "Enter the password."),
        ("password", {"password": "a\x00b"}, "control character"),
        ("access_key", KEYS | {"access_key": ""}, "Enter the access key ID."),
        ("access_key", KEYS | {"access_key": " "}, "Enter the access key ID."),
        ("access_key", KEYS | {"access_key": "x" * 40}, "has a field of its own"),
        ("access_key", KEYS | {"access_key": KEYS["secret_key"]}, "has a field of its own"),
        ("access_key", KEYS | {"access_key": f"{KEY_ID} {KEY_ID}"}, "has a field of its own"),
        ("access_key", KEYS | {"access_key": "x" * 129}, "has a field of its own"),
        ("secret_key", KEYS | {"secret_key": ""}, "Enter the secret access key."),
        ("secret_key", KEYS | {"secret_key": " \n"}, "Enter the secret access key."),
        ("role", KEYS | {"role": "role/reader"}, "the role’s ARN"),
        ("role", KEYS | {"role": "arn:aws:iam::210987654321:user/mara"}, "the role’s ARN"),
        ("role", KEYS | {"role": "arn:aws:iam::21098765432:role/r"}, "the role’s ARN"),
        ("role", KEYS | {"role": f"{ROLE}\nx"}, "the role’s ARN"),
    ),
    serves=(
        HOST,
        "000000000000.dkr.ecr.us-east-1.amazonaws.com",
        f"{ACCOUNT}.dkr.ecr.cn-north-1.amazonaws.com.cn",
        f"{ACCOUNT}.dkr.ecr-fips.us-gov-west-1.amazonaws.com",
        f"{ACCOUNT}.dkr.ecr.eusc-de-east-1.amazonaws.eu",
        f"{ACCOUNT}.dkr-ecr.us-west-2.on.aws",
        f"{ACCOUNT}.dkr-ecr-fips.us-west-2.on.aws",
        f"{ACCOUNT}.dkr-ecr.cn-north-1.on.amazonwebservices.com.cn",
        f"{ACCOUNT}.dkr.ecr.us-iso-east-1.c2s.ic.gov",
        f"{ACCOUNT}.dkr.ecr.us-isob-east-1.sc2s.sgov.gov",
        f"{ACCOUNT}.dkr.ecr.eu-isoe-west-1.cloud.adc-e.uk",
        f"{ACCOUNT}.dkr.ecr.us-isof-south-1.csp.hci.ic.gov",
        f"{ACCOUNT}.dkr.ecr.ap-east-9.amazonaws.com",
        "public.ecr.aws",
        "ecr-public.aws.com",
    ),
    look_alikes=(
        *look_alikes_of(HOST),
        *look_alikes_of("public.ecr.aws"),
        "amazonaws.com",
        "dkr.ecr.eu-west-1.amazonaws.com",
        "12345678901.dkr.ecr.eu-west-1.amazonaws.com",
        "1234567890123.dkr.ecr.eu-west-1.amazonaws.com",
        f"{ACCOUNT}.dkr.ecr.eu-west-1.amazonaws.com.cn",
        f"{ACCOUNT}.dkr.ecr.cn-north-1.amazonaws.com",
        f"{ACCOUNT}.dkr.ecr.eu-west-1.amazonaws.eu",
        f"{ACCOUNT}.dkr.ecr.eusc-de-east-1.on.aws",
        f"{ACCOUNT}.dkr.ecr.eusc-de-east-1.",
        f"{ACCOUNT}.dkr.ecr.eu-west-1.amazonaws.org",
        f"{ACCOUNT}.dkr.ecr.eu-west-1.amazonaws-com.example",
        f"{ACCOUNT}.dkr.ecr.evil.amazonaws.com",
        f"{ACCOUNT}.dkr.ecr.eu-west-1.evil.amazonaws.com",
        f"{ACCOUNT}.dkr.ecr.eu-west-1.evil.example",
        f"{ACCOUNT}.dkr_ecr.eu-west-1.amazonaws.com",
        f"{ACCOUNT}.dkr.ecr-fipsx.eu-west-1.amazonaws.com",
        f"{ACCOUNT}.ecr.eu-west-1.amazonaws.com",
        "api.ecr.eu-west-1.amazonaws.com",
        f"x{HOST}",
        f"{ACCOUNT}.dkr.ecr.eu-west-1.ama\u017fonaws.com",
        "gallery.ecr.aws",
        "ecr.aws",
        "xpublic.ecr.aws",
        "public-ecr.aws",
        "ecr-public.us-east-1.amazonaws.com",
        "ecr-public.aws.com.evil.example",
    ),
    images=(
        (f"{HOST}/team/app:1.4", IN_TEAM),
        (f"{HOST}/team/app", IN_TEAM),
        (f"{HOST}/team/app@{DIGEST}", IN_TEAM),
        (f"{HOST}/team/app:1.4@{DIGEST}", IN_TEAM),
        (f"{HOST}/team/vision/app:1.4", IN_TEAM),
        (f"{HOST}/app:1.4", {"registry": ACCOUNT, "region": "eu-west-1"}),
        (f"{ACCOUNT}.DKR.ECR.EU-West-1.AmazonAWS.com/team/app:1.4", IN_TEAM),
        (f"docker pull {HOST}/team/app:1.4", IN_TEAM),
        (f"podman push {HOST}/team/app:1.4", IN_TEAM),
        (f"FROM {HOST}/team/app:1.4", IN_TEAM),
        (f"image: '{HOST}/team/app:1.4'", IN_TEAM),
        (f"https://{HOST}/team/app:1.4", IN_TEAM),
        (
            "123456789012.dkr.ecr.us-east-1.amazonaws.com/mynamespace/img",
            {"registry": "123456789012", "region": "us-east-1", "namespace": "mynamespace"},
        ),
        (f"{ACCOUNT}.dkr.ecr.cn-north-1.amazonaws.com.cn/team/app", IN_TEAM | {"region": "cn-north-1"}),
        (f"{ACCOUNT}.dkr.ecr.us-gov-west-1.amazonaws.com/team/app", IN_TEAM | {"region": "us-gov-west-1"}),
        (f"{ACCOUNT}.dkr.ecr.eusc-de-east-1.amazonaws.eu/team/app", IN_TEAM | {"region": "eusc-de-east-1"}),
        (
            f"{ACCOUNT}.dkr.ecr-fips.us-east-1.amazonaws.com/team/app",
            {
                "registry": f"{ACCOUNT}.dkr.ecr-fips.us-east-1.amazonaws.com",
                "region": "us-east-1",
                "namespace": "team",
            },
        ),
        (
            f"{ACCOUNT}.dkr-ecr.us-east-1.on.aws/team/app",
            {"registry": f"{ACCOUNT}.dkr-ecr.us-east-1.on.aws", "region": "us-east-1", "namespace": "team"},
        ),
        ("public.ecr.aws/docker/library/nginx:1.27", {"registry": "public.ecr.aws", "namespace": "docker"}),
        ("ecr-public.aws.com/acme/app", {"registry": "public.ecr.aws", "namespace": "acme"}),
        ("public.ecr.aws/nginx", {"registry": "public.ecr.aws"}),
    ),
    logins=(
        ("AWS", PASSWORD, {"method": "password", "password": PASSWORD}),
        ("aws", PASSWORD, None),
        (KEY_ID, PASSWORD, None),
        ("", PASSWORD, None),
    ),
)
