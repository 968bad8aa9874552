"""
Addresses that others wrote: three parsers read the same of them, or they are refused.

Source: security page, V03 and V04. Where two parsers read two hosts, a login goes astray between them. The three are
Python's own, which ours stands on, the one of RFC 3986 in urllib3, and the one of the WHATWG, by which browsers read, in
pydantic. Read are a realm, a `Location`, a `Link`, the address in a form, and an address that was pasted.
"""

import re
from collections.abc import Callable, Mapping
from ipaddress import IPv4Address, IPv6Address
from urllib.parse import urlsplit

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st
from pydantic_core import Url
from urllib3.exceptions import LocationParseError
from urllib3.util import parse_url

from registries.distribution import Answer, Client, Credential, RegistryError, Secret
from registries.distribution.origin import origin_of, same_origin_url
from registries.flavors.fields import read_address
from registries.pasted.address import address_of

Origin = tuple[str, str, int]  # the scheme, the host without brackets and with an address in its one spelling, the port
OURS = "https://registry.example"

# The parsers --------------------------------------------------------------------------------------------------------


def origin(scheme: str | None, host: str | None, port: int | None) -> Origin | None:
    if scheme not in ("http", "https") or not host:
        return None
    bare = host.strip("[]").lower()
    named = str(IPv6Address(bare)) if ":" in bare else bare
    return scheme, named, {"http": 80, "https": 443}[scheme] if port is None else port


def by_python(url: str) -> Origin | None:
    try:
        parts = urlsplit(url)
        return origin(parts.scheme, parts.hostname, parts.port)
    except ValueError:
        return None


def by_rfc_3986(url: str) -> Origin | None:
    try:
        parts = parse_url(url)
    except LocationParseError:
        return None
    return origin(parts.scheme, parts.host, parts.port)


def by_whatwg(url: str) -> Origin | None:
    try:
        parts = Url(url)
    except ValueError:
        return None
    return origin(parts.scheme, parts.host, parts.port)


NUMBER = re.compile(r"(?:[0-9]+|0x[0-9a-f]*)\.?", re.ASCII)


def is_a_number(host: str) -> bool:
    """
    Whether browsers take a host for an IPv4 address that is none in its one spelling: `127.1`, `0x7f.1`, `2130706433`.

    To Berth each is a name, looked up in DNS and judged by the addresses it has (`tests/registries/test_egress.py`).
    """
    try:
        IPv4Address(host)
    except ValueError:
        return NUMBER.fullmatch(host.removesuffix(".").rpartition(".")[2]) is not None
    return False


def assert_all_read(url: str, read: Origin | None) -> None:
    """Hold that each parser reads this origin, but for names that browsers refuse to go to at all."""
    assert read is not None
    assert (by_python(url), by_rfc_3986(url)) == (read, read)
    host = read[1]
    if is_a_number(host):
        return
    if any(label.startswith("xn--") for label in host.split(".")):
        assert by_whatwg(url) in (read, None)  # Not every label of this kind stands for letters.
    else:
        assert by_whatwg(url) == read


# What is written ----------------------------------------------------------------------------------------------------

SCHEMES = [
    "https://",
    "http://",
    "HTTPS://",
    "https:",
    "https:/",
    "https:///",
    "//",
    "/",
    "ftp://",
    "docker://",
    "oci://",
    "",
]
HOSTS = [
    "registry.example", "evil.example", "Registry.Example", "localhost", "a", "a_b", "-", "xn--e1afmkfd", "xn--a", "xn--",
    "127.0.0.1", "127.1", "0x7f.1", "2130706433", "0177.0.0.1", "1.2.3.4.5", "256.1.1.1", "[::1]", "[0:0:0:0:0:0:0:1]",
    "[::ffff:127.0.0.1]", "[fe80::1%25eth0]", "[v1.a]", "[registry.example]", "evil.example[::1]", "[::1]evil.example",
    "::1", "[", "]",
]  # fmt: skip
PORTS = [":443", ":80", ":5000", ":00443", ":", ":0", ":65535", ":65536", ":+80", ":-1", ":8a", ":٣", ":１", "::443"]
BREAKS = [
    "\r", "\n", "\r\n", "\t", "\x00", "\x0b", "\x1f", "\x7f", " ", "\u00a0", "\u200b", "\u2028", "\\", "|", "^", "<", "@",
    "puller@", "puller:right@", "#", "?", "/", "..", ".", ";", "&", "%", "%00", "%0d%0a", "%2e", "%2f", "%40", "%5c",
    "。", "．", "｡", "／", "＠", "：", "＃", "？", "＼", "℀", "℅", "ｒ", "ⓔ", "ß", "\u00ad", "\u0430", "é", "\ud800",
]  # fmt: skip
PATHS = ["/v2/", "/token", "/a/b", "/token?service=x", "?scope=a", "/../..", "/%2e%2e/", "//evil.example/", "/a:b@c"]

