"""The kinds of names: what they are called, and which colour each has everywhere."""

from dataclasses import dataclass
from typing import Final

from contract.entities import UNCOUNTED_LABELS


@dataclass(frozen=True, slots=True)
class Label:
    """A kind; `tone` names its colours in the style sheet."""

    name: str
    plural: str
    tone: str
    is_counted: bool = True


_KNOWN: Final = {
    label.name: label
    for label in (
        Label("PERSON", "People", "person"),
        Label("ORG", "Organisations", "org"),
        Label("GPE", "Countries and cities", "gpe"),
        Label("NORP", "Nationalities and groups", "norp"),
        Label("LOC", "Places", "loc"),
        Label("FAC", "Buildings and roads", "fac"),
        Label("EVENT", "Events", "event"),
        Label("PRODUCT", "Products", "product"),
        Label("WORK_OF_ART", "Works", "work"),
        Label("LAW", "Laws", "law"),
        Label("LANGUAGE", "Languages", "language"),
    )
}
KNOWN: Final = tuple(_KNOWN.values())


def label_of(name: str) -> Label:
    """What is known of a label; models may bring others, which share one colour."""
    if name in _KNOWN:
        return _KNOWN[name]
    if name in UNCOUNTED_LABELS:
        return Label(name, name.capitalize(), "plain", is_counted=False)
    return Label(name, name, "other")
