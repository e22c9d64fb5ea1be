"""The different forms in an article: mentions with one label that are written the same."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from contract.entities import Entity
from worker.linking.folding import fold

Meaning = tuple[str, str | None]  # the entity's id, and the canonical form
ALONE: Final = -1


@dataclass(slots=True)
class Form:
    """One of them, how often it comes, and what becomes of it."""

    text: str
    found_as: str
    label: str
    first: int
    words: tuple[str, ...]
    times: int = 0
    number: int = ALONE  # among the names under its label
    meaning: Meaning = ("", None)
    meant: Callable[[int], Meaning] | None = None  # where it depends on the place what is meant


def forms_of(mentions: Sequence[Entity]) -> tuple[list[Form], Iterable[Form]]:
    """The form of each mention, and every form once, in the order of their first mentions."""
    known: dict[tuple[str, str], Form] = {}
    forms: list[Form] = []
    for place, mention in enumerate(mentions):
        key = (mention.label, mention.text)
        form = known.get(key)
        if form is None:
            form = known[key] = Form(mention.text, mention.label, mention.label, place, fold(mention.text))
        form.times += 1
        forms.append(form)
    return forms, known.values()
