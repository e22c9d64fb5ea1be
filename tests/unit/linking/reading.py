"""What linking makes of a marked text."""

from tests.unit.linking.samples import marked
from worker.linking import link


def names(text: str) -> list[str | None]:
    """The canonical forms of a marked text's mentions."""
    article = marked(text)
    return [mention.canonical for mention in link(article.text, article.mentions)]


def labels(text: str) -> list[str]:
    article = marked(text)
    return [mention.label for mention in link(article.text, article.mentions)]
