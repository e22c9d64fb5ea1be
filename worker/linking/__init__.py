"""One name for one person: links the mentions of an article. Pure: no I/O, no spaCy."""

from worker.linking.link import VERSION, link

__all__ = ["VERSION", "link"]
