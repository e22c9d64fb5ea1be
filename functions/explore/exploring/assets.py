"""Style sheet, scripts and icon, under names that hold a hash of the content: browsers keep them for ever."""

import gzip
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from typing import Final

_FOLDER: Final = "static"
_TYPES: Final = {
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "svg": "image/svg+xml",
}
_HASH_DIGITS: Final = 12
_FILES: Final = ("explorer.css", "explorer.js", "theme.js", "icon.svg", "vendor/htmx-4.0.1.min.js")


@dataclass(frozen=True, slots=True)
class Asset:
    """A file as it is sent."""

    path: str
    media_type: str
    data: bytes
    packed: bytes


def _load(name: str) -> Asset:
    data = resources.files("exploring").joinpath(_FOLDER, *name.split("/")).read_bytes()
    stem, _, kind = name.rpartition("/")[2].rpartition(".")
    digest = hashlib.sha256(data).hexdigest()[:_HASH_DIGITS]
    packed = gzip.compress(data, compresslevel=9, mtime=0)
    return Asset(f"/assets/{stem}.{digest}.{kind}", _TYPES[kind], data, packed)


_BY_NAME: Final[Mapping[str, Asset]] = {name.rpartition("/")[2]: _load(name) for name in _FILES}
BY_PATH: Final[Mapping[str, Asset]] = {asset.path: asset for asset in _BY_NAME.values()}


def asset_path(name: str) -> str:
    """Where a page finds the file; the htmx file goes by `htmx.js`, whatever its version."""
    return _BY_NAME[next(each for each in _BY_NAME if each == name or each.startswith(f"{name[:-3]}-"))].path
