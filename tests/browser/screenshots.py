"""
Pictures of Berth: `python -m tests.browser.screenshots FOLDER`.

It writes the picture that the README shows, `static/img/containers.png`, and one of each kind of page into the folder,
in light, some in dark, and some as narrow as a telephone. Everything in them is made up; nobody is asked.
"""

import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from playwright.sync_api import Browser, Page, StorageState

from tests.browser.chromium import AS_STARTED, chromium
from tests.lab.berth import environment

ROOT = Path(__file__).resolve().parents[2]
PICTURES = ROOT / "static" / "img"  # those that the README shows
LIMIT_BYTES = 200_000
EMAIL, PASSWORD = "mara@northwind.example", "a password that opens nothing"
LIST = "/teams/northwind-labs/containers/"
ACTIVITY = "/teams/northwind-labs/activity/"
SPEC = "/teams/northwind-labs/spec-checker/"


@dataclass(frozen=True, kw_only=True)
class Shot:
    """One picture: the page, and what is done on it before."""

    path: str
    before: Callable[[Page], object] = lambda page: None
    scheme: Literal["light", "dark"] = "light"
    width: int = 1280
    signed_in: bool = True
    whole: bool = True  # the page down to its end, or only what a window of this width shows at first


def open_dialog(page: Page) -> None:
    page.get_by_role("link", name="Delete…").click()
    page.get_by_role("dialog").wait_for()


def save_blank(page: Page) -> None:
    page.get_by_role("button", name="Save registry").click()
    page.get_by_role("alert").wait_for()


def open_containers(page: Page) -> None:
    for number in (0, 3):
        page.locator("#ready summary").nth(number).click()


IMAGE = "us-west1-docker.pkg.dev/northwind-ml/training/ranker:2.4"
FILE = """{"auths": {
  "ghcr.io": {"auth": "b2N0b2NhdDpnaHBfbm90LWEtdG9rZW4="},
  "https://index.docker.io/v1/": {"auth": "bm9ydGh3aW5kY2k6bm90LWEtdG9rZW4="},
  "quay.io/acme": {"auth": "YWNtZStjaTpub3QtYS10b2tlbg=="},
  "registry.example.com:5000": {"auth": "Y2k6bm90LWEtcGFzc3dvcmQ="}
}, "credHelpers": {"123456789012.dkr.ecr.eu-west-1.amazonaws.com": "ecr-login"}}"""


def find(image: str) -> Callable[[Page], object]:
    def paste(page: Page) -> None:
        page.get_by_role("textbox", name="Image").fill(image)
        page.get_by_role("button", name="Find registry").click()
        page.locator("#found > *").first.wait_for()

    return paste


def read_file(page: Page) -> None:
    page.locator("#id_content").fill(FILE)
    page.get_by_role("button", name="Read the file").click()
    page.locator("#drafts").wait_for()


def keep_a_secret(page: Page) -> None:
    page.locator("#id_password").fill('"not a token"\n')
    save_blank(page)


def check_file(page: Page) -> None:
    page.get_by_role("button", name="Check file").click()
    page.get_by_role("region", name="Result").wait_for()


def take_a_fix(page: Page) -> None:
    check_file(page)
    page.get_by_role("button", name="Use ghcr-northwind").click()
    page.get_by_role("region", name="Last change").wait_for()


IN_THE_README = {
    "containers": Shot(path=LIST, whole=False),
    "failed-test": Shot(path=f"{LIST}acr-vision/", whole=False),
}
SHOTS = {
    "list": Shot(path=LIST),
    "list-dark": Shot(path=LIST, scheme="dark"),
    "list-narrow": Shot(path=LIST, width=390),
    "list-narrow-dark": Shot(path=LIST, width=390, scheme="dark"),
    "list-empty": Shot(path="/teams/harbour-lab/containers/"),
    "list-ready": Shot(path=LIST, before=open_containers),
    "list-ready-dark": Shot(path=LIST, before=open_containers, scheme="dark"),
    "list-ready-narrow": Shot(path=LIST, before=open_containers, width=390),
    "list-no-match": Shot(path=f"{LIST}?q=xyz"),
    "chooser": Shot(path=f"{LIST}add/"),
    "chooser-found": Shot(path=f"{LIST}add/", before=find(IMAGE)),
    "chooser-found-dark": Shot(path=f"{LIST}add/", before=find(IMAGE), scheme="dark", whole=False),
    "chooser-found-narrow": Shot(path=f"{LIST}add/", before=find(IMAGE), width=390),
    "chooser-unknown": Shot(path=f"{LIST}add/", before=find("registry.example.com/team/app:1"), whole=False),
    "chooser-not-an-image": Shot(path=f"{LIST}add/", before=find("not an image"), whole=False),
    "form-gcp-filled": Shot(path=f"{LIST}add/gcp/?image={IMAGE}"),
    "form-kept": Shot(path=f"{LIST}add/github/", before=keep_a_secret),
    "form-kept-narrow-dark": Shot(path=f"{LIST}add/github/", before=keep_a_secret, width=390, scheme="dark"),
    "import": Shot(path=f"{LIST}import/"),
    "import-drafts": Shot(path=f"{LIST}import/", before=read_file),
    "import-drafts-dark": Shot(path=f"{LIST}import/", before=read_file, scheme="dark"),
    "import-drafts-narrow": Shot(path=f"{LIST}import/", before=read_file, width=390),
    "form-aws": Shot(path=f"{LIST}add/aws/"),
    "form-digitalocean": Shot(path=f"{LIST}add/digitalocean/"),
    "form-dockerhub": Shot(path=f"{LIST}add/dockerhub/"),
    "form-gcp": Shot(path=f"{LIST}add/gcp/"),
    "form-github": Shot(path=f"{LIST}add/github/"),
    "form-azure-dark": Shot(path=f"{LIST}add/azure/", scheme="dark"),
    "form-other": Shot(path=f"{LIST}add/other/"),
    "form-other-narrow": Shot(path=f"{LIST}add/other/", width=390),
    "form-with-faults": Shot(path=f"{LIST}add/gcp/", before=save_blank),
    "connection": Shot(path=f"{LIST}ghcr-northwind/"),
    "connection-dark": Shot(path=f"{LIST}ghcr-northwind/", scheme="dark"),
    "connection-narrow": Shot(path=f"{LIST}ghcr-northwind/", width=390),
    "connection-failed": Shot(path=f"{LIST}acr-vision/"),
    "connection-checking-dark": Shot(path=f"{LIST}gar-training/", scheme="dark"),
    "edit": Shot(path=f"{LIST}acr-vision/edit/"),
    "delete": Shot(path=f"{LIST}acr-vision/", before=open_dialog, whole=False),
    "spec-checker": Shot(path=SPEC),
    "spec-checker-result": Shot(path=f"{SPEC}?example", before=check_file),
    "spec-checker-result-dark": Shot(path=f"{SPEC}?example", before=check_file, scheme="dark"),
    "spec-checker-result-narrow": Shot(path=f"{SPEC}?example", before=check_file, width=390),
    "spec-checker-change": Shot(path=f"{SPEC}?example", before=take_a_fix),
    "activity": Shot(path=ACTIVITY),
    "activity-dark": Shot(path=ACTIVITY, scheme="dark"),
    "activity-narrow": Shot(path=ACTIVITY, width=390),
    "teams": Shot(path="/teams/"),
    "sessions": Shot(path="/accounts/sessions/"),
    "missing": Shot(path=f"{LIST}no-such-name/"),
    "sign-in": Shot(path="/accounts/login/", signed_in=False),
    "sign-in-dark": Shot(path="/accounts/login/", signed_in=False, scheme="dark"),
}


