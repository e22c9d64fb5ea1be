"""What replaying a dead letter would come to, given what is stored. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from contract.documents import newer, reading_of
from contract.letters import FIRST, original_attributes
from contract.names import ARTICLES, ENTITIES_TOPIC
from contract.timestamps import format_time
from namewire.letters.facts import Facts
from namewire.review import Letter, Message


class Fate(StrEnum):
    """What becomes of a letter."""

    REPLAY = "replay"
    SETTLE = "settle"  # its article is stored by this very message: nothing is left to do
    DROP = "drop"
    LEAVE = "leave"


@dataclass(frozen=True, slots=True)
class Verdict:
    facts: Facts
    fate: Fate
    why: str = ""


def judge(facts: Facts, stored: Mapping[str, Any] | None, *, force: bool, as_new: bool) -> Verdict:
    """`stored` is the article's document, or at least what orders it among versions and readings."""
    if facts.cut_from is not None:
        why = f"only {facts.bytes:,} of its {facts.cut_from:,} bytes were kept; send the article again"
        return Verdict(facts, Fate.LEAVE, why)
    if facts.problem and not force:
        return Verdict(facts, Fate.LEAVE, f"would be refused again: {facts.problem}")
    if stored is None:
        return Verdict(facts, Fate.REPLAY)
    return _beside(stored, facts, as_new=as_new and facts.topic != ENTITIES_TOPIC)


def message_of(letter: Letter, facts: Facts, *, as_new: bool) -> Message:
    """The original, with the mark that keeps its place unless it is to count as new."""
    kept = original_attributes(letter.attributes)
    for name in FIRST:  # of an earlier replay; the origin knows it
        kept.pop(name, None)
    if as_new or not facts.dated or facts.topic == ENTITIES_TOPIC:
        return Message(letter.data, kept)
    return Message(letter.data, {**kept, **facts.origin.attributes()})


def _beside(stored: Mapping[str, Any], facts: Facts, *, as_new: bool) -> Verdict:
    """For an article that has a version in Firestore."""
    if facts.run is not None and not as_new:
        # The writer itself tells whether this reading is of the stored version: trying does no harm.
        if reading_of(stored) >= reading_of({"reprocessed_at": facts.run}):
            return Verdict(facts, Fate.SETTLE, f"{ARTICLES}/{facts.article_id} was read again since")
        return Verdict(facts, Fate.REPLAY)
    mine = {"confirmed_at": facts.origin.published_at, "confirmed_by": facts.origin.message_id}
    if facts.dated and all(stored.get(name) == value for name, value in mine.items()):
        return Verdict(facts, Fate.SETTLE, f"{ARTICLES}/{facts.article_id} is stored from this very message")
    if as_new or (facts.dated and newer(mine, stored)):
        return Verdict(facts, Fate.REPLAY)
    since = format_time(stored["confirmed_at"])
    if facts.topic == ENTITIES_TOPIC:
        return Verdict(facts, Fate.LEAVE, f"a later version, of {since}, is stored and would stay; drop it")
    if facts.dated:
        why = f"a later version, of {since}, is stored; drop it, or let it win with --as-new"
    else:
        why = f"a version of {since} is stored, and which is later is not known; --as-new lets this one win"
    return Verdict(facts, Fate.LEAVE, why)
