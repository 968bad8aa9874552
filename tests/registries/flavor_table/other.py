"""Any other registry, and the addresses that must be refused."""

from tests.registries.flavor_table.rows import DIGEST, PASSWORD, Good, Row

ADDRESSES_REFUSED = (
    # A login within the address, in each place where a parser might find or miss it.
    "https://user:pass@registry.example.com", "user:pass@registry.example.com", "https://token@registry.example.com/",
    "https://registry.example.com@evil.example", "https://evil.example\\@registry.example.com",
    "https://registry.example.com:pass@evil.example/", "https://user:pa/ss@registry.example.com",
    "https://registry.example.com/?token=abc", "https://registry.example.com/#abc", "https://a.example?.b.example",
    # Other schemes, and none that is one.
    "ftp://registry.example.com", "file:///etc/passwd", "gopher://a.example", "javascript:alert(1)", "data:text/html,x",
    "unix:///run/docker.sock", "oci://registry.example.com", "//registry.example.com", "https:registry.example.com",
    "https:///registry.example.com", "https://", "http://", "://a.example", "/acme",
    # Control characters and spaces, which parsers drop.
    "https://registry.example.com\r\nX: y/", "https://registry.ex\x00ample.com", "https://registry.ex\tample.com",
    "https://registry example.com", "https://registry.example.com/a b", "https://reg\u200bistry.example.com",
    "https://registry.exa\u2028mple.com", "https://registry.example.com/\x7f",
    # Backslashes and percent signs.
    "https:\\\\registry.example.com", "https://registry.example.com\\evil", "https://registry%2eexample.com",
    "https://registry.example.com/%2e%2e", "https://registry.example.com%00.evil.example",
    # Letters that only look plain.
    "https://regіstry.example.com", "https://ｒegistry.example.com", "https://registry。example.com", "https://bücher.example",
    "https://127。0。0。1", "https://①②⑦.0.0.1", "https://gcr.ıo", "https://\u212aubernetes.example", "https://gcr.io\u00ad",
    # What is no host.
    "registry_1.example.com", "-registry.example.com", "registry-.example.com", "registry..example.com", ".internal.test",
    "registry.example.com.", "https://harbor", "harbor", "[::1", "::1", "[fe80::1%25eth0]:5000", "[::g]:5000",
    "[1:2:3]:5000", "https://" + "a" * 64 + ".example.com", "https://" + "a." * 130 + "example.com",
    # What is no port.
    "registry.example.com:", "registry.example.com:0", "registry.example.com:65536", "registry.example.com:999999",
    "registry.example.com:http", "registry.example.com:-1", "registry.example.com:5000:5000",
    # What is no path of an image.
    "https://registry.example.com/a/../b", "https://registry.example.com/./a", "https://registry.example.com/a//b",
    "https://registry.example.com/-a", "https://registry.example.com/a___b", "ghcr.io/o/i:latest", "https://hub.docker.com/r/acme",
)  # fmt: skip

OTHER = {
    "url": "https://registry.example.com",
    "namespace": "/",
    "method": "basic",
    "username": "puller",
    "password": PASSWORD,
}
IN_A_TEAM = {"url": "https://registry.example.com", "namespace": "team"}

