"""WCAG 2.2 AA in both themes: what is read has a contrast of 4.5, what is only seen one of 3."""

import re
from importlib import resources
from typing import Final

import pytest

from exploring.labels import KNOWN, label_of

CSS: Final = resources.files("exploring").joinpath("static", "explorer.css").read_text()
COLOURS: Final = {
    name: (light, dark)
    for name, light, dark in re.findall(r"--([\w-]+): light-dark\((#\w{6}), (#\w{6})\)", CSS)
}
TONES: Final = sorted({label.tone for label in KNOWN} | {"other", "plain"})


def luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str, theme: int) -> float:
    values = sorted(luminance(COLOURS[name][theme]) for name in (one, other))
    return (values[1] + 0.05) / (values[0] + 0.05)


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize("tone", TONES)
def test_a_label_can_be_read_and_its_bars_be_seen(tone: str, theme: int) -> None:
    assert contrast(f"{tone}-ink", "paper", theme) >= 4.5
    assert contrast(f"{tone}-ink", "raised", theme) >= 4.5
    assert contrast(f"{tone}-ink", f"{tone}-wash", theme) >= 4.5
    assert contrast("text", f"{tone}-wash", theme) >= 7
    assert contrast(f"{tone}-bar", "paper", theme) >= 3


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
def test_the_page_itself_can_be_read(theme: int) -> None:
    for ground in ("paper", "raised"):
        assert contrast("text", ground, theme) >= 7
        assert contrast("soft", ground, theme) >= 4.5
        assert contrast("accent", ground, theme) >= 4.5
        assert contrast("edge", ground, theme) >= 3
    assert contrast("text", "mark", theme) >= 7
    assert contrast("text", "rule", theme) >= 7


def test_labels_are_told_apart_and_others_share_a_colour() -> None:
    assert len({label.tone for label in KNOWN}) == len(KNOWN)
    assert len({COLOURS[f"{label.tone}-bar"] for label in KNOWN}) == len(KNOWN)
    assert label_of("GENE").tone == "other"
    assert not label_of("DATE").is_counted


def test_every_colour_is_one_of_these() -> None:
    """A colour written into a rule would be looked at by nobody."""
    rules = CSS[CSS.index("* { box-sizing") :]
    assert re.findall(r"#[0-9a-fA-F]{3,8}\b(?=[^{]*})", rules) == []
