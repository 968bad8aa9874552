"""Adding by what people paste: an image, a key, a secret, a file of logins; and forms that keep what was typed."""

import base64
import json
import logging
import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Locator, Page, expect

from console.models import Team
from registries.models import Draft
from tests.browser.conftest import SignIn
from tests.browser.diary import Diary, tables_holding
from tests.browser.lookout import Lookout
from tests.browser.person import LIST, RIGHT, TAG, USERNAME, fill_in, labelled, login_to, paste, save, tab_to
from tests.lab.registry import Registry
from tests.registries.flavor_table import google_key

ADD, IMPORT = f"{LIST}add/", f"{LIST}import/"
CANARY = "CANARY-93b7"
GOOGLE_IMAGE = "us-west1-docker.pkg.dev/northwind-ml/training/ranker:2.4"


def values(page: Page, *labels: str) -> list[str]:
    return [labelled(page, label).input_value() for label in labels]


def words(shown: Locator) -> str:
    """Return the text of something that is shown, with single spaces."""
    return " ".join(shown.inner_text().split())


def press(page: Page, target: Locator) -> None:
    """Go somewhere with the Tab key, and press Enter there."""
    tab_to(page, target)
    page.keyboard.press("Enter")


# An image -----------------------------------------------------------------------------------------------------------------


def image_field(page: Page) -> Locator:
    return page.get_by_role("textbox", name="Image")


def find(page: Page, image: str, *, javascript: bool) -> None:
    """Paste an image on the page where registries are added; without JavaScript the button has to be pressed."""
    if javascript:
        page.evaluate("window.sameDocument = true")
        paste(page, image_field(page), image)
    else:
        image_field(page).fill(image)
        page.get_by_role("button", name="Find registry").click()


def test_an_image_of_ones_own_host_leads_to_a_registry_that_works(
    either_page: Page, javascript: bool, sign_in: SignIn, registry: Registry
) -> None:
    page, image = either_page, f"{registry.host}/team/app:{TAG}"
    sign_in(page)
    page.goto(ADD)
    find(page, f"docker pull {image}", javascript=javascript)
    expect(page.locator(".found > div b")).to_have_text("Another registry")
    expect(page.locator(".parts li")).to_have_text(
        [f"Registry URL {registry.origin}", "Namespace team", f"Test image app:{TAG}"]
    )
    assert not javascript or page.evaluate("window.sameDocument")

    press(page, page.get_by_role("link", name="Continue"))
    expect(
        page.get_by_text(re.compile(r"Filled in from your image\. It leads to .+ Still missing: username"))
    ).to_be_visible()
    assert values(page, "Name", "Registry URL", "Namespace", "Test image") == [
        "127.0.0.1-team", registry.origin, "team", image,
    ]  # fmt: skip
    fill_in(page, {"Username": USERNAME, "Password or token": RIGHT})
    page.get_by_role("radio", name="Pull and push").check()
    page.get_by_role("button", name="Test connection").click()
    expect(page.locator("#check")).to_contain_text("All 5 steps passed")

    save(page, "Save registry")
    expect(page.locator("#saved")).to_contain_text("127.0.0.1-team is saved and works.")


def test_an_image_of_google_fills_in_all_but_the_key(
    either_page: Page, javascript: bool, sign_in: SignIn, team: Team
) -> None:
    page = either_page
    sign_in(page)
    page.goto(ADD)
    find(page, f"FROM {GOOGLE_IMAGE} AS base", javascript=javascript)
    expect(page.locator(".found > div b")).to_have_text("Google Artifact Registry")
    expect(page.locator(".parts li")).to_have_text(
        ["Region us-west1", "Project northwind-ml", "Repository training", "Test image ranker:2.4"]
    )

    press(page, page.get_by_role("link", name="Continue"))

    expect(page.get_by_text("Filled in from your image. Only the service account JSON key is missing.")).to_be_visible()
    assert values(page, "Name", "Region", "Project", "Repository", "Test image") == [
        "gcp-training", "us-west1", "northwind-ml", "training", GOOGLE_IMAGE,
    ]  # fmt: skip
    expect(page.locator(".preview code")).to_have_text("us-west1-docker.pkg.dev/northwind-ml/training")


