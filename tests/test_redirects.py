"""
Whatever an address says of where to go next, people stay here: 40 forms of it, everywhere one is taken [A20, V39].

A browser reads a backslash as a slash, drops tabs and line breaks, and follows `//host` and `scheme:host`.
"""

import re
from collections.abc import Callable
from html import unescape
from urllib.parse import urljoin, urlsplit

import pytest
from django.core.cache import cache
from django.test import Client

from console.models import Team, User
from tests.conftest import PASSWORD

EVIL = "evil.example"
LINK = re.compile(r'(?:href|action|formaction|src|hx-get|hx-post|hx-push-url)="([^"]*)"')
ELSEWHERE = [
    f"https://{EVIL}/", f"http://{EVIL}", f"HTTPS://{EVIL}/", f"https:{EVIL}", f"https:/{EVIL}", f"https:///{EVIL}/",
    f"//{EVIL}", f"///{EVIL}", f"////{EVIL}", f"\\\\{EVIL}", f"/\\{EVIL}", f"\\/{EVIL}", f"/\\/{EVIL}", f"\t//{EVIL}",
    f"/\t/{EVIL}", f"\n//{EVIL}", f"/\n/{EVIL}", f"/\r\n/{EVIL}", f" //{EVIL}", f"\x01//{EVIL}", f"\u00a0//{EVIL}",
    f"\u2028//{EVIL}", f"\uff0f\uff0f{EVIL}", f"/\uff0f{EVIL}", f"//{EVIL}%00.testserver", f"//testserver@{EVIL}/",
    f"https://testserver@{EVIL}/", f"https://testserver:80@{EVIL}/", f"https://testserver.{EVIL}/",
    f"//testserver%2f@{EVIL}",
    f"https://{EVIL}\\@testserver/", f"https://{EVIL}#@testserver/", f"https://{EVIL}?@testserver/", f"ftp://{EVIL}/",
    f"javascript:location='//{EVIL}'", f"JaVaScRiPt://testserver/%0alocation='//{EVIL}'", f"java\tscript:alert('{EVIL}')",
    f"data:text/html,<script>location='//{EVIL}'</script>", f"vbscript:{EVIL}", f"blob:https://{EVIL}/1",
    f"https://[{EVIL}]/", f"http:testserver//{EVIL}",
]  # fmt: skip


def as_a_browser_reads(location: str) -> str:
    """Return the host that a browser would go to from a page of ours (URL Standard, sections 4.1 and 4.4)."""
    stripped = re.sub(r"[\t\r\n]", "", location.strip("".join(map(chr, range(33)))))
    before, mark, fragment = stripped.partition("#")
    path, question, query = before.partition("?")
    path = re.sub(r"^/{2,}", "//", path.replace("\\", "/"))
    led_to = urljoin("http://testserver/accounts/login/", path + question + query + mark + fragment)
    parts = urlsplit(led_to)
    return f"{parts.scheme}://{parts.hostname or ''}"


def sign_in(client: Client, target: str, alice: User) -> str:
    return client.post("/accounts/login/", {"login": alice.email, "password": PASSWORD, "next": target}).headers["Location"]


def sign_in_by_address(client: Client, target: str, alice: User) -> str:
    answer = client.post("/accounts/login/", {"login": alice.email, "password": PASSWORD}, query_params={"next": target})
    return answer.headers["Location"]


def arrive_signed_in(client: Client, target: str, alice: User) -> str:
    client.force_login(alice)
    return client.get("/accounts/login/", {"next": target}).headers["Location"]


def sign_out(client: Client, target: str, alice: User) -> str:
    client.force_login(alice)
    return client.post("/accounts/logout/", {"next": target}).headers["Location"]


def sign_out_signed_out(client: Client, target: str, alice: User) -> str:
    return client.get("/accounts/logout/", {"next": target}).headers["Location"]


def enter_the_password_again(client: Client, target: str, alice: User) -> str:
    client.force_login(alice)
    return client.post("/accounts/reauthenticate/", {"password": PASSWORD, "next": target}).headers["Location"]


