"""Times in: RFC 3339 and what feeds really hold. Times out: RFC 3339 in UTC."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.timestamps import EXPECTED, format_time, is_day, parse_time, utc_day
from tests.unit.contract.making import modest, moments


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # The examples of RFC 3339, section 5.8.
        ("1985-04-12T23:20:50.52Z", "1985-04-12T23:20:50.520000Z"),
        ("1996-12-19T16:39:57-08:00", "1996-12-20T00:39:57Z"),
        ("1990-12-31T23:59:60Z", "1990-12-31T23:59:59Z"),
        ("1990-12-31T15:59:60-08:00", "1990-12-31T23:59:59Z"),
        ("1937-01-01T12:00:27.87+00:20", "1937-01-01T11:40:27.870000Z"),
        # Its liberties.
        ("2026-11-24t08:30:00z", "2026-11-24T08:30:00Z"),
        ("2026-11-24T08:30:00-00:00", "2026-11-24T08:30:00Z"),
        ("2026-11-24T08:30:00.123456789Z", "2026-11-24T08:30:00.123456Z"),
        ("2026-11-24T08:30:00.1Z", "2026-11-24T08:30:00.100000Z"),
        ("2026-11-24T23:59:59+23:59", "2026-11-24T00:00:59Z"),
        # What feeds and exports hold.
        ("2026-11-24", "2026-11-24T00:00:00Z"),
        (" 2026-11-24\n", "2026-11-24T00:00:00Z"),
        ("2026-11-24 08:30:00", "2026-11-24T08:30:00Z"),
        ("2026-11-24 08:30", "2026-11-24T08:30:00Z"),
        ("2026-11-24T08:30+0100", "2026-11-24T07:30:00Z"),
        ("2024-02-29", "2024-02-29T00:00:00Z"),
        # The ends of time.
        ("0001-01-01", "0001-01-01T00:00:00Z"),
        ("9999-12-31T23:59:59.999999Z", "9999-12-31T23:59:59.999999Z"),
    ],
)
def test_a_time_is_the_instant_in_utc(text: str, expected: str) -> None:
    moment = parse_time(text)
    assert format_time(moment) == expected
    assert moment.tzinfo is UTC


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            " ",
            "now",
            "yesterday",
            "24/11/2026",
            "Nov 24, 2026",
            "2026",
            "2026-11",
            "20261124",
            "2026-W48-2",
        ),
        *("1700000000", "08:30:00Z", "2026-11-24Z", "2026-11-24T", "2026-11-24T08Z", "2026-11-24T08:30:00.Z"),
        *("2026-11-24T8:30:00Z", "2026-11-24T08:30:00 CET", "2026-11-24T08:30:00+1", "2026-11-24  08:30:00"),
        *(
            "+2026-11-24",
            "-2026-11-24",
            "12026-11-24",
            "２０２６-11-24",
            "2026-11-24T08:30:00−08:00",
            "2026-11-24\0",
        ),
    ],
)
def test_garbage_is_refused_with_examples_of_what_is_not(text: str) -> None:
    with pytest.raises(ValueError) as caught:  # noqa: PT011 - compared whole
        parse_time(text)
    assert str(caught.value) == EXPECTED


@pytest.mark.parametrize(
    "text",
    [
        *("2026-02-29", "2026-13-01", "2026-00-10", "2026-11-31", "2026-11-00", "0000-01-01"),
        *("2026-11-24T24:00:00Z", "2026-11-24T08:60:00Z", "2026-11-24T08:30:61Z", "2026-11-24T08:30:99Z"),
        *("2026-11-24T08:30:00+24:00", "2026-11-24T08:30:00+00:60", "2026-11-24T08:30:00-99:99"),
        *("0001-01-01T00:00:00+00:01", "0001-01-01T13:59:59+14:00", "9999-12-31T23:59:59-00:01"),
    ],
)
def test_times_that_do_not_exist_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not a time that exists"):
        parse_time(text)


def test_an_endless_fraction_is_cut() -> None:
    assert parse_time(f"2026-11-24T08:30:00.{'9' * 100_000}Z").microsecond == 999_999


@modest
@given(moment=moments)
def test_what_is_formatted_is_parsed(moment: datetime) -> None:
    assert parse_time(format_time(moment)) == moment


@modest
@given(
    text=st.text() | st.from_regex(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)", fullmatch=True)
)
def test_any_text_is_a_time_or_a_value_error(text: str) -> None:
    try:
        moment = parse_time(text)
    except ValueError:
        return
    assert parse_time(format_time(moment)) == moment


zones = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))


@modest
@given(moment=st.datetimes(datetime(2, 1, 1), datetime(9998, 1, 1)), zone=zones)  # noqa: DTZ001 - the zone follows
def test_a_zone_does_not_move_the_instant_nor_its_day(moment: datetime, zone: timezone) -> None:
    there = moment.replace(tzinfo=UTC).astimezone(zone)
    assert format_time(there) == format_time(moment.replace(tzinfo=UTC))
    assert utc_day(there) == moment.date().isoformat()
    assert is_day(utc_day(there))


def test_a_day_is_the_date_in_utc_wherever_it_was_written() -> None:
    assert utc_day(parse_time("2026-11-24T23:30:00-05:00")) == "2026-11-25"
    assert utc_day(parse_time("0001-01-01")) == "0001-01-01"


@pytest.mark.parametrize(
    ("text", "good"),
    [
        ("2026-11-24", True),
        ("0001-01-01", True),
        ("2026-02-29", False),
        ("20261124", False),
        ("2026-W48-2", False),
        ("2026-11-24T00:00:00Z", False),
        ("２０２６-11-24", False),
        ("", False),
    ],
)
def test_a_day_is_written_in_one_way_only(text: str, good: bool) -> None:
    assert is_day(text) == good