soup = st.lists(st.sampled_from([*SCHEMES, *HOSTS, *PORTS, *BREAKS, *PATHS]) | st.text(max_size=3), max_size=8).map("".join)


@st.composite
def nearly(draw: st.DrawFn) -> str:
    """An address of the usual shape, with up to two things put in where they do not belong."""
    url = "".join(draw(st.sampled_from(part)) for part in (SCHEMES, HOSTS, ["", *PORTS], ["", *PATHS]))
    for spoiling in draw(st.lists(st.sampled_from(BREAKS), max_size=2)):
        place = draw(st.integers(0, len(url)))
        url = url[:place] + spoiling + url[place:]
    return url


texts = nearly() | soup | st.text()


# A realm, or any URL that a server names ----------------------------------------------------------------------------


@given(texts)
def test_a_url_is_read_alike_or_refused(url: str) -> None:
    if read := origin_of(url):
        assert_all_read(url, by_python(read))
        assert origin_of(read) == read


@given(st.sampled_from(HOSTS[:5]), st.sampled_from(["", ":5000", ":443", ":00443"]), st.sampled_from(["", *PATHS]))
def test_what_is_well_written_is_not_refused(host: str, port: str, below: str) -> None:
    number = int(port[1:]) if port else 443

    assert by_python(origin_of(f"https://{host}{port}{below}")) == ("https", host.lower(), number)


@pytest.mark.parametrize(
    "url",
    [
        "https://registry.example[::1]/",
        "https://[::1]registry.example/",
        "https://[::1]registry.example:443/",
        "https://[::1].registry.example/",
        "https://[registry.example]/",
        "https://[v1.registry.example]/",
        "https://[va.example.com]/",
        "https://[1:2]/",
        "https://[::1%25eth0]/",
        "https://::1/",
    ],
)
def test_brackets_hold_an_ipv6_address_and_nothing_stands_beside_them(url: str) -> None:
    assert origin_of(url) == ""


class Registry:
    """
    A registry that asks for a login at a realm, and then answers everything with one header of its choosing.

    It writes down where each login went, and of its own tokens it takes every one.
    """

    def __init__(self, realm: str = f"{OURS}/token", header: tuple[str, str] = ("", ""), status: int = 200) -> None:
        quoted = realm.replace("\\", "\\\\").replace('"', '\\"')
        self._challenge = f'Bearer realm="{quoted}",service="registry"'
        self._header, self._status = header, status
        self.login_went_to: list[str] = []

    def request(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes = b"", *, limit_bytes: int = 65536
    ) -> Answer:
        if "Authorization" not in headers:
            return Answer(401, [("www-authenticate", self._challenge)], b"")
        self.login_went_to.append(url)
        return Answer(self._status, [self._header], b'{"token": "a-token", "tags": ["1"]}')

    def client(self) -> Client:
        login = Credential(host="registry.example", username="puller", password=Secret("right"))
        return Client(OURS, self, credential=login)

    def assert_no_other_got_the_login(self) -> None:
        for url in self.login_went_to:
            assert_all_read(url, ("https", "registry.example", 443))


@given(texts)
def test_a_login_goes_to_the_registry_and_to_nobody_else_whatever_the_realm(realm: str) -> None:
    registry = Registry(realm)
    try:
        registry.client().sign_in()
    except RegistryError:
        assert registry.login_went_to == []

    registry.assert_no_other_got_the_login()


# A Location, and a Link ---------------------------------------------------------------------------------------------

AT_THE_REGISTRY = {
    "/v2/a": f"{OURS}/v2/a",
    "a?b=c": f"{OURS}/v2/a?b=c",
    "?b=c": f"{OURS}/v2/?b=c",
    "//registry.example/a": f"{OURS}/a",
    f"{OURS}:443/a": f"{OURS}/a",
    "HTTPS://Registry.Example/a": f"{OURS}/a",
    "https://REGISTRY.example:00443?b=c": f"{OURS}?b=c",
}


@given(st.sampled_from([OURS, "http://127.0.0.1:5000", "https://[::1]:8443"]), texts)
def test_a_location_is_read_as_the_registry_or_refused(base: str, location: str) -> None:
    url = same_origin_url(f"{base}/v2/team/app/blobs/uploads/", location)

    if url:
        assert url.removeprefix(base)[:1] in ("", "/", "?")
        assert_all_read(url, by_python(base))


