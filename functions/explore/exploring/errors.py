"""What keeps an answer from being given, named by what the reader can do about it."""


class Unreachable(Exception):
    """Firestore does not answer now. Looking again later is all there is to do."""


class Misconfigured(Unreachable):
    """Firestore answers, but an index, the database or a permission is missing: an operator must act."""


class NotThere(Exception):
    """There is no such page, entity, publication or article; says which."""


class BadQuestion(Exception):
    """The address asks for something that does not exist, such as a period of nine days; says what does."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(f"{field} {message}")
        self.field = field
        self.message = message