@contextmanager
def berth() -> Iterator[str]:
    """Serve a Berth of its own with Northwind's registries in it, and yield its address."""
    import django

    django.setup()
    from django.conf import settings
    from django.contrib.staticfiles.handlers import StaticFilesHandler
    from django.core.management import call_command
    from django.test.testcases import LiveServerThread

    from console.models import Team, User
    from tests.browser.scene import Scene

    settings.ALLOWED_HOSTS = ["localhost"]
    call_command("migrate", verbosity=0)
    mara = User.objects.create_user(EMAIL, PASSWORD, name="Mara Lindqvist")
    Team.objects.found("Harbour Lab", by=mara)
    Scene(Team.objects.found("Northwind Labs", by=mara), mara).six()
    server = LiveServerThread("localhost", StaticFilesHandler)
    server.daemon = True
    server.start()
    server.is_ready.wait()
    try:
        yield f"http://localhost:{server.port}"
    finally:
        server.terminate()


def sign_in(browser: Browser, origin: str) -> StorageState:
    """Sign in as the owner, and return the cookies."""
    context = browser.new_context(base_url=origin)
    page = context.new_page()
    page.goto("/accounts/login/")
    page.get_by_label("Email").fill(EMAIL)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Continue").click()
    page.wait_for_url("**/containers/")
    state = context.storage_state()
    context.close()
    return state


def take(browser: Browser, origin: str, signed_in: StorageState, shot: Shot) -> bytes:
    """Return one picture as PNG."""
    context = browser.new_context(
        base_url=origin,
        color_scheme=shot.scheme,
        locale="en-GB",
        reduced_motion=AS_STARTED,
        viewport={"width": shot.width, "height": 860},
        storage_state=signed_in if shot.signed_in else None,
    )
    try:
        page = context.new_page()
        page.goto(shot.path)
        page.evaluate("document.fonts.ready.then(() => true)")
        shot.before(page)
        return page.screenshot(full_page=shot.whole)
    finally:
        context.close()


def main(folder: Path) -> int:
    folder.mkdir(parents=True, exist_ok=True)
    with berth() as origin, chromium() as browser:
        signed_in = sign_in(browser, origin)
        for name, shot in IN_THE_README.items():
            (PICTURES / f"{name}.png").write_bytes(take(browser, origin, signed_in, shot))
        for name, shot in SHOTS.items():
            (folder / f"{name}.png").write_bytes(take(browser, origin, signed_in, shot))
    sizes = {name: (PICTURES / f"{name}.png").stat().st_size for name in IN_THE_README}
    print(f"{len(SHOTS)} pictures in {folder}; in the README, in kB:", {name: size // 1000 for name, size in sizes.items()})
    return 0 if max(sizes.values()) < LIMIT_BYTES else 1


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise SystemExit("Say where to: python -m tests.browser.screenshots FOLDER")
    with tempfile.TemporaryDirectory(prefix="berth-") as home:
        # The settings read these when Django starts: a Berth of its own, whatever the person's environment says.
        settings = environment(
            BERTH_HOME=home,
            BERTH_URL="http://berth.northwind.example",
            DJANGO_SETTINGS_MODULE="tests.settings",
            DJANGO_ALLOW_ASYNC_UNSAFE="true",
        )
        os.environ.clear()
        os.environ.update(settings)
        sys.exit(main(Path(sys.argv[1])))