def test_a_slow_click_on_what_was_found_is_not_lost(page: Page, sign_in: SignIn, team: Team) -> None:
    sign_in(page)
    page.goto(ADD)
    find(page, "ghcr.io/acme/web:1", javascript=True)

    page.get_by_role("link", name="Continue").click(delay=400)

    expect(page.get_by_role("heading", level=1)).to_have_text("Connect GitHub Container Registry")


def test_another_image_is_found_when_the_field_is_left_or_with_enter(page: Page, sign_in: SignIn, team: Team) -> None:
    sign_in(page)
    page.goto(ADD)
    find(page, "ghcr.io/acme/web:1", javascript=True)
    expect(page.locator(".found > div b")).to_have_text("GitHub Container Registry")

    for image, key, name in (("quay.io/acme/web:1", "Tab", "Quay"), ("nvcr.io/nvidia/cuda:1", "Enter", "NVIDIA NGC")):
        image_field(page).fill(image)
        page.keyboard.press(key)
        expect(page.locator(".found > div b")).to_have_text(name)


def test_what_is_no_image_is_answered_and_not_shown_again(
    either_page: Page, javascript: bool, sign_in: SignIn, team: Team
) -> None:
    page, line = either_page, f"docker login -u puller -p {CANARY} registry.example.com"
    sign_in(page)
    page.goto(ADD)
    find(page, line, javascript=javascript)

    expect(page.locator("#found")).to_contain_text("This is not an image reference. Paste an image such as")
    assert CANARY not in page.content()
    # What is in a field stays there only as long as the page is the one in which it was typed.
    expect(image_field(page)).to_have_value(line if javascript else "")
    assert CANARY not in page.url
    page.locator("#found").get_by_role("link", name="Import logins").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Import logins")


# A key file ---------------------------------------------------------------------------------------------------------------

KEY = google_key(private_key_id=CANARY)
PRIVATE_KEY = f"-----BEGIN PRIVATE KEY-----\n{CANARY}\n-----END PRIVATE KEY-----"
NOT_JSON = "This is not JSON. Paste the whole file, from the first { to the last }."
HOW_TO_KNOW = 'A key says "type": "service_account" near the top. Download one under Service accounts, Keys.'
DAMAGED = (
    "The private key in this file is damaged: its line breaks are not written as \\n any more. Paste the whole file, as "
    "downloaded."
)
FAULTS: Mapping[str, tuple[str, str]] = {
    "not JSON": (f"{CANARY} is not a key", NOT_JSON),
    "cut off": (KEY[:-9], DAMAGED if KEY[:-9].endswith("}") else NOT_JSON),
    "only the private key": (
        PRIVATE_KEY,
        "This is only the private key. Paste the whole file, from the first { to the last }.",
    ),
    "an OAuth client": (
        json.dumps({"installed": {"client_id": "x", "client_secret": CANARY}}),
        f"This is an OAuth client file, not a service account key. {HOW_TO_KNOW}",
    ),
    "a person's credential": (
        json.dumps({"type": "authorized_user", "refresh_token": CANARY}),
        f"This is the credential of a person, not a service account key. {HOW_TO_KNOW}",
    ),
    "nested": ('{"a":' * 9000 + f'"{CANARY}"' + "}" * 9000, "This is nested too deeply to be a service account key."),
    "a name twice": (
        KEY.replace("{", '{"type": "x", ', 1),
        "The same name stands twice in this file. Download the key again.",
    ),
    "NaN": (
        KEY.replace("{", '{"n": NaN, ', 1),
        "This holds NaN or Infinity, which JSON does not have. Download the key again.",
    ),
    "NUL": (
        KEY.replace("{", "{\x00", 1),
        "This holds a NUL character, so it is not the text of a key. Save the file as UTF-8, or download it again.",
    ),
    "half a character": (
        google_key(private_key_id=CANARY, client_email="\ud83d@northwind-ml.iam.gserviceaccount.com"),
        "The client_email of this key is damaged. Paste the whole file, as downloaded.",
    ),
    "too large": (f"{' ' * 66_000}{KEY}", "This is larger than 64 KB, so it is not a service account key."),
    "line breaks": (KEY.replace("\\n", "\n"), DAMAGED),
}
TYPED = {"Name": "gar", "Region": "us-west1", "Project": "northwind-ml", "Test image": GOOGLE_IMAGE}


