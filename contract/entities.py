"""Found entities, and the key under which mentions of one name are counted together."""

import hashlib
import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated, Final, NamedTuple

from pydantic import Field

from contract import limits

# Found and stored with their offsets, but nobody asks how often "three" was in the news.
UNCOUNTED_LABELS: Final = frozenset({"DATE", "TIME", "MONEY", "PERCENT", "QUANTITY", "CARDINAL", "ORDINAL"})

_POSSESSIVE = re.compile(r"(?:['\u2019\u02bc]s|(?<=s)['\u2019\u02bc])$")
_ID_DIGITS = 24
# Map keys may have 1,500 bytes; nobody reads a name of more than this.
_FORM_CHARS = 200
# Unicode normalisation takes quadratic time where thousands of combining marks follow one another.
_NAME_CHARS = 1_000
_REMEMBERED = 20_000


# Nobody changes one; freezing would make each take eight times as long, and an article has 35, made twice.
@dataclass(slots=True)
class Entity:
    """A mention: `content[start:end] == text`, in Unicode code points, end exclusive.

    Once linked, it says which entity it counts for, and that one's name in the article (`canonical`).
    `found_as` is the label that the recognizer gave, where the article's other mentions outvoted it.
    """

    text: Annotated[str, Field(min_length=1)]
    label: Annotated[str, Field(min_length=1, max_length=64)]
    start: Annotated[int, Field(ge=0, le=limits.BODY_BYTES)]
    end: Annotated[int, Field(ge=1, le=limits.BODY_BYTES)]
    entity_id: str | None = None
    canonical: Annotated[str | None, Field(min_length=1)] = None
    found_as: Annotated[str | None, Field(min_length=1, max_length=64)] = None

    @property
    def name(self) -> "Name":
        """What the mention counts as."""
        return name_of(self.canonical or self.text, self.label)


def collapse_spaces(text: str) -> str:
    """Runs of any white space become one space; none at the ends."""
    return " ".join(text.split())


def entity_key(text: str, label: str) -> str:
    """`LABEL:name`, the name casefolded and composed, without leading "the" and trailing possessive.

    What is too long for a name is told apart by a hash.
    """
    text = collapse_spaces(text)
    if len(text) > _NAME_CHARS:
        text = f"{text[:_FORM_CHARS]} {hashlib.sha256(text.encode()).hexdigest()}"
    name = unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold())
    bare = _POSSESSIVE.sub("", name.removeprefix("the ")).strip()
    return f"{label}:{bare or name}"


def entity_id(key: str) -> str:
    """The Firestore id: 96 bits of a SHA-256, the same in every process, never in sequence."""
    return hashlib.sha256(key.encode()).hexdigest()[:_ID_DIGITS]


class Name(NamedTuple):
    """What a mention counts as."""

    id: str
    label: str
    key: str
    form: str


def name_of(text: str, label: str) -> Name:
    """The name behind a mention. The news repeats its names, so that most answers are remembered."""
    return _remembered_name(text, label) if len(text) <= _FORM_CHARS else _name(text, label)


def surface_form(text: str) -> str:
    """A mention as people see it; also a valid Firestore map key."""
    form = collapse_spaces(text)[:_FORM_CHARS].strip()
    # Names of the form __x__ are reserved.
    if form.startswith("__") and form.endswith("__"):
        form = form.strip("_ ")
    return form or "_"


def _name(text: str, label: str) -> Name:
    key = entity_key(text, label)
    return Name(entity_id(key), label, key, surface_form(text))


_remembered_name = lru_cache(maxsize=_REMEMBERED)(_name)
