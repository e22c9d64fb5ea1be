"""Where the sample articles are."""

from pathlib import Path

from namewire.errors import Trouble


def sample_articles() -> str:
    """Their file. Raises Trouble when it is missing."""
    import emulator

    path = Path(str(emulator.__file__)).parent / "samples" / "articles.jsonl"
    if not path.is_file():
        raise Trouble(f"The sample articles are missing; they should be at {path}. Use --articles PATH.")
    return str(path)