def key_area(page: Page) -> Locator:
    return labelled(page, "Service account JSON key")


def give_key(page: Page, content: str, way: str) -> None:
    if way == "pasted":
        key_area(page).fill(content)
        return
    chosen = {"name": "key.json", "mimeType": "application/json", "buffer": content.encode("utf-8")}
    page.locator("input[type=file]").set_input_files(chosen)  # type: ignore[arg-type]
    if way == "chosen":
        expect(page.locator("#live")).to_have_text("Read key.json.")


@pytest.mark.parametrize("way", ["pasted", "chosen", "chosen without JavaScript"])
def test_each_fault_of_a_key_has_a_sentence_and_the_right_key_heals_it(
    way: str, open_page: Any, sign_in: SignIn, team: Team, lookout: Lookout, unreachable: None
) -> None:
    page = open_page(way != "chosen without JavaScript")
    lookout.expect_status(422)
    sign_in(page)
    page.goto(f"{ADD}gcp/")
    fill_in(page, TYPED)
    summary, said = page.get_by_role("alert"), {}
    for name, (content, _) in FAULTS.items():
        give_key(page, content, way)
        with page.expect_navigation():
            page.get_by_role("button", name="Save registry").click()
        said[name] = words(page.locator("#id_key_error")).removeprefix("Error: ")
        expect(summary).to_contain_text("Nothing is saved yet: one field needs a change")
        expect(summary.get_by_role("link")).to_have_text(said[name])
        if way != "chosen without JavaScript":
            expect(summary).to_be_focused()
        assert values(page, *TYPED) == list(TYPED.values()), name
        assert CANARY not in page.content(), name
        expect(key_area(page)).to_have_value("")

    said["too large"] = said["too large"].replace("This file", "This")  # A page with script reads the file into the form.
    assert said == {name: sentence for name, (_, sentence) in FAULTS.items()}
    assert not team.connections.exists()
    summary.get_by_role("link").click()
    expect(key_area(page)).to_be_focused()
    give_key(page, KEY, way)
    save(page, "Save registry")
    expect(page.get_by_role("heading", level=1)).to_contain_text("gar")
    assert json.loads(team.connections.get().secrets()["key"].reveal()) == json.loads(KEY)


@pytest.mark.parametrize("way", ["pasted", "chosen without JavaScript"])
def test_keys_that_are_odd_and_right_are_saved_and_what_is_odd_is_said(
    way: str, open_page: Any, sign_in: SignIn, team: Team, unreachable: None
) -> None:
    page = open_page(way != "chosen without JavaScript")
    sign_in(page)
    odd = {
        "in-base64": (
            base64.encodebytes(KEY.encode()).decode(),
            "In the service account JSON key, it was decoded from base64.",
        ),
        "with-a-mark": (f"\ufeff{KEY}\r\n", ""),
        "of-another-project": (
            google_key(private_key_id=CANARY, project_id="northwind-ci"),
            "The key belongs to the project northwind-ci. It works for northwind-ml where its account has a role there.",
        ),
    }

    for name, (content, sentence) in odd.items():
        page.goto(f"{ADD}gcp/")
        fill_in(page, {**TYPED, "Name": name})
        give_key(page, content, way)
        save(page, "Save registry")
        expect(page.locator("#saved")).to_contain_text(f"{name} is saved")
        hints = page.locator("main .wrap > .notice--plain")
        expect(hints.filter(has_text=sentence) if sentence else hints).to_have_count(1 if sentence else 0)
        assert json.loads(team.connections.get(name=name).secrets()["key"].reveal())["private_key_id"] == CANARY


