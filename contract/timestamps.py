"""Times on the wire: RFC 3339 in UTC out; RFC 3339, its common relaxations, or a plain date in."""

import re
from datetime import UTC, date, datetime, timedelta, timezone

_DATE = r"(?P<year>\d{4})-(?P<month>\d{2})-(?P<day>\d{2})"
_TIME = r"(?P<hour>\d{2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:\.(?P<fraction>\d+))?)?"
_OFFSET = r"(?P<offset>[Zz]|[+-]\d{2}:?\d{2})"
_RFC3339 = re.compile(rf"{_DATE}(?:[Tt ]{_TIME}{_OFFSET}?)?", re.ASCII)

EXPECTED = "must be an RFC 3339 time such as 2026-11-24T08:30:00Z, or a date such as 2026-11-24"


def parse_time(text: str) -> datetime:
    """The instant in UTC; a missing offset means UTC, a missing time midnight. Raises ValueError.

    The relaxations (a space for the T, no seconds, no offset) are what feeds and exports really hold.
    """
    match = _RFC3339.fullmatch(text.strip())
    if match is None:
        raise ValueError(EXPECTED)
    part = match.groupdict()
    # A leap second is a valid RFC 3339 time that datetime cannot hold.
    second = min(int(part["second"] or 0), 59) if part["second"] == "60" else int(part["second"] or 0)
    try:
        local = datetime(
            int(part["year"]),
            int(part["month"]),
            int(part["day"]),
            int(part["hour"] or 0),
            int(part["minute"] or 0),
            second,
            int((part["fraction"] or "0")[:6].ljust(6, "0")),
            tzinfo=_zone(part["offset"]),
        )
        return local.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise ValueError(f"is not a time that exists ({error}); it {EXPECTED}") from error


def format_time(moment: datetime) -> str:
    """RFC 3339 in UTC with a Z, as short as the precision allows."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def utc_day(moment: datetime) -> str:
    """The UTC date as `YYYY-MM-DD`, the key of the `days` maps."""
    return moment.astimezone(UTC).date().isoformat()


def is_day(text: str) -> bool:
    """Whether the text is a key of the `days` maps."""
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _zone(offset: str | None) -> timezone:
    if offset is None or offset in "Zz":
        return UTC
    hours, minutes = int(offset[1:3]), int(offset[-2:])
    if hours > 23 or minutes > 59:
        raise ValueError("the offset is out of range")
    span = timedelta(hours=hours, minutes=minutes)
    return timezone(-span if offset[0] == "-" else span)
