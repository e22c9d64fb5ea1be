"""What is served besides pages: ours and a file from others, under names that hold their hash."""

import gzip
import hashlib
import re
from importlib import resources

import pytest

from exploring.assets import BY_PATH, asset_path

VENDOR = resources.files("exploring").joinpath("static", "vendor")


def test_the_file_from_others_is_the_one_that_was_looked_at() -> None:
    readme = VENDOR.joinpath("README.md").read_text()
    [name] = [path.name for path in VENDOR.iterdir() if path.name.endswith(".js")]
    assert f"`{name}`" in readme
    assert f"`{hashlib.sha256(VENDOR.joinpath(name).read_bytes()).hexdigest()}`" in readme
    assert VENDOR.joinpath("htmx-LICENSE.txt").is_file()


@pytest.mark.parametrize("path", BY_PATH)
def test_an_asset_asks_nobody_else_for_anything(path: str) -> None:
    text = BY_PATH[path].data.decode()
    known = ("http://www.w3.org/", "https://four.htmx.org", "https://htmx.org")
    assert [
        url
        for url in re.findall(r"(?:https?:)?//[a-z0-9.-]+\.[a-z]{2,}[^\s\"')]*", text)
        if not url.startswith(known)
    ] == []
    assert "sourceMappingURL" not in text
    assert "@import" not in text
    assert gzip.decompress(BY_PATH[path].packed) == BY_PATH[path].data


def test_the_name_of_an_asset_follows_its_content() -> None:
    path = asset_path("explorer.css")
    digest = hashlib.sha256(BY_PATH[path].data).hexdigest()
    assert path == f"/assets/explorer.{digest[:12]}.css"
    assert re.fullmatch(r"/assets/htmx-[\d.]+min\.[0-9a-f]{12}\.js", asset_path("htmx.js"))