# A form that failed keeps its secrets -------------------------------------------------------------------------------------


def kept(page: Page) -> Locator:
    return page.locator("#id_password_kept")


def fail(page: Page, typed: Mapping[str, str]) -> None:
    """Save with a name that none may have."""
    fill_in(page, {**typed, "Name": "not a name"})
    with page.expect_navigation():
        page.get_by_role("button", name="Save registry").click()


def test_a_failed_form_keeps_the_secret_and_shows_it_nowhere(
    either_page: Page, sign_in: SignIn, team: Team, registry: Registry, lookout: Lookout
) -> None:
    page = either_page
    lookout.expect_status(422)
    sign_in(page)
    page.goto(f"{ADD}other/")
    fail(page, login_to(registry, f'"{RIGHT}"'))
    expect(kept(page)).to_have_text(
        "Kept for this form, for 15 minutes. Leave blank to use it. "
        "In the password or token, the quotes around it were removed."
    )
    expect(labelled(page, "Password or token")).to_have_value("")
    assert CANARY not in page.content()

    fill_in(page, {"Name": "harbour"})
    save(page, "Save registry")

    expect(page.locator("#saved")).to_contain_text("harbour is saved and works.")
    assert not Draft.objects.exists()


def test_a_test_without_javascript_keeps_the_secret(
    page_without_javascript: Page, sign_in: SignIn, team: Team, registry: Registry
) -> None:
    page = page_without_javascript
    sign_in(page)
    page.goto(f"{ADD}other/")
    fill_in(page, login_to(registry, RIGHT))
    for _ in range(2):
        page.get_by_role("button", name="Test connection").click()
        expect(page.locator("#check")).to_contain_text("All 4 steps passed")
        expect(kept(page)).to_contain_text("Kept for this form")
        assert CANARY not in page.content()

    fill_in(page, {"Name": "harbour"})
    save(page, "Save registry")

    expect(page.locator("#saved")).to_contain_text("harbour is saved and works.")


def test_a_form_that_could_not_be_tested_keeps_the_secret(
    page: Page, sign_in: SignIn, team: Team, registry: Registry, lookout: Lookout
) -> None:
    lookout.expect_status(422)
    sign_in(page)
    page.goto(f"{ADD}other/")
    fill_in(page, {**login_to(registry, RIGHT), "Registry URL": "no address"})
    page.get_by_role("button", name="Test connection").click()
    expect(page.get_by_role("alert")).to_be_focused()
    expect(kept(page)).to_contain_text("Kept for this form")
    assert CANARY not in page.content()

    fill_in(page, {"Registry URL": registry.origin})
    page.get_by_role("button", name="Test connection").click()

    expect(page.locator("#check")).to_contain_text("All 4 steps passed")


def test_a_kept_secret_is_asked_for_again_where_the_address_changes(
    either_page: Page, sign_in: SignIn, team: Team, registry: Registry, lookout: Lookout
) -> None:
    page = either_page
    lookout.expect_status(422)
    sign_in(page)
    page.goto(f"{ADD}other/")
    fail(page, login_to(registry, RIGHT))
    elsewhere = registry.origin.replace("127.0.0.1", "localhost")
    fill_in(page, {"Name": "harbour", "Registry URL": elsewhere})
    page.get_by_role("button", name="Save registry").click()
    again = page.get_by_role("alert").get_by_role("link", name="Enter the secret again, because the address changed.")
    expect(again).to_be_visible()
    expect(kept(page)).to_have_count(0)
    assert not team.connections.exists()

    again.click()
    page.keyboard.insert_text(RIGHT)
    save(page, "Save registry")

    expect(page.locator("#saved")).to_contain_text("harbour is saved and works.")


