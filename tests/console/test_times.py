"""Times as people say them."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from console.templatetags.berth import (
    end,
    end_in_words,
    heading_of_day,
    until,
    until_in_words,
    until_moment_in_words,
)

NOW = datetime(2026, 11, 20, 11, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("away", "words"),
    [
        (timedelta(days=74), "In 74 days"),
        (timedelta(hours=48, seconds=1), "In 2 days"),
        (timedelta(hours=48), "In 48 h"),
        (timedelta(hours=11, minutes=59), "In 11 h"),
        (timedelta(hours=1), "In 1 h"),
        (timedelta(minutes=59, seconds=59), "In 59 min"),
        (timedelta(seconds=59), "Ends now"),
        (timedelta(), "Ended just now"),
        (timedelta(seconds=-59), "Ended just now"),
        (timedelta(minutes=-1), "Ended 1 min ago"),
        (timedelta(hours=-3, minutes=-1), "Ended 3 h ago"),
        (timedelta(hours=-48), "Ended 48 h ago"),
        (timedelta(hours=-48, seconds=-1), "Ended 2 days ago"),
        (timedelta(days=-400), "Ended 400 days ago"),
    ],
)
def test_a_moment_that_is_near_is_told_in_hours(away: timedelta, words: str) -> None:
    assert until_moment_in_words(NOW + away, NOW) == words


@pytest.mark.parametrize(
    ("days", "words"),
    [(6, "In 6 days"), (1, "Ends tomorrow"), (0, "Ends today"), (-1, "Ended yesterday"), (-2, "Ended 2 days ago")],
)
def test_a_day_is_told_in_days(days: int, words: str) -> None:
    assert until_in_words(NOW.date() + timedelta(days=days), NOW.date()) == words


@pytest.mark.parametrize(
    ("day", "words"),
    [
        (date(2026, 11, 20), "Today, 20 November"),
        (date(2026, 11, 19), "Yesterday, 19 November"),
        (date(2026, 11, 18), "Wednesday, 18 November"),
        (date(2025, 11, 20), "Thursday, 20 November 2025"),
        (date(2026, 11, 21), "Saturday, 21 November"),
    ],
)
def test_a_day_is_a_heading(day: date, words: str) -> None:
    assert heading_of_day(day, NOW.date()) == words


def test_days_are_counted_by_the_calendar_of_the_reader() -> None:
    tokyo = timezone(timedelta(hours=9), "JST")
    late = datetime(2026, 11, 30, 16, tzinfo=UTC)  # On the next day in Tokyo.

    assert until_moment_in_words(late, NOW) == "In 10 days"
    assert until_moment_in_words(late, NOW.astimezone(tokyo)) == "In 11 days"
    assert end_in_words(late, NOW.astimezone(tokyo)) == "1 Dec 2026"


@pytest.mark.parametrize(
    ("moment", "words"),
    [
        (datetime(2026, 12, 3, 22, 30, tzinfo=UTC), "3 Dec 2026"),
        (datetime(2026, 11, 21, 22, 30, tzinfo=UTC), "21 Nov 2026 at 22:30 UTC"),
        (datetime(2026, 11, 20, 9, 5, tzinfo=UTC), "20 Nov 2026 at 09:05 UTC"),
        (datetime(2025, 1, 2, 22, 30, tzinfo=UTC), "2 Jan 2025"),
    ],
)
def test_an_end_that_is_near_is_written_with_its_time_of_day(moment: datetime, words: str) -> None:
    assert end_in_words(moment, NOW) == words


def test_an_end_is_a_day_or_a_moment_or_nothing() -> None:
    far = date(2126, 1, 25)

    assert (until(None), end(None)) == ("", "")
    assert until(far).startswith("In ")
    assert end(far) == end(datetime(2126, 1, 25, 22, tzinfo=UTC)) == "25 Jan 2126"