@pytest.mark.parametrize(("location", "url"), AT_THE_REGISTRY.items())
def test_a_location_at_the_registry_is_written_with_its_origin_in_front(location: str, url: str) -> None:
    assert same_origin_url(f"{OURS}/v2/", location) == url


at_the_registry = st.sampled_from(list(AT_THE_REGISTRY))
uploads = st.sampled_from(["", OURS, "HTTPS://Registry.Example", f"{OURS}:443"]).map(
    "{}/v2/team/app/blobs/uploads/1".format
)


@given(texts | at_the_registry)
def test_a_list_goes_on_at_the_registry_and_nowhere_else(link: str) -> None:
    registry = Registry(header=("link", f'<{link}>; rel="next"'))

    registry.client().tags("team/app")

    registry.assert_no_other_got_the_login()


@given(texts | at_the_registry | uploads)
def test_an_upload_is_cancelled_at_the_registry_and_nowhere_else(location: str) -> None:
    registry = Registry(header=("location", location), status=202)

    registry.client().try_push("team/app")

    registry.assert_no_other_got_the_login()


@pytest.mark.parametrize("written", [OURS, "HTTPS://Registry.Example", f"{OURS}:443", ""])
def test_an_upload_is_cancelled_however_the_registry_writes_itself(written: str) -> None:
    path = "/v2/team/app/blobs/uploads/1"
    registry = Registry(header=("location", f"{written}{path}"), status=202)

    registry.client().try_push("team/app")

    assert registry.login_went_to[-1] == f"{OURS}{path}"


# An address in a form, and one that was pasted ----------------------------------------------------------------------


@given(texts)
def test_the_address_of_a_form_is_read_alike_or_refused(text: str) -> None:
    try:
        scheme, host, below = read_address(text)
    except ValidationError:
        return

    written = text if "://" in text else f"https://{text}"
    assert not is_a_number(host.rpartition(":")[0] or host)
    assert_all_read(written, by_python(f"{scheme}://{host}"))
    assert_all_read(f"{scheme}://{host}/{below}", by_python(f"{scheme}://{host}"))
    assert origin_of(f"{scheme}://{host}")


@pytest.mark.parametrize(
    "text",
    [
        "127.1:5000",
        "2130706433:5000",
        "0x7f.1",
        "http://0x7f000001:80",
        "01.2.3.4",
        "256.1.1.1",
        "a.1",
        "a.0x",
        "1.2.3.4.5",
    ],
)
def test_a_form_takes_no_number_that_parsers_read_differently(text: str) -> None:
    with pytest.raises(ValidationError, match="This is not an IPv4 address"):
        read_address(text)


def test_a_form_takes_an_address_of_four_numbers() -> None:
    assert read_address("192.0.2.10:5000") == ("https", "192.0.2.10:5000", "")


@given(texts)
def test_an_address_that_was_pasted_is_read_alike_or_refused(text: str) -> None:
    host, _ = address_of(text)

    # Docker Hub has several names, and one of them is kept for all.
    if host and host != "docker.io":
        written = re.sub(r"^(?:docker|oci)://", "https://", text.strip(), count=1, flags=re.IGNORECASE)
        written = written if "://" in written else f"https://{written}"
        assert_all_read(written, by_python(f"{written.partition('://')[0].lower()}://{host}"))


def read_or_refused(url: str) -> str:
    try:
        return read_address(url)[1]
    except ValidationError:
        return ""


MARKS = [
    "\r",
    "\n",
    "\t",
    "\x00",
    " ",
    "\\",
    "%00",
    "%0d%0a",
    "%2e",
    "%40",
    "．",
    "。",
    "／",
    "＠",
    "：",
    "ｒ",
    "@",
    "#",
]
READERS: list[Callable[[str], object]] = [
    origin_of,
    lambda url: same_origin_url(f"{OURS}:5000/v2/", url),
    lambda url: address_of(url)[0],
    read_or_refused,
]


@pytest.mark.parametrize("mark", MARKS, ids=repr)
@pytest.mark.parametrize("reader", READERS, ids=["realm", "location", "pasted", "form"])
def test_no_host_holds_what_parsers_differ_about(reader: Callable[[str], object], mark: str) -> None:
    """Wherever in the host or the port it stands."""
    url = "https://registry.example:5000"

    assert reader(url)
    for place in range(len("https://") + 1, len(url)):
        assert not reader(f"{url[:place]}{mark}{url[place:]}"), place