# What is said of a secret -------------------------------------------------------------------------------------------------


def test_what_is_odd_about_a_secret_is_said_before_it_is_saved(
    page: Page, sign_in: SignIn, team: Team, lookout: Lookout
) -> None:
    lookout.expect_status(422)
    sign_in(page)
    secrets = {
        f"“ghp_{'x' * 36}”": "In the personal access token, the quotes around it were removed.",
        f" ghp_{'x' * 36} ": "In the personal access token, spaces around it were removed.",
        f"dckr_pat_{'x' * 27}": "This looks like an access token of Docker Hub. GitHub most likely refuses it.",
        f"docker login -u octocat -p ghp_{'x' * 36} ghcr.io": (
            "For the personal access token, the password was taken out of the sign-in command."
        ),
    }

    said = {}
    for secret in secrets:
        page.goto(f"{ADD}github/")
        fail(page, {"Organization or user": "acme", "Personal access token": secret})
        said[secret] = words(kept(page)).partition("Leave blank to use it. ")[2]
        assert "xxxx" not in page.content()

    assert said == secrets
    expect(labelled(page, "Username")).to_have_value("octocat")


@pytest.mark.parametrize(
    "wrap",
    [
        lambda host: f"{RIGHT[:11]}\n{RIGHT[11:20]}\r\n  {RIGHT[20:]}\n",
        lambda host: f"docker login \\\n  -u {USERNAME} \\\n  -p {RIGHT[:14]}\n{RIGHT[14:]} \\\n  {host}\n",
    ],
    ids=["a secret", "a command"],
)
def test_what_is_pasted_in_several_lines_is_joined(
    wrap: Any, page: Page, sign_in: SignIn, team: Team, registry: Registry
) -> None:
    sign_in(page)
    page.goto(f"{ADD}other/")
    fill_in(page, {"Name": "harbour", **login_to(registry, "")})
    paste(page, labelled(page, "Password or token"), wrap(registry.host))
    expect(page.locator("#live")).to_have_text("The lines were joined into one.")

    save(page, "Save registry")

    expect(page.locator("#saved")).to_contain_text("harbour is saved and works.")


# A file of logins ---------------------------------------------------------------------------------------------------------

ECR = "123456789012.dkr.ecr.eu-west-1.amazonaws.com"
WITH_HELPER = (
    "docker-credential-ecr-login fetches this login on the machine itself, so the file holds no password. Use an access "
    "key instead, from which Berth makes each password."
)


def packed(username: str, password: str) -> str:
    return base64.b64encode(f"{username}:{password}".encode()).decode()


def file_with(host: str, password: str) -> str:
    """Return a Docker configuration with five entries: four logins, one of them to this host, and a helper."""
    auths = {
        "ghcr.io": {"auth": packed("octocat", f"{CANARY}-github")},
        "https://index.docker.io/v1/": {"auth": packed("northwindci", f"{CANARY}-hub")},
        "us-west1-docker.pkg.dev": {"auth": packed("_json_key", KEY)},
        host: {"username": USERNAME, "password": password},
    }
    return json.dumps({"auths": auths, "credHelpers": {ECR: "ecr-login"}}, indent=2)


def rows(page: Page) -> Locator:
    return page.locator("#drafts tbody tr")