def change_the_theme(client: Client, target: str, alice: User) -> str:
    return client.post("/theme/", {"theme": "dark", "next": target}).headers["Location"]


def ask_for_a_new_password(client: Client, target: str, alice: User) -> str:
    return client.post("/accounts/password/reset/", {"email": alice.email, "next": target}).headers["Location"]


def change_the_password(client: Client, target: str, alice: User) -> str:
    client.force_login(alice)
    new = "another long passphrase"
    typed = {"oldpassword": PASSWORD, "password1": new, "password2": new, "next": target}
    return client.post("/accounts/password/change/", typed).headers["Location"]


def ask_for_another_address(client: Client, target: str, alice: User) -> str:
    client.force_login(alice)
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    typed = {"email": "alice@new.example", "action_add": "", "next": target}
    return client.post("/accounts/email/", typed).headers["Location"]


def end_other_sessions(client: Client, target: str, alice: User) -> str:
    client.force_login(alice)
    return client.post("/accounts/sessions/", {"next": target}).headers["Location"]


def enter_the_admin(client: Client, target: str, alice: User) -> str:
    return client.get("/admin/login/", {"next": target}).headers["Location"]


def leave_the_admin(client: Client, target: str, alice: User) -> str:
    User.objects.filter(pk=alice.pk).update(is_staff=True)
    client.force_login(alice)
    return client.post("/admin/logout/", {"next": target}).headers.get("Location", "/")


WAYS = [
    sign_in, sign_in_by_address, arrive_signed_in, sign_out, sign_out_signed_out, enter_the_password_again,
    change_the_theme, ask_for_a_new_password, change_the_password, ask_for_another_address, end_other_sessions,
    enter_the_admin, leave_the_admin,
]  # fmt: skip


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_v39_nobody_is_led_to_another_site(way: Callable[[Client, str, User], str], alice: User) -> None:
    for target in ELSEWHERE:
        User.objects.get(pk=alice.pk).emailaddress_set.filter(verified=False).delete()  # type: ignore[attr-defined]
        cache.clear()  # No limit is what this is about.
        alice.set_password(PASSWORD)
        alice.save()

        location = way(Client(), target, alice)

        assert as_a_browser_reads(location) == "http://testserver", ascii(target)


@pytest.mark.parametrize("name", ["next", "back", "url", "redirect", "redirect_to", "return_to", "continue", "Referer"])
def test_v39_no_page_links_to_where_its_address_says(
    name: str, alice: User, team: Team, signed_in: Callable[[User], Client]
) -> None:
    visitor, client = Client(), signed_in(alice)
    pages = [
        (visitor, "/accounts/login/"), (visitor, "/accounts/password/reset/"), (client, "/accounts/logout/"),
        (client, "/accounts/reauthenticate/"), (client, "/teams/"), (client, "/teams/northwind/containers/add/"),
    ]  # fmt: skip

    for who, page in pages:
        for target in ELSEWHERE:
            html = who.get(page, {name: target}, headers={"Referer": f"https://{EVIL}/"}).content.decode()
            links = [
                unescape(link)
                for link in re.findall(r'(?:href|action|formaction|src|hx-get|hx-post|hx-push-url)="([^"]*)"', html)
            ]

            assert {as_a_browser_reads(link) for link in links} == {"http://testserver"}, (page, ascii(target))


def test_v39_a_way_within_berth_is_kept(alice: User, team: Team) -> None:
    assert sign_in(Client(), "/teams/northwind/containers/?q=a", alice) == "/teams/northwind/containers/?q=a"
    assert change_the_theme(Client(), "/teams/", alice) == "/teams/"


@pytest.mark.parametrize("target", ELSEWHERE, ids=range(len(ELSEWHERE)))
def test_what_reads_as_a_browser_does_finds_the_way_out(target: str) -> None:
    if (
        "\uff0f" in target
        or target[0] in "\u00a0\u2028"
        or "%2f@" in target
        or "[" in target
        or "http:testserver" in target
    ):
        return  # Here a browser stays, too, or goes nowhere.

    assert as_a_browser_reads(target) != "http://testserver"
