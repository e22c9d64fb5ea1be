"""How to mend what is wrong with a dead letter, by where it failed. Pure."""

from typing import Final

from contract.names import ENTITIES_TOPIC
from namewire.letters.facts import UNDELIVERED, UNKNOWN, Facts

_REPLAY: Final = "namewire dead-letters replay {id}"
_DROP: Final = "namewire dead-letters drop {id}"
_SEND_AGAIN: Final = (
    f"Correct this at the source and send the article again (its id stays the same), then `{_DROP}`."
)
_ADVICE: Final = {
    "ner": "The recognizer failed on this text; the worker's log of that time has the error. With a mended "
    f"worker or another NAMEWIRE_MODEL, `{_REPLAY}`. Until then the letter is safe here for 31 days.",
    "language": "No pipeline is for its language. Add one to NAMEWIRE_MODELS, or set "
    f"NAMEWIRE_OTHER_LANGUAGES=default, restart the worker and `{_REPLAY}`; or declare another `language` at "
    f"the source, send it again and `{_DROP}`.",
    "link": "A defect of ours: the names were found, and linking them failed; the worker's log of that time "
    f"has `link.failed`. Report it; with a mended worker, `{_REPLAY}`.",
    "publish": "Pub/Sub refused the entities that were found. Shorten the article and send it again, or set "
    f"NAMEWIRE_MESSAGE_CONTENT=false for the worker and `{_REPLAY}`.",
    "process": "Processes died of it, or beside it. If the machine was short of memory or something else "
    f"killed them, mend that and `{_REPLAY}`. If it comes back, shorten the text at the source.",
    "store": "Firestore refused to store it, for the reason above. Mend that (rights, quota, a document that "
    f"was edited by hand), then `{_REPLAY}`.",
    UNDELIVERED: "No process finished it in so many deliveries: processes or machines died, or Firestore was "
    f"away for long. See that the worker runs (`namewire status`), then `{_REPLAY}`.",
    UNKNOWN: "Somebody published it to the dead-letter topic directly. If it belongs into the house, "
    f"`{_REPLAY}`; if not, `{_DROP}`.",
}
_NO_ENTITIES: Final = (
    "Workers do not write such messages; find out who else publishes to `entities`. "
    f"There is nothing to mend: send the article itself again, then `{_DROP}`."
)
_NEWER_SCHEMA: Final = (
    "A newer worker wrote it than the writer understands. Update the writer (and this command), "
    f"then `{_REPLAY}`."
)
_TOO_LONG: Final = (
    "Raise NAMEWIRE_MAX_CONTENT_CHARS where the worker runs and restart it, "
    f"then `{_REPLAY}`; or send a shorter text under the same id."
)
_CUT: Final = (
    "Its data was too large for a dead letter and was cut; it cannot be replayed. "
    f"Send the article again from the source, shorter, then `{_DROP}`."
)
_VALID_NOW: Final = f"By today's rules nothing is wrong with it any more: `{_REPLAY}`."


def advice(facts: Facts) -> str:
    """What to do about it, in a sentence or three."""
    return _choose(facts).format(id=facts.id)


def _choose(facts: Facts) -> str:
    if facts.cut_from is not None:
        return _CUT
    if facts.kind == UNKNOWN or (facts.kind != "decode" and not facts.problem):
        return _ADVICE.get(facts.kind, _ADVICE[UNKNOWN])
    if facts.topic == ENTITIES_TOPIC:
        return _entities(facts)
    if facts.problem:
        return _SEND_AGAIN
    return _TOO_LONG if "at most" in facts.reason else _VALID_NOW


def _entities(facts: Facts) -> str:
    if not facts.problem:
        return _VALID_NOW
    return _NEWER_SCHEMA if facts.field == "schema" and "newer" in facts.reason else _NO_ENTITIES