def test_the_logins_of_a_file_are_reviewed_saved_dropped_or_expire(
    either_page: Page, javascript: bool, sign_in: SignIn, team: Team, registry: Registry
) -> None:
    page = either_page
    sign_in(page)
    page.goto(ADD)
    page.get_by_role("link", name="Import logins").click()
    content = file_with(registry.host, RIGHT)
    if javascript:
        paste(page, labelled(page, "File"), content)
    else:
        chosen = {"name": "config.json", "mimeType": "application/json", "buffer": content.encode()}
        page.locator("input[type=file]").set_input_files(chosen)  # type: ignore[arg-type]
    page.get_by_role("button", name="Read the file").click()
    expect(page.get_by_role("heading", name="5 logins wait for review")).to_be_visible()
    assert [words(row).partition(" Review")[0] for row in rows(page).all()] == [
        "GitHub Container Registry ghcr.io github Read",
        "Docker Hub docker.io dockerhub Read",
        "Google Artifact Registry us-west1-docker.pkg.dev gcp-us-west1-docker Read",
        f"Another registry {registry.host} 127.0.0.1 Read",
        f"ECR Amazon Elastic Container Registry {ECR} {WITH_HELPER} aws-123456789012 None in the file",
    ]
    assert CANARY not in page.content()
    assert not team.connections.exists()

    page.get_by_role("link", name=f"Review {registry.host}").click()
    expect(
        page.get_by_text(
            re.compile(r"Filled in from your file\. It leads to .+ Nothing is missing: test it, and save it\.")
        )
    ).to_be_visible()
    assert values(page, "Registry URL", "Username", "Password or token") == [registry.origin, USERNAME, ""]
    expect(kept(page)).to_contain_text("Kept for this form")
    fill_in(page, {"Name": "harbour", "Test image": f"team/app:{TAG}"})
    page.get_by_role("button", name="Test connection").click()
    expect(page.locator("#check")).to_contain_text("All 4 steps passed")
    save(page, "Save registry")
    expect(page.locator("#saved")).to_contain_text("harbour is saved and works.")
    waiting = page.get_by_text("4 more logins from your file wait for review.")
    expect(waiting).to_be_visible()

    waiting.get_by_role("link", name="Open them").click()
    page.get_by_role("button", name="Drop docker.io").click()
    expect(page.get_by_text("docker.io is dropped.")).to_be_visible()
    page.reload()
    expect(page.get_by_role("heading", name="3 logins wait for review")).to_be_visible()
    expect(page.get_by_text("docker.io")).to_have_count(0)
    review = page.get_by_role("link", name="Review ghcr.io").get_attribute("href")

    Draft.objects.update(created_at=timezone.now() - timedelta(minutes=15))
    page.reload()
    expect(page.get_by_text("No login waits for review now.")).to_be_visible()
    expect(rows(page)).to_have_count(0)
    page.goto(str(review))
    expect(page.get_by_text("What was kept for this form is no longer there.")).to_be_visible()
    expect(labelled(page, "Username")).to_have_value("")


def test_what_is_no_file_of_logins_is_answered_and_not_shown_again(
    either_page: Page, javascript: bool, sign_in: SignIn, team: Team, lookout: Lookout
) -> None:
    page = either_page
    lookout.expect_status(422)
    sign_in(page)
    page.goto(IMPORT)
    labelled(page, "File").fill(KEY)
    page.get_by_role("button", name="Read the file").click()

    summary, sentence = page.get_by_role("alert"), "This is a Google service account key. Choose Google, and paste it there"
    expect(page).to_have_title(re.compile("^Error: "))
    expect(summary).to_contain_text(sentence)
    expect(page.locator("#id_content_error")).to_contain_text(sentence)
    assert CANARY not in page.content()
    if javascript:
        expect(summary).to_be_focused()
    summary.get_by_role("link").click()
    expect(labelled(page, "File")).to_be_focused()
    expect(labelled(page, "File")).to_have_value("")


