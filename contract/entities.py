"""Found entities, and the key under which mentions of one name are counted together."""

import hashlib
import re
import unicodedata
from dataclasses import dataclass
from typing import Annotated, Final

from pydantic import Field

# Found and stored with their offsets, but nobody asks how often "three" was in the news.
UNCOUNTED_LABELS: Final = frozenset({"DATE", "TIME", "MONEY", "PERCENT", "QUANTITY", "CARDINAL", "ORDINAL"})

_POSSESSIVE = re.compile(r"(?:['\u2019\u02bc]s|(?<=s)['\u2019\u02bc])$")
_ID_DIGITS = 24


@dataclass(frozen=True, slots=True)
class Entity:
    """A mention: `content[start:end] == text`, in Unicode code points, end exclusive."""

    text: Annotated[str, Field(min_length=1)]
    label: Annotated[str, Field(min_length=1, max_length=64)]
    start: Annotated[int, Field(ge=0)]
    end: Annotated[int, Field(ge=1)]


def collapse_spaces(text: str) -> str:
    """Runs of any white space become one space; none at the ends."""
    return " ".join(text.split())


def entity_key(text: str, label: str) -> str:
    """`LABEL:name`, the name casefolded and composed, without leading "the" and trailing possessive."""
    name = collapse_spaces(unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold()))
    bare = _POSSESSIVE.sub("", name.removeprefix("the ")).strip()
    return f"{label}:{bare or name}"


def entity_id(key: str) -> str:
    """The Firestore id: 96 bits of a SHA-256, the same in every process, never in sequence."""
    return hashlib.sha256(key.encode()).hexdigest()[:_ID_DIGITS]
