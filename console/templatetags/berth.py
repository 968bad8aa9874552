"""
What templates say in Berth's own words: icons, logos, times as people say them.

The words for times are plain functions of the moment and of now, so that a test names both; the filters beneath them
only add the clock. Icons and logos are put into the page itself, because they take the colour of the text around them.
"""

import re
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from django import template
from django.contrib.staticfiles import finders
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from console import devices, languages
from console.models import Role, Team

register = template.Library()


# Drawings ---------------------------------------------------------------------------------------------------------------


@cache
def drawing(path: str) -> tuple[str, SafeString] | None:
    """Return the view box and the shapes of one of our static SVG files, or None where there is no such file."""
    found = finders.find(path)
    if not isinstance(found, str):
        return None
    svg = Path(found).read_text(encoding="utf-8")
    opening, shapes = re.search(r"<svg\b([^>]*)>(.*)</svg>", svg, re.DOTALL).groups()  # type: ignore[union-attr]
    box = re.search(r'viewBox="([^"]*)"', opening)
    shapes = re.sub(r"<title>.*?</title>", "", shapes, flags=re.DOTALL).strip()
    return box[1] if box else "0 0 24 24", mark_safe(shapes)  # noqa: S308 - the files are ours, in static/


@register.simple_tag
def icon(name: str, classes: str = "") -> SafeString:
    """Return an icon of static/icons, hidden from screen readers: the words beside it say what it means."""
    found = drawing(f"icons/{name}.svg")
    if found is None:
        raise LookupError(f"There is no icon called {name}.")
    box, shapes = found
    return format_html('<svg class="{}" viewBox="{}" aria-hidden="true">{}</svg>', f"icon {classes}".rstrip(), box, shapes)


@register.simple_tag
def logo(flavor: Any, size: str = "") -> SafeString:
    """Return the logo of anything with a `slug` and a `monogram`: its drawing, else its letters, else a container."""
    classes = f"logo logo--{flavor.slug}" + (f" logo--{size}" if size else "")
    found = drawing(f"flavors/{flavor.slug}.svg")
    inner: SafeString
    if found is not None:
        inner = format_html('<svg viewBox="{}">{}</svg>', *found)
    elif flavor.monogram:
        inner = format_html("<b>{}</b>", flavor.monogram)
    else:
        inner = icon("container")
    return format_html('<span class="{}" aria-hidden="true">{}</span>', classes, inner)


# Times ------------------------------------------------------------------------------------------------------------------


def in_words(moment: datetime, now: datetime) -> str:
    """
    Say how long ago a moment was: seconds, minutes, hours, days, and after a week the date.

    Both are aware; days are counted by the calendar of now's time zone. A moment that lies ahead, because two clocks
    differ, is just now.
    """
    seconds = int((now - moment).total_seconds())
    here = moment.astimezone(now.tzinfo)
    days = (now.date() - here.date()).days
    if seconds < 3600:
        return "Just now" if seconds < 1 else f"{seconds} s ago" if seconds < 60 else f"{seconds // 60} min ago"
    if days == 0 or seconds < 12 * 3600:
        hours = seconds // 3600
        return f"{hours} hour{'s' if hours > 1 else ''} ago"
    if days < 7:
        return "Yesterday" if days == 1 else f"{days} days ago"
    return day_in_words(here.date(), year=here.year != now.year)


NEAR = timedelta(hours=48)
"""From where on an end is told in hours, if more than its day is known."""


def until_in_words(end: date, today: date) -> str:
    """Say on which day something ends, or that it has ended."""
    days = (end - today).days
    match days:
        case 0:
            return "Ends today"
        case 1:
            return "Ends tomorrow"
        case -1:
            return "Ended yesterday"
    return f"In {days} days" if days > 0 else f"Ended {-days} days ago"


def until_moment_in_words(end: datetime, now: datetime) -> str:
    """Say when something ends, or that it has ended: within 48 hours in hours, else in days. Both are aware."""
    if abs(end - now) > NEAR:
        return until_in_words(end.astimezone(now.tzinfo).date(), now.date())
    minutes = int(abs(end - now).total_seconds()) // 60
    time = f"{minutes // 60} h" if minutes >= 60 else f"{minutes} min"
    if end > now:
        return f"In {time}" if minutes else "Ends now"
    return f"Ended {time} ago" if minutes else "Ended just now"


def end_in_words(end: datetime, now: datetime) -> str:
    """Write a moment at which something ends: its day, and within 48 hours its time of day too. Both are aware."""
    here = end.astimezone(now.tzinfo)
    return day_in_words(here.date()) + (f" at {here:%H:%M %Z}" if abs(end - now) <= NEAR else "")


def day_in_words(day: date, *, year: bool = True) -> str:
    """Write a date so that no reader takes the month for the day: 12 Nov 2026."""
    return f"{day.day} {day:%b}" + (f" {day.year}" if year else "")


def heading_of_day(day: date, today: date) -> str:
    """Write a day as a heading: "Today, 12 November", "Tuesday, 10 November", and the year where it is another."""
    days = (today - day).days
    name = {0: "Today", 1: "Yesterday"}.get(days, f"{day:%A}")
    return f"{name}, {day.day} {day:%B}" + (f" {day.year}" if day.year != today.year else "")


@register.filter
def ago(moment: datetime | None, place: str = "") -> str:
    """Say how long ago a moment was. `ago:"within"` is for the middle of a sentence, where "Yesterday" is "yesterday"."""
    if moment is None:
        return ""
    words = in_words(moment, timezone.localtime())
    return words[0].lower() + words[1:] if place == "within" else words


@register.filter
def until(end: date | None) -> str:
    """Say how far off an end is, of which a day or a moment is known."""
    if isinstance(end, datetime):
        return until_moment_in_words(end, timezone.localtime())
    return "" if end is None else until_in_words(end, timezone.localdate())


@register.filter
def end(moment: date | None) -> str:
    """Write an end, of which a day or a moment is known."""
    return end_in_words(moment, timezone.localtime()) if isinstance(moment, datetime) else day(moment)


@register.filter
def day(moment: date | None) -> str:
    if moment is None:
        return ""
    return day_in_words(timezone.localtime(moment).date() if isinstance(moment, datetime) else moment)


@register.filter
def day_heading(moment: date) -> str:
    return heading_of_day(moment, timezone.localdate())


@register.filter
def ms(milliseconds: int | None) -> str:
    """Write a duration: in milliseconds below one second, else in seconds."""
    if milliseconds is None:
        return ""
    return f"{milliseconds} ms" if milliseconds < 1000 else f"{milliseconds / 1000:.1f} s"


# People -----------------------------------------------------------------------------------------------------------------


@register.filter
def initials(name: Any) -> str:
    """Return the first letters of the first and the last word: "Mara Lindqvist" is ML."""
    words = str(name).split()
    return "".join(word[0] for word in (words if len(words) < 2 else [words[0], words[-1]])).upper()


@register.filter
def said(text: str) -> str:
    """Say what is kept in the reader's language."""
    return languages.said(text)


@register.filter
def device(user_agent: str) -> str:
    """Name what somebody uses: "Firefox on Linux"."""
    return devices.in_words(user_agent)


@register.filter
def who_can_help(team: Team) -> str:
    """Name up to three people who may change what a member may not: "Mara Lindqvist or Jonas Weber"."""
    staff = team.memberships.filter(role__in=[Role.OWNER, Role.ADMIN]).select_related("user").order_by("joined_at", "pk")
    names = [str(membership.user) for membership in staff[:3]]
    return " or ".join(filter(None, [", ".join(names[:-1]), names[-1] if names else ""]))
