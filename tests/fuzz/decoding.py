"""What holds for any message on the wire, whoever published it: one input, every decoder.

An input is what a message is: attributes, one `name=value` a line, an empty line, and the data.
"""

from datetime import UTC, datetime
from typing import Final

from contract import limits
from contract.documents import article_document, bytes_at_most, contribution_of, document_bytes, names_of
from contract.errors import InvalidMessage
from contract.letters import dead_letter
from contract.messages import decode_entity_message
from contract.wire import article_attributes, decode_article, encode_article

_MOMENT: Final = datetime(2026, 11, 25, tzinfo=UTC)


def check_input(raw: bytes) -> None:
    """Raises what a decoder raised, unless that was InvalidMessage; AssertionError where a promise breaks."""
    attributes, data = split_input(raw)
    check_article(data, attributes)
    check_entities(data)


def split_input(raw: bytes) -> tuple[dict[str, str], bytes]:
    """Attributes and data; without an empty line everything is data."""
    head, gap, data = raw.partition(b"\n\n")
    if not gap:
        return {}, raw
    lines = head.decode("utf-8", "replace").split("\n")
    return dict(line.split("=", 1) for line in lines if "=" in line), data


def check_article(data: bytes, attributes: dict[str, str]) -> None:
    try:
        article = decode_article(data, attributes)
        again = encode_article(article)
    except InvalidMessage as error:
        _check_letter(data, attributes, error)
        return
    assert decode_article(again, article_attributes(article)) == article
    assert 0 < len(article.publication_key.encode()) <= limits.ATTRIBUTE_BYTES
    assert article.content.strip()


def check_entities(data: bytes) -> None:
    try:
        message = decode_entity_message(data)
    except InvalidMessage as error:
        _check_letter(data, {}, error)
        return
    assert decode_entity_message(message.encode()) == message
    document = article_document(message)
    assert document_bytes("articles/x", document) <= bytes_at_most(document) or "entities" not in document
    contribution_of(document)
    names_of(message)


def _check_letter(data: bytes, attributes: dict[str, str], error: InvalidMessage) -> None:
    """The reason can be sent to the dead letters."""
    assert error.errors
    assert all(complaint.field and complaint.message for complaint in error.errors)
    letter = dead_letter(
        data, attributes, error=error, stage="decode", source_message_id="1", failed_at=_MOMENT
    )
    assert len(letter.attributes) <= limits.ATTRIBUTES
    assert len(letter.attributes["reason"].encode()) <= limits.ATTRIBUTE_BYTES
