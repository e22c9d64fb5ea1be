"""What can become of a publish, named by what the sender of the article should do."""


class PublishError(Exception):
    """The article is not known to be in Pub/Sub."""


class Refused(PublishError):
    """Pub/Sub will never take this message; raised for a whole call when any message in it is bad."""


class Unavailable(PublishError):
    """Pub/Sub did not confirm in time; the message may still arrive. Sending again is right and safe."""


class Misplaced(Unavailable):
    """Pub/Sub answers, but the topic, the project or the permission is wrong: an operator must act."""
