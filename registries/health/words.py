"""How a check writes what it counted: sizes, platforms, pulls that are left, the end of a login."""

from datetime import datetime, timedelta
from itertools import groupby

from console.sentences import Sentence, say, say_count
from registries.distribution import Allowance, Manifest

NEAR = timedelta(hours=48)  # from where on the hour of an end counts


def measures(manifest: Manifest, *, with_digest: bool = True) -> str:
    """Write what an image is: `sha256:0123456789ab…, 1.9 GB, linux/amd64`."""
    digest = [short_digest(manifest.digest)] if with_digest else []
    if manifest.size_bytes is None:
        return in_a_row(*digest, *manifest.platforms)
    size = written_size(manifest.size_bytes)
    if not manifest.sized_for:
        return in_a_row(*digest, size, *manifest.platforms)
    sized = say("{platform} ({size})", platform=manifest.sized_for, size=size)
    return in_a_row(*digest, *(sized if name == manifest.sized_for else name for name in manifest.platforms))


def in_a_row(*things: str) -> str:
    """Put things in a row with commas between them, without those that are blank."""
    row = ""
    # What is no sentence is put together first, since a registry may list hundreds of platforms.
    for said, some in groupby(filter(None, things), lambda thing: isinstance(thing, Sentence)):
        for thing in some if said else [", ".join(some)]:
            row = say("{first}, {next}", first=row, next=thing) if row else thing
    return row


def short_digest(digest: str) -> str:
    """Write a digest by its algorithm and its first twelve digits."""
    return f"{digest[:19]}…"


def written_size(count: int, *, brief: bool = False) -> str:
    """Write a number of bytes as people do: `1.9 GB`, and `2.0 GB`, or `2 GB` where it is to be brief."""
    size, unit = float(count), "bytes"
    for larger in ("kB", "MB", "GB"):
        if size < 1000:
            break
        size, unit = size / 1000, larger
    if unit == "bytes":
        return say("{count} bytes", count=count)
    number = round(size) if size >= 100 else round(size, 1)
    return say("{number} {unit}", number=int(number) if brief and number == int(number) else number, unit=unit)


def pulls_left(allowance: Allowance) -> str:
    """Say how many pulls are left: `76 of 100 pulls left in these 6 hours.`"""
    left, limit, seconds = allowance.left, allowance.limit, allowance.window_seconds
    if seconds % 3600 == 0:
        return say_count(
            "{left} of {limit} pulls left in this hour.", "{left} of {limit} pulls left in these {count} hours.",
            count=seconds // 3600, left=left, limit=limit,
        )  # fmt: skip
    if seconds % 60 == 0:
        return say_count(
            "{left} of {limit} pulls left in this minute.", "{left} of {limit} pulls left in these {count} minutes.",
            count=seconds // 60, left=left, limit=limit,
        )  # fmt: skip
    return say_count(
        "{left} of {limit} pulls left in this second.", "{left} of {limit} pulls left in these {count} seconds.",
        count=seconds, left=left, limit=limit,
    )  # fmt: skip


def end(ends_at: datetime, now: datetime) -> str:
    """Say when a login ends: the day, and where that is near the time of day too."""
    day = ends_at.date()
    if ends_at - now > NEAR:
        return say("It ends on {day}.", day=day)
    return say("It ends on {day} at {time} UTC.", day=day, time=f"{ends_at:%H:%M}")
