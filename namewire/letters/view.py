"""How dead letters look: in a table, as a whole, as JSON."""

import base64
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from contract.letters import original_attributes
from contract.timestamps import format_time
from namewire.letters.advice import advice
from namewire.letters.facts import Facts
from namewire.output import cells, print_line, print_table, table, visible
from namewire.review import Letter

SHOWN: Final = 50
_REASON_CHARS: Final = 120
ID_CHARS: Final = 24
_ROW_BYTES: Final = 16
_SPANS: Final = ((86_400, "d"), (3_600, "h"), (60, "min"), (1, "s"))
_COLUMNS: Final = ("letter", "topic", "why", "article", "publication", "tries", "age")


def show_list(found: Sequence[Facts], now: datetime, *, limit: int) -> None:
    """The latest letters, and how many there are of each kind."""
    made = table("Dead letters", _COLUMNS, numbers=("tries", "age"))
    for facts in found[:limit]:
        why = short(f"{facts.kind}: {facts.reason}", _REASON_CHARS)
        article, publication = short(facts.article_id or "", ID_CHARS), short(facts.publication or "", 40)
        tries = "" if facts.attempts is None else facts.attempts
        made.add_row(*cells(facts.id, facts.topic, why, article, publication, tries, _age(facts, now)))
    print_table(made)
    if len(found) > limit:
        print_line(f"The latest {limit:,} of {len(found):,}; --limit N shows more, --json all.")
    kinds = Counter(facts.kind for facts in found)
    print_line("; ".join(f"{number:,} {visible(kind)}" for kind, number in kinds.most_common()))
    print_line("`namewire dead-letters show LETTER` has one as a whole, and how to mend it.")


def show_letter(letter: Letter, facts: Facts, now: datetime, *, most_chars: int | None) -> None:
    """Everything about one letter. Of its data at most so many characters."""
    rows = {
        "article": facts.article_id or "not known",
        "publication": facts.publication or "not known",
        "topic": facts.topic,
        "why": facts.reason,
        "where": _where(facts),
        "tries": "not known" if facts.attempts is None else facts.attempts,
        "dead since": f"{format_time(facts.dead_at)} ({_age(facts, now)})",
        "first published": format_time(facts.origin.published_at) if facts.dated else "not known",
        "as message": facts.origin.message_id,
        "by today's rules": facts.problem or "valid",
        **{
            f"attribute {name}": text for name, text in sorted(original_attributes(letter.attributes).items())
        },
    }
    made = table(f"Dead letter {facts.id}", ("what", "value"))
    for name, value in rows.items():
        made.add_row(*cells(name, value))
    print_table(made)
    print_line(f"How to mend it: {visible(advice(facts))}")
    print_line()
    _show_data(letter.data, most_chars)


def letter_json(letter: Letter, facts: Facts, now: datetime) -> dict[str, Any]:
    """The facts, the advice, and the whole message: as text, or in base64 where it is none."""
    return {
        **facts.as_json(now),
        "advice": advice(facts),
        "attributes": dict(letter.attributes),
        **_data_json(letter.data),
    }


def hex_lines(data: bytes) -> Iterator[str]:
    """Offset, bytes, and what of them is text."""
    for start in range(0, len(data), _ROW_BYTES):
        row = data[start : start + _ROW_BYTES]
        text = "".join(chr(byte) if 32 <= byte < 127 else "." for byte in row)
        yield f"{start:08x}  {row.hex(' '):<{3 * _ROW_BYTES}} {text}"


def short(text: str, most: int) -> str:
    """Cut to so many characters."""
    return text if len(text) <= most else f"{text[: most - 1]}…"


def _show_data(data: bytes, most: int | None) -> None:
    try:
        text = visible(data.decode(), keep="\n\t")
        print_line(f"The message, {len(data):,} bytes:")
    except UnicodeDecodeError:
        print_line(f"The message, {len(data):,} bytes, is no text in UTF-8:")
        row = len(next(hex_lines(b"x"))) + _ROW_BYTES
        text = "\n".join(hex_lines(data if most is None else data[: (most // row + 2) * _ROW_BYTES]))
    print_line(text[:most])
    if most is not None and len(text) > most:
        print_line("... --full shows all of it.")


def _data_json(data: bytes) -> Mapping[str, str]:
    try:
        return {"data": data.decode()}
    except UnicodeDecodeError:
        return {"data_base64": base64.b64encode(data).decode()}


def _where(facts: Facts) -> str:
    return f"{facts.kind}, {facts.field}" if facts.field else facts.kind


def _age(facts: Facts, now: datetime) -> str:
    seconds = max(0, round((now - facts.dead_at).total_seconds()))
    size, unit = next((span for span in _SPANS if seconds >= span[0]), _SPANS[-1])
    return f"{seconds // size} {unit}"
