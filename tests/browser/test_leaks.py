"""What a browser keeps of a password, what comes back with Back, and what becomes of text that would be a script."""

import pytest
from playwright.sync_api import Page, expect

from console.models import Team, User
from registries.models import Connection
from registries.outcomes import Outcome, Step
from tests.browser.conftest import SignIn
from tests.browser.diary import Diary
from tests.browser.lookout import Lookout
from tests.browser.person import LIST, RIGHT, WRONG, fill_in, labelled, login_to, save
from tests.browser.scene import Examination, Scene, examined
from tests.lab.registry import Registry
from tests.registries.flavor_table import OTHER, google_key

CANARY = "CANARY-93b7"

# Passwords ----------------------------------------------------------------------------------------------------------------


def test_v30_no_page_holds_a_password_that_was_typed(
    either_page: Page, sign_in: SignIn, registry: Registry, lookout: Lookout
) -> None:
    page, diary = either_page, Diary(either_page)
    lookout.expect_status(422)
    sign_in(page)
    page.goto(f"{LIST}add/other/")
    fill_in(page, {"Name": "not a name", **login_to(registry, RIGHT)})
    page.get_by_role("button", name="Save registry").click()
    expect(page.get_by_role("alert")).to_be_visible()
    diary.look("the form with a fault")

    fill_in(page, {"Name": "web", "Password or token": WRONG})
    page.get_by_role("button", name="Test connection").click()
    expect(page.locator("#check")).to_contain_text("Failed at Sign in")
    labelled(page, "Password or token").fill("")
    diary.look("the form after a test")

    page.goto(f"{LIST}add/other/")
    fill_in(page, {"Name": "web", **login_to(registry, RIGHT)})
    save(page, "Save registry")
    expect(page.locator("#saved")).to_contain_text("web is saved and works.")
    diary.look("the connection, saved")
    page.go_back()
    expect(page.get_by_role("heading", name="Connect another registry")).to_be_visible()
    diary.look("the form, after Back")
    for path in ("", "web/", "web/edit/", "web/delete/"):
        page.goto(LIST + path)
        diary.look(path or "the list")
    page.go_back()
    expect(page.get_by_role("heading", name="Edit web")).to_be_visible()
    diary.look("the edit, after Back")

    assert CANARY in RIGHT
    assert CANARY in WRONG
    assert diary.holding(CANARY) == []
    assert len(diary.holding(registry.host)) >= 6, "A diary that holds nothing proves nothing."


def test_a_key_that_was_pasted_does_not_come_back(either_page: Page, sign_in: SignIn, lookout: Lookout) -> None:
    page, diary = either_page, Diary(either_page)
    lookout.expect_status(422)
    sign_in(page)
    page.goto(f"{LIST}add/gcp/")
    page.locator("textarea[name=key]").fill(google_key(private_key_id=CANARY))
    page.goto(LIST)
    page.go_back()
    diary.look("the form, after Back")

    page.locator("textarea[name=key]").fill(google_key(private_key_id=CANARY))
    page.get_by_role("button", name="Save registry").click()
    expect(page.get_by_role("alert")).to_be_visible()
    diary.look("the form with a fault")

    assert diary.holding(CANARY) == []


def test_back_does_not_show_a_page_to_whoever_has_signed_out(either_page: Page, sign_in: SignIn, web: Connection) -> None:
    page, diary = either_page, Diary(either_page)
    sign_in(page)
    page.goto(LIST)
    page.goto(f"{LIST}web/")
    page.get_by_role("button", name="Alice Andersen, your account").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")

    for _ in range(2):
        page.go_back()
        expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")
        diary.look(page.url)

    assert diary.holding(web.host) == []


# Text that would be a script ----------------------------------------------------------------------------------------------

PAYLOADS = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '"><svg onload=alert(1)>',
    "' autofocus onfocus='alert(1)",
    "</title><script>alert(1)</script>",
    "</textarea><script>alert(1)</script>",
    "<a href=javascript:alert(1)>here</a>",
    '<iframe srcdoc="<script>parent.alert(1)</script>">',
    '<b hx-get="/theme/" hx-trigger="load">wait</b>',
    '<b hx-on:load="alert(1)" data-hx-on-load="alert(1)">wait</b>',
    "--><script>alert(1)</script><!--",
    "{{ 7|add:7 }}{% debug %}${alert(1)}",
)


