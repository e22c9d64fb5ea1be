"""The embedded pipeline: where it lies, known without loading it."""

from pathlib import Path

EMBEDDED: Path = Path(__file__).resolve().parent / "en_namewire_news"
