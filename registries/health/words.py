"""How a check writes what it counted: sizes, platforms, pulls that are left, the end of a login."""

from datetime import datetime, timedelta

from registries.distribution import Allowance, Manifest

NEAR = timedelta(hours=48)  # from where on the hour of an end counts
_WINDOWS = (("hour", 60 * 60), ("minute", 60), ("second", 1))


def measures(manifest: Manifest, *, with_digest: bool = True) -> str:
    """Write what an image is: `sha256:0123456789ab…, 1.9 GB, linux/amd64`."""
    digest = [short_digest(manifest.digest)] if with_digest else []
    if manifest.size_bytes is None:
        return ", ".join([*digest, *manifest.platforms])
    size = written_size(manifest.size_bytes)
    if not manifest.sized_for:
        return ", ".join([*digest, size, *manifest.platforms])
    return ", ".join(
        [*digest, *(f"{name} ({size})" if name == manifest.sized_for else name for name in manifest.platforms)]
    )


def short_digest(digest: str) -> str:
    """Write a digest by its algorithm and its first twelve digits."""
    return f"{digest[:19]}…"


def written_size(count: int) -> str:
    """Write a number of bytes as people do: `1.9 GB`."""
    size, unit = float(count), "bytes"
    for larger in ("kB", "MB", "GB"):
        if size < 1000:
            break
        size, unit = size / 1000, larger
    return f"{size:.0f} {unit}" if unit == "bytes" or size >= 100 else f"{size:.1f} {unit}"


def pulls_left(allowance: Allowance) -> str:
    """Say how many pulls are left: `76 of 100 pulls left in these 6 hours.`"""
    unit, seconds = next(window for window in _WINDOWS if allowance.window_seconds % window[1] == 0)
    count = allowance.window_seconds // seconds
    window = f"this {unit}" if count == 1 else f"these {count} {unit}s"
    return f"{allowance.left} of {allowance.limit} pulls left in {window}."


def sentences(*facts: str) -> str:
    """Put sentences in a row, without those that are blank."""
    return " ".join(filter(None, facts))


def end(ends_at: datetime, now: datetime) -> str:
    """Say when a login ends: the day, and where that is near the time of day too."""
    at = f" at {ends_at:%H:%M} UTC" if ends_at - now <= NEAR else ""
    return f"It ends on {ends_at.day} {ends_at:%b %Y}{at}."
