"""One article: what was found in it, and what of that was counted."""

from typing import Final

from contract.documents import counted_name
from contract.identity import is_article_id
from contract.names import ARTICLES
from exploring.errors import NotThere
from exploring.firestore import Reader
from exploring.shapes import Article, Mention

# What an article may lack.
_OPTIONAL: Final = ("title", "url", "authors", "language", "section", "published_at", "left_out")


def article(reader: Reader, name: str) -> Article:
    """Raises NotThere."""
    found = reader.get(ARTICLES, name) if is_article_id(name) else None
    if found is None:
        raise NotThere(
            "There is no such article here. It may still be on its way, or among the dead letters: "
            "`namewire article ID` tells."
        )
    fields = {**dict.fromkeys(_OPTIONAL), **found.fields}
    content = fields.pop("content", None)
    counted = dict(fields.pop("mentions", None) or {})
    mentions = []
    for entity in fields.pop("entities", None) or ():
        whom = counted_name(entity)
        place = (entity["text"], entity["label"], entity["start"], entity["end"])
        mentions.append(Mention(*place, whom.id, whom.form, whom.id in counted))
    mentions.sort(key=lambda each: (each.start, each.end))
    return Article(found.id, fields, content, mentions, counted)