@pytest.fixture
def hostile(team: Team, alice: User) -> list[Connection]:
    """A connection for each payload, which stands in all that is shown of it; some of it no form would take."""
    scene, made = Scene(team, alice), []
    for number, payload in enumerate(PAYLOADS):
        typed = {**OTHER, "username": payload.replace(":", ";")}
        connection = scene.connect("other", f"web-{number:02}", typed, description=payload)
        facts = dict.fromkeys(Step, payload)
        how = Examination(outcome=Outcome.SIGN_IN_REFUSED, failed=Step.SIGN_IN, facts=facts, fix=payload, said=payload)
        Connection.objects.filter(pk=connection.pk).update(host=payload, test_image=payload)
        made.append(examined(connection, how))
    return made


def test_what_somebody_wrote_is_shown_as_text(page: Page, sign_in: SignIn, hostile: list[Connection]) -> None:
    sign_in(page)
    page.goto(LIST)
    rows = page.get_by_role("row")
    for connection, payload in zip(hostile, PAYLOADS, strict=True):
        expect(rows.filter(has=page.get_by_role("link", name=connection.name, exact=True))).to_contain_text(payload)

    for connection, payload in list(zip(hostile, PAYLOADS, strict=True))[::2]:
        page.goto(f"{LIST}{connection.name}/")
        expect(page.locator("#check")).to_contain_text(payload)
        expect(page.locator("main .muted")).to_have_text(payload)
        page.goto(f"{LIST}{connection.name}/edit/")
        expect(labelled(page, "Description")).to_have_value(payload)
        assert page.locator("main :is(script, iframe, img, [onload], [onfocus], [hx-on\\:load])").count() == 0


def test_what_is_searched_for_is_shown_as_text(page: Page, sign_in: SignIn, web: Connection) -> None:
    sign_in(page)
    page.goto(LIST)
    search, answer = page.get_by_role("searchbox"), page.get_by_role("heading", name="Nothing matches")
    for payload in PAYLOADS[:4]:
        search.fill(payload)
        expect(answer).to_have_text(f"Nothing matches “{payload}”")

    page.reload()

    expect(answer).to_have_text(f"Nothing matches “{PAYLOADS[3]}”")
    expect(search).to_have_value(PAYLOADS[3])


def test_names_of_people_and_teams_are_shown_as_text(page: Page, sign_in: SignIn, alice: User, team: Team) -> None:
    sign_in(page)
    for payload in PAYLOADS:
        User.objects.filter(pk=alice.pk).update(name=payload)
        Team.objects.filter(pk=team.pk).update(name=payload)
        page.goto("/teams/")
        expect(page.locator("main table a")).to_have_text(payload)
        expect(page.locator("#team-menu")).to_contain_text(payload)
        expect(page.locator("#user-menu b")).to_have_text(payload)
    page.goto(LIST)
    expect(page.locator(".who__name")).to_have_text(PAYLOADS[-1])
    expect(page.locator("h1 + p")).to_contain_text(PAYLOADS[-1])


def test_what_a_form_refuses_is_shown_as_text(page: Page, sign_in: SignIn, lookout: Lookout) -> None:
    lookout.expect_status(422)
    sign_in(page)
    page.goto(f"{LIST}add/other/")
    for payloads in (PAYLOADS[:4], PAYLOADS[4:8], PAYLOADS[8:]):
        typed = dict(zip(("Name", "Description", "Username", "Test image"), payloads, strict=True))
        fill_in(page, typed | {"Registry URL": payloads[0]})
        page.get_by_role("button", name="Save registry").click()
        expect(page.get_by_role("alert")).to_be_visible()
        for label, payload in typed.items():
            expect(labelled(page, label)).to_have_value(payload)
        expect(labelled(page, "Registry URL")).to_have_value(payloads[0])


def test_the_policy_refuses_a_script_within_a_page(page: Page, lookout: Lookout) -> None:
    lookout.expect("Content Security Policy")
    page.goto("/")

    page.evaluate("""() => {
      const script = document.createElement("script");
      script.textContent = "window.ran = true";
      document.body.append(script);
    }""")

    assert page.evaluate("window.ran") is None
