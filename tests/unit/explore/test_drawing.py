"""Charts and clouds: what is drawn can be read, and stays where it was."""

import random
from dataclasses import replace
from datetime import date, timedelta

import pytest

from exploring.charts import ceiling, over_time, y_marks
from exploring.cloud import Cloud, cloud, text_width
from exploring.shapes import Leader


def days(count: int, *, first: str = "2026-01-01") -> list[tuple[str, int]]:
    start = date.fromisoformat(first)
    return [((start + timedelta(days=each)).isoformat(), each % 7 + 1) for each in range(count)]


@pytest.mark.parametrize(
    ("count", "unit"), [(1, "day"), (30, "day"), (92, "day"), (93, "week"), (600, "week"), (900, "month")]
)
def test_every_mention_is_in_a_bar(count: int, unit: str) -> None:
    chart = over_time(days(count))
    assert chart.unit == unit
    assert sum(bar.value for bar in chart.bars) == sum(number for _, number in days(count))
    assert all(bar.x >= 0 and bar.x + bar.width <= 100.01 and bar.height <= 100 for bar in chart.bars)


def test_days_without_mentions_are_seen() -> None:
    chart = over_time([("2026-11-01", 3), ("2026-11-04", 1)])
    assert [bar.value for bar in chart.bars] == [3, 0, 0, 1]
    assert chart.bars[0].title == "Sun 1 Nov 2026"


def test_a_date_from_the_year_one_makes_no_endless_chart() -> None:
    chart = over_time([("0001-01-01", 5), ("9999-12-31", 1)])
    assert len(chart.bars) <= 150
    assert chart.bars[-1].value == 1


@pytest.mark.parametrize("most", [0, 1, 3, 4, 5, 7, 11, 99, 100, 101, 1_234, 999_999])
def test_the_scale_has_whole_numbers_and_room_for_the_largest(most: int) -> None:
    top = ceiling(most)
    assert most <= top <= max(1, most * 2.5)
    marks = y_marks(top)
    assert marks[-1].text == f"{top:,}"
    assert all(float(mark.text.replace(",", "")).is_integer() for mark in marks)


def leaders(count: int) -> list[Leader]:
    made = random.Random(6)
    return [
        Leader(
            f"{number:024x}",
            f"Name{'x' * made.randrange(20)} {number}",
            "PERSON",
            1_000 // (number + 1) + 1,
            0,
            0,
            None,
            None,
        )
        for number in range(count)
    ]


def places(drawn: Cloud) -> dict[str, tuple[float, float]]:
    return {word.leader.id: (word.x, word.y) for word in drawn.words}


@pytest.mark.parametrize(("width", "height"), [(960, 420), (350, 520)])
def test_no_name_overlaps_another_or_leaves_the_cloud(width: int, height: int) -> None:
    words = cloud(leaders(48), width=width, height=height).words
    assert len(words) >= (40 if width > 600 else 30)
    boxes = [
        (
            word.x - word.width / 2,
            word.y - word.size * 0.75,
            word.x + word.width / 2,
            word.y + word.size * 0.22,
        )
        for word in words
    ]
    for index, one in enumerate(boxes):
        assert min(one[:2]) >= 0
        assert one[2] <= width
        assert one[3] <= height
        for other in boxes[index + 1 :]:
            assert one[0] >= other[2] or other[0] >= one[2] or one[1] >= other[3] or other[1] >= one[3]


def test_a_name_keeps_its_place() -> None:
    """Asked again, and when everybody is mentioned more; newcomers are small, and move few."""
    before = places(cloud(leaders(40), width=960, height=420))
    assert places(cloud(leaders(40), width=960, height=420)) == before
    grown = [replace(each, mentions=each.mentions * 3) for each in leaders(40)]
    assert places(cloud(grown, width=960, height=420)) == before
    newcomer = replace(leaders(1)[0], id="f" * 24, text="Newcomer", mentions=2)
    after = places(cloud([*grown, newcomer], width=960, height=420))
    assert len([name for name in before if after.get(name) != before[name]]) <= 4


def test_a_name_of_ten_thousand_letters_is_cut() -> None:
    giant = Leader("a" * 24, "x" * 10_000, "PERSON", 9, 0, 0, None, None)
    assert [len(word.text) for word in cloud([giant], width=960, height=420).words] == [28]


def test_wide_and_joined_characters_are_counted_as_they_are_seen() -> None:
    assert text_width("習近平", 10) == 30
    assert text_width("e\u0301", 10) == text_width("e", 10)
    assert cloud([], width=960, height=420).words == []
