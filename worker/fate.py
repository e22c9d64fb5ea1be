"""Errors named by what happens next, whatever caused them."""


class TryLater(Exception):
    """The other side cannot now; the same call may succeed later."""


class Conflict(TryLater):
    """Someone else changed what we had read; read it again."""


class Never(Exception):
    """This very request will be refused however often it is made."""