ROW = Row(
    slug="other",
    typed=OTHER,
    good=(
        Good(typed=OTHER, host="registry.example.com", account="puller", login=("puller", PASSWORD)),
        Good(
            typed=OTHER | {"url": "https://art.example.com/artifactory/api/docker/repo/", "namespace": ""},
            host="art.example.com",
            prefix="artifactory/api/docker/repo",
            account="puller",
            login=("puller", PASSWORD),
        ),
        Good(
            typed=OTHER | {"url": "gcr.io/my-project"},
            host="gcr.io",
            prefix="my-project",
            account="puller",
            login=("puller", PASSWORD),
            realms=("https://gcr.io",),
            advice="Google has a form of its own",
        ),
        Good(
            typed=OTHER | {"url": "https://index.docker.io/v1/", "namespace": "myorganization"},
            host="docker.io",
            prefix="myorganization",
            origin="https://registry-1.docker.io",
            account="puller",
            login=("puller", PASSWORD),
            realms=("https://auth.docker.io",),
            advice="Docker Hub has a form of its own",
        ),
        Good(
            typed=OTHER | {"url": "https://example-registry.azurecr.io", "username": "_json_key"},
            host="example-registry.azurecr.io",
            account="_json_key",
            login=("_json_key", PASSWORD),
            advice="<code>_json_key</code> is the username of Google’s registries. Azure has a form of its own",
        ),
        Good(
            typed=OTHER | {"url": "gcr.io/p", "username": "_json_key"},
            host="gcr.io",
            prefix="p",
            account="_json_key",
            login=("_json_key", PASSWORD),
            realms=("https://gcr.io",),
            advice="Google has a form of its own",
        ),
        Good(
            typed=OTHER
            | {
                "url": "123456789012.dkr.ecr.us-east-1.amazonaws.com/mynamespace",
                "username": "AWS",
                "password": "eyJw\r\nYXls\nb2Fk\n",
            },
            host="123456789012.dkr.ecr.us-east-1.amazonaws.com",
            prefix="mynamespace",
            account="AWS",
            login=("AWS", "eyJwYXlsb2Fk"),
            advice="12 hours",
        ),
        Good(
            typed=OTHER | {"url": "123456789012.dkr.ecr.us-east-1.amazonaws.com", "username": "aws"},
            host="123456789012.dkr.ecr.us-east-1.amazonaws.com",
            account="aws",
            login=("aws", PASSWORD),
            advice="<code>AWS</code>, in capitals",
        ),
        Good(
            typed=OTHER | {"url": "http://10.0.0.7:5000", "method": "none"},
            host="10.0.0.7:5000",
            origin="http://10.0.0.7:5000",
            advice="plain http",
        ),
        Good(typed=OTHER | {"method": "none", "username": "", "password": ""}, host="registry.example.com"),
        Good(
            typed=OTHER | {"url": "HTTPS://Registry.Example.COM:443/V2/", "namespace": "/Team/App/"},
            host="registry.example.com",
            prefix="team/app",
            account="puller",
            login=("puller", PASSWORD),
        ),
        Good(
            typed=OTHER | {"url": "http://registry.example.com:80/acme/v2", "username": "ü"},
            host="registry.example.com",
            prefix="acme",
            origin="http://registry.example.com",
            account="ü",
            login=("ü", PASSWORD),
            advice="plain http",
        ),
        Good(typed=OTHER | {"url": "localhost:5000"}, host="localhost:5000", account="puller", login=("puller", PASSWORD)),
        Good(typed=OTHER | {"url": "localhost"}, host="localhost", account="puller", login=("puller", PASSWORD)),
        Good(typed=OTHER | {"url": "registry:5000"}, host="registry:5000", account="puller", login=("puller", PASSWORD)),
        Good(typed=OTHER | {"url": "registry:443"}, host="registry:443", account="puller", login=("puller", PASSWORD)),
        Good(
            typed=OTHER | {"url": "[2001:db8::1]:5000/a"},
            host="[2001:db8::1]:5000",
            prefix="a",
            account="puller",
            login=("puller", PASSWORD),
        ),
        Good(
            typed=OTHER | {"url": "xn--bcher-kva.example"},
            host="xn--bcher-kva.example",
            account="puller",
            login=("puller", PASSWORD),
        ),
        Good(
            typed=OTHER | {"password": " two words: and a colon "},
            host="registry.example.com",
            account="puller",
            login=("puller", " two words: and a colon "),
        ),
    ),
    refused=(
        *(("url", {"url": address}, "") for address in ADDRESSES_REFUSED),
        ("url", {"url": ""}, "Enter the registry URL."),
        ("url", {"url": "https://u:" + PASSWORD + "@h.example/"}, "Leave the login out of the address."),
        ("namespace", {"namespace": "a b"}, "single slashes"),
        ("namespace", {"namespace": "a/../b"}, "single slashes"),
        ("namespace", {"namespace": "ns+robot"}, "single slashes"),
        ("namespace", {"url": "https://h.example/" + "a" * 200, "namespace": "b" * 200}, "255"),
        ("method", {"method": "oauth"}, "Choose one"),
        ("username", {"username": ""}, "Enter the username."),
        ("username", {"username": "a:b"}, "colon"),
        ("username", {"username": "a\nb"}, "control character"),
        ("password", {"password": ""}, "Enter the password or token."),
        ("password", {"password": "a\x00b"}, "control character"),
    ),
    images=(
        ("registry.example.com/team/app:1.4", IN_A_TEAM),
        ("registry.example.com/team/app", IN_A_TEAM),
        (f"registry.example.com/team/app@{DIGEST}", IN_A_TEAM),
        (f"registry.example.com/team/app:1.4@{DIGEST}", IN_A_TEAM),
        ("registry.example.com/team/sub/app", IN_A_TEAM | {"namespace": "team/sub"}),
        ("registry.example.com/app", IN_A_TEAM | {"namespace": ""}),
        ("Registry.Example.COM/team/app", IN_A_TEAM),
        ("registry.example.com:443/team/app", IN_A_TEAM),
        ("registry.example.com:5000/team/app", IN_A_TEAM | {"url": "https://registry.example.com:5000"}),
        ("localhost/team/app", IN_A_TEAM | {"url": "http://localhost"}),
        ("localhost:5000/team/app:v1", IN_A_TEAM | {"url": "http://localhost:5000"}),
        ("127.0.0.1:5005/team/app:1", IN_A_TEAM | {"url": "http://127.0.0.1:5005"}),
        ("[::1]:5000/team/app", IN_A_TEAM | {"url": "http://[::1]:5000"}),
        ("127.0.0.1.example.com/team/app", IN_A_TEAM | {"url": "https://127.0.0.1.example.com"}),
        ("registry:5000/team/app:v1", IN_A_TEAM | {"url": "https://registry:5000"}),
        ("10.0.0.7:5000/team/app:5050", IN_A_TEAM | {"url": "https://10.0.0.7:5000"}),
        ("[2001:DB8::1]:5000/team/app", IN_A_TEAM | {"url": "https://[2001:db8::1]:5000"}),
        (
            "art.example.com/artifactory/api/docker/repo/img:1",
            {"url": "https://art.example.com", "namespace": "artifactory/api/docker/repo"},
        ),
        ("docker pull registry.example.com/team/app:1.4", IN_A_TEAM),
        ("https://registry.example.com/team/app:1.4", IN_A_TEAM),
        ("image: registry.example.com/team/app:1.4", IN_A_TEAM),
        # Hosts that look like a flavor's, and those whose own form would refuse the address.
        ("evil.azurecr.io.attacker.com/team/app", IN_A_TEAM | {"url": "https://evil.azurecr.io.attacker.com"}),
        ("gcr.io.example/team/app", IN_A_TEAM | {"url": "https://gcr.io.example"}),
        ("mirror.gcr.io/team/app", IN_A_TEAM | {"url": "https://mirror.gcr.io"}),
        ("ghcr.io:443/team/app", IN_A_TEAM | {"url": "https://ghcr.io"}),
        ("docker.io:443/team/app", IN_A_TEAM | {"url": "https://docker.io"}),
        ("quay.io/a/app", {"url": "https://quay.io", "namespace": "a"}),
    ),
    logins=(
        ("puller", PASSWORD, {"method": "basic", "username": "puller", "password": PASSWORD}),
        ("ü", " two : words ", {"method": "basic", "username": "ü", "password": " two : words "}),
    ),
)
