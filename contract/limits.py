"""How large a part of an article may be. Only the length of the content is a setting."""

from typing import Final

CONTENT_CHARS: Final = 100_000
TITLE_CHARS: Final = 10_000
PUBLICATION_CHARS: Final = 300
URL_CHARS: Final = 4_096
AUTHOR_CHARS: Final = 500
AUTHORS: Final = 200
SECTION_CHARS: Final = 500

# Pub/Sub takes 10,000,000 bytes a request with all its framing and attributes.
MESSAGE_BYTES: Final = 9_500_000
BODY_BYTES: Final = 10_000_000
ATTRIBUTE_BYTES: Final = 1_024
ATTRIBUTE_KEY_BYTES: Final = 256
ATTRIBUTES: Final = 100
