"""Pieces of articles: sentences around mentions, marked names, addresses that may be followed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exploring.highlights import PART_CHARS, part_of
from exploring.quoting import quote
from exploring.rendering import make_environment, visible, web_address
from exploring.shapes import Mention


def mention(content: str, text: str, *, label: str = "PERSON", after: int = 0) -> Mention:
    start = content.index(text, after)
    return Mention(text, label, start, start + len(text), "0" * 24, text, is_counted=True)


@pytest.mark.parametrize(
    ("content", "before", "after"),
    [
        ("One. Then Ada left! Two.", "Then ", " left!"),
        ("Ada", "", ""),
        ("A title\nAda left\nmore", "", " left"),
        ("他来了。Ada走了。再见", "", "走了。"),
        ("Dr. Ada", "", ""),
    ],
)
def test_the_sentence_around_a_mention(content: str, before: str, after: str) -> None:
    start = content.index("Ada")
    found = quote(content, start, start + 3)
    assert (found.before, found.mention, found.after) == (before, "Ada", after)


@given(st.text(max_size=600), st.integers(0, 600), st.integers(1, 600))
def test_a_quote_is_short_whatever_the_text(content: str, start: int, length: int) -> None:
    found = quote(content, min(start, len(content)), min(start + length, len(content)))
    assert len(found.before) <= 142
    assert len(found.mention) <= 202
    assert len(found.after) <= 182


def test_the_pieces_together_are_the_text() -> None:
    content = "Ada met Bo.\n<b>Ada</b> left Bo & Co."
    mentions = [mention(content, "Ada"), mention(content, "Bo"), mention(content, "Bo & Co")]
    part = part_of(content, mentions, 1)
    assert "".join(piece.text for piece in part.pieces) == content
    assert [piece.text for piece in part.pieces if piece.mention] == ["Ada", "Bo", "Bo & Co"]


def test_of_mentions_that_overlap_the_first_is_marked_and_wrong_ones_are_not() -> None:
    content = "Bo & Co left"
    wrong = Mention("Ada", "PERSON", 0, 3, "0" * 24, "Ada", is_counted=True)
    outside = Mention("Zed", "PERSON", 900, 903, "0" * 24, "Zed", is_counted=True)
    part = part_of(content, [mention(content, "Bo & Co"), mention(content, "Co"), wrong, outside], 1)
    assert [piece.text for piece in part.pieces if piece.mention] == ["Bo & Co"]
    assert "".join(piece.text for piece in part.pieces) == content


@given(st.lists(st.sampled_from(["Ada ", "x" * 700, "\n", "word "]), max_size=200), st.integers(0, 9))
def test_the_parts_of_a_long_text_are_the_text(words: list[str], number: int) -> None:
    content = "".join(words) * (PART_CHARS // 2_000)
    mentions = []
    place = content.find("Ada ")
    while place >= 0:
        mentions.append(Mention("Ada", "PERSON", place, place + 3, "0" * 24, "Ada", is_counted=True))
        place = content.find("Ada ", place + 1)
    first = part_of(content, mentions, 1)
    parts = [part_of(content, mentions, each + 1) for each in range(first.count)]
    assert "".join(piece.text for part in parts for piece in part.pieces) == content
    assert sum(piece.mention is not None for part in parts for piece in part.pieces) == len(mentions)
    assert part_of(content, mentions, first.count + number).number == first.count or number == 0


@pytest.mark.parametrize(
    ("url", "is_followed"),
    [
        ("https://example.com/a?b=c#d", True),
        ("HTTP://example.com", True),
        ("javascript:alert(1)", False),
        ("JaVaScRiPt:alert(1)", False),
        ("java\nscript:alert(1)", False),
        (" javascript:alert(1)", False),
        ("data:text/html,<script>", False),
        ("//example.com", False),
        ("https:", False),
        ("http://[", False),
        ("vbscript:x", False),
        (None, False),
        (7, False),
    ],
)
def test_only_addresses_of_the_web_are_followed(url: object, is_followed: bool) -> None:
    assert (web_address(url) is not None) == is_followed


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("Ada", "Ada"),
        ("\u200d", "U+200D"),
        ("\u200d \u0301", "U+200D U+0020 U+0301"),
        ("👩‍🚀", "👩‍🚀"),
        ("", "–"),
    ],
)
def test_what_cannot_be_seen_is_named(text: str, seen: str) -> None:
    """A link without a text cannot be followed."""
    assert visible(text) == seen


def test_every_template_escapes() -> None:
    environment = make_environment()
    assert environment.autoescape is True
    for name in environment.list_templates():
        source = environment.loader.get_source(environment, name)[0]  # type: ignore[union-attr]
        for way_out in ("|safe", "| safe", "Markup", "autoescape"):
            assert way_out not in source, name
        # The policy would stop these; they would be a mistake all the same.
        for inline in (" style=", " onclick=", "<style", "javascript:", "hx-on"):
            assert inline not in source, name
