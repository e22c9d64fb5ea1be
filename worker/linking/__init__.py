"""One name for one person: links the mentions of an article. Pure: no I/O, no spaCy."""

from worker.linking.countries import country_names
from worker.linking.link import VERSION, link

__all__ = ["VERSION", "link", "prepare"]


def prepare() -> None:
    """Reads what takes a while to read, for everyone who forks afterwards."""
    country_names()
