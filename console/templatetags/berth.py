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
from django.utils.formats import date_format, number_format
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import get_text_list
from django.utils.translation import gettext, ngettext

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
        inner = format_html('<b translate="no">{}</b>', flavor.monogram)
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
        if seconds < 1:
            return gettext("Just now")
        few = seconds < 60
        return (
            gettext("{count} s ago").format(count=seconds)
            if few
            else gettext("{count} min ago").format(count=seconds // 60)
        )
    if days == 0 or seconds < 12 * 3600:
        hours = seconds // 3600
        return ngettext("{count} hour ago", "{count} hours ago", hours).format(count=hours)
    if days < 7:
        return (
            gettext("Yesterday") if days == 1 else ngettext("{count} day ago", "{count} days ago", days).format(count=days)
        )
    return day_in_words(here.date(), year=here.year != now.year)


NEAR = timedelta(hours=48)
"""From where on an end is told in hours, if more than its day is known."""


def until_in_words(end: date, today: date) -> str:
    """Say on which day something ends, or that it has ended."""
    days = (end - today).days
    match days:
        case 0:
            return gettext("Ends today")
        case 1:
            return gettext("Ends tomorrow")
        case -1:
            return gettext("Ended yesterday")
    if days > 0:
        return ngettext("In {count} day", "In {count} days", days).format(count=days)
    return ngettext("Ended {count} day ago", "Ended {count} days ago", -days).format(count=-days)


def until_moment_in_words(end: datetime, now: datetime) -> str:
    """Say when something ends, or that it has ended: within 48 hours in hours, else in days. Both are aware."""
    if abs(end - now) > NEAR:
        return until_in_words(end.astimezone(now.tzinfo).date(), now.date())
    minutes = int(abs(end - now).total_seconds()) // 60
    if not minutes:
        return gettext("Ends now") if end > now else gettext("Ended just now")
    if minutes >= 60:
        words = gettext("In {count} h") if end > now else gettext("Ended {count} h ago")
        return words.format(count=minutes // 60)
    words = gettext("In {count} min") if end > now else gettext("Ended {count} min ago")
    return words.format(count=minutes)


def end_in_words(end: datetime, now: datetime) -> str:
    """Write a moment at which something ends: its day, and within 48 hours its time of day too. Both are aware."""
    here = end.astimezone(now.tzinfo)
    day = languages.day(here.date())
    return gettext("{day} at {time}").format(day=day, time=f"{here:%H:%M %Z}") if abs(end - now) <= NEAR else day


def day_in_words(day: date, *, year: bool = True) -> str:
    """Write a date so that no reader takes the month for the day: 12 Nov 2026."""
    return languages.day(day, year=year)


def heading_of_day(day: date, today: date) -> str:
    """Write a day as a heading: "Today, 12 November", "Tuesday, 10 November", and the year where it is another."""
    days = (today - day).days
    name = gettext("Today") if days == 0 else gettext("Yesterday") if days == 1 else date_format(day, "l")
    words = gettext("{name}, {day} {month}") if day.year == today.year else gettext("{name}, {day} {month} {year}")
    return words.format(name=name, day=day.day, month=date_format(day, "F"), year=day.year)


@register.filter
def ago(moment: datetime | None, place: str = "") -> str:
    """Say how long ago a moment was. `ago:"within"` is for the middle of a sentence, where "Yesterday" is "yesterday"."""
    if moment is None:
        return ""
    words = in_words(moment, timezone.localtime())
    return words[0].lower() + words[1:] if place == "within" else words


@register.filter
def until(end: date | None, place: str = "") -> str:
    """Say how far off an end is, of which a day or a moment is known. `until:"within"` is as that of `ago`."""
    if end is None:
        return ""
    now = timezone.localtime()
    words = until_moment_in_words(end, now) if isinstance(end, datetime) else until_in_words(end, now.date())
    return words[0].lower() + words[1:] if place == "within" else words


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
    return f"{milliseconds} ms" if milliseconds < 1000 else f"{number_format(f'{milliseconds / 1000:.1f}')} s"


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
def when(moment: datetime | None) -> SafeString | str:
    """Write a moment to the minute, with its year where that is not the present one."""
    if moment is None:
        return ""
    here = timezone.localtime(moment)
    this_year = here.year == timezone.localtime().year
    words = f"{languages.day(here, year=False)}, {here:%H:%M}" if this_year else languages.minute(moment)
    return format_html('<time datetime="{}">{}</time>', here.isoformat(), words)


@register.filter
def device(user_agent: str) -> str:
    """Name what somebody uses: "Firefox on Linux"."""
    return devices.in_words(user_agent)


@register.filter
def who_can_help(team: Team) -> str:
    """Name up to three people who may change what a member may not: "Mara Lindqvist or Jonas Weber"."""
    staff = team.memberships.filter(role__in=[Role.OWNER, Role.ADMIN]).select_related("user").order_by("joined_at", "pk")
    names = [str(membership.user) for membership in staff[:3]]
    return get_text_list(names, gettext("or"))
