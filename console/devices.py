"""What somebody uses, in words. A User-Agent header is a claim, so only known names are taken from it, never its text."""

from django.utils.translation import gettext as _

# The first that fits counts: each of these also says that it is some of those after it.
BROWSERS = {
    "Edg": "Edge",
    "OPR/": "Opera",
    "SamsungBrowser/": "Samsung Internet",
    "Firefox/": "Firefox",
    "FxiOS/": "Firefox",
    "CriOS/": "Chrome",
    "Chrome/": "Chrome",
    "Safari/": "Safari",
}
SYSTEMS = {
    "Android": "Android",
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Windows": "Windows",
    "CrOS": "ChromeOS",
    "Mac OS X": "macOS",
    "Linux": "Linux",
}


def in_words(user_agent: str) -> str:
    """Name the browser and the system that a User-Agent header claims: "Firefox on Linux"."""
    browser = next((name for mark, name in BROWSERS.items() if mark in user_agent), "")
    system = next((name for mark, name in SYSTEMS.items() if mark in user_agent), "")
    if not system:
        return browser or _("An unknown program")
    if not browser:
        return _("A browser on {system}").format(system=system)
    return _("{browser} on {system}").format(browser=browser, system=system)