def test_whoever_has_no_mouse_imports_a_file(page: Page, sign_in: SignIn, team: Team, registry: Registry) -> None:
    sign_in(page)
    page.goto(ADD)
    press(page, page.get_by_role("link", name="Import logins"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Import logins")
    tab_to(page, labelled(page, "File"))
    page.keyboard.insert_text(file_with(registry.host, RIGHT))
    press(page, page.get_by_role("button", name="Read the file"))
    expect(rows(page)).to_have_count(5)
    press(page, page.get_by_role("link", name=f"Review {registry.host}"))
    expect(kept(page)).to_be_visible()
    tab_to(page, labelled(page, "Test image"))
    page.keyboard.insert_text(f"team/app:{TAG}")
    press(page, page.get_by_role("button", name="Test connection"))
    expect(page.locator("#check")).to_contain_text("All 4 steps passed")
    page.keyboard.press("Shift+Tab")
    expect(page.get_by_role("button", name="Save registry")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#saved")).to_contain_text("127.0.0.1 is saved and works.")

    press(page, page.get_by_role("link", name="Open them"))
    expect(rows(page)).to_have_count(4)
    press(page, page.get_by_role("button", name=f"Drop {ECR}"))

    expect(page.get_by_text(f"{ECR} is dropped.")).to_be_visible()
    expect(rows(page)).to_have_count(3)


# What is left of it -------------------------------------------------------------------------------------------------------


def test_nothing_that_was_pasted_can_be_found_afterwards(
    either_page: Page, javascript: bool, sign_in: SignIn, team: Team, lookout: Lookout,
    unreachable: None, caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    page, diary, login = either_page, Diary(either_page), f"docker login -u northwindci -p {CANARY}-line"
    caplog.set_level(logging.DEBUG)
    lookout.expect_status(422)
    sign_in(page)

    def leave_and_come_back(name: str) -> None:
        page.goto(LIST)
        page.go_back()
        diary.look(f"{name}, after Back")

    page.goto(ADD)
    find(page, login, javascript=javascript)
    expect(page.locator("#found .error")).to_be_visible()
    if javascript:
        leave_and_come_back("no image")
    diary.look("no image")
    for slug, typed in {
        "gcp": {"Region": "us-west1", "Service account JSON key": KEY},
        "github": {"Organization or user": "acme", "Username": "octocat", "Personal access token": f"ghp_{CANARY}"},
        "dockerhub": {"Namespace": "acme", "Access token": login},
    }.items():
        page.goto(f"{ADD}{slug}/")
        fail(page, typed)
        diary.look(f"{slug}, with a fault")
        fill_in(page, {"Name": slug})
        save(page, "Save registry")
        diary.look(f"{slug}, saved")
        for path in (f"{slug}/", f"{slug}/edit/"):
            page.goto(LIST + path)
            diary.look(path)
    page.goto(IMPORT)
    labelled(page, "File").fill(file_with("registry.example.com", f"{CANARY}-other"))
    leave_and_come_back("a file")
    labelled(page, "File").fill(file_with("registry.example.com", f"{CANARY}-other"))
    page.get_by_role("button", name="Read the file").click()
    expect(rows(page)).to_have_count(5)
    diary.look("drafts")
    leave_and_come_back("drafts")
    for host in ("ghcr.io", "docker.io", "us-west1-docker.pkg.dev", "registry.example.com"):
        page.get_by_role("link", name=f"Review {host}").click()
        expect(page).to_have_url(re.compile(r"\?draft="))
        expect(page.get_by_role("heading", level=1)).to_contain_text("Connect")
        diary.look(f"the draft of {host}")
        page.go_back()
    assert (team.connections.count(), Draft.objects.count()) == (3, 5), "What is looked for below is there, and sealed."

    traces = [CANARY, *(packed(user, CANARY)[:24] for user in ("octocat", "northwindci")), packed("_json_key", KEY)[:80]]
    assert diary.holding(*traces) == []
    assert len(diary.holding("gcp")) >= 6, "A diary that holds nothing proves nothing."
    assert tables_holding(*traces) == []
    assert tables_holding("us-west1") != []
    assert not any(trace in caplog.text for trace in traces)
    assert "Unprocessable Entity" in caplog.text
