"""Every setting of the command, read from the environment in one place. A blank one counts as not set."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from namewire.errors import USAGE, Trouble

_UP = "Run `namewire up --env-file house.env` and then `. ./house.env` in this shell"


@dataclass(frozen=True, slots=True)
class Settings:
    """What the environment says; None is what it does not say."""

    project: str | None = None
    pubsub_emulator: str | None = None
    firestore_emulator: str | None = None
    publish_url: str | None = None
    api_key: str | None = field(default=None, repr=False)
    token: str | None = field(default=None, repr=False)
    run_dir: Path | None = None

    def need_project(self) -> str:
        """The project. Raises Trouble."""
        if self.project is None:
            raise Trouble(
                f"GOOGLE_CLOUD_PROJECT is not set. {_UP}, or set it to your project in Google Cloud.",
                exit_code=USAGE,
            )
        return self.project

    def need_publish_url(self, given: str | None) -> str:
        """The address given, or the one in the environment. Raises Trouble."""
        url = (given or "").strip() or self.publish_url
        if url is None:
            raise Trouble(
                "Where to send the articles is not known. "
                f"{_UP}, or set NAMEWIRE_PUBLISH_URL (or --url) to the address of the publish function.",
                exit_code=USAGE,
            )
        if not url.startswith(("http://", "https://")):
            raise Trouble(
                f"{url!r} is not an address; it has to start with http:// or https://.", exit_code=USAGE
            )
        if "@" in urlsplit(url).netloc:
            raise Trouble(
                "The address of the publish function holds a name or a password, which would be shown in "
                "messages. Take it out; keys go into NAMEWIRE_API_KEY, tokens into NAMEWIRE_TOKEN.",
                exit_code=USAGE,
            )
        return url


def read_settings(environment: Mapping[str, str] = os.environ) -> Settings:
    def text(name: str) -> str | None:
        return environment.get(name, "").strip() or None

    run_dir = text("NAMEWIRE_RUN_DIR")
    return Settings(
        project=text("GOOGLE_CLOUD_PROJECT"),
        pubsub_emulator=text("PUBSUB_EMULATOR_HOST"),
        firestore_emulator=text("FIRESTORE_EMULATOR_HOST"),
        publish_url=text("NAMEWIRE_PUBLISH_URL"),
        api_key=text("NAMEWIRE_API_KEY"),
        token=text("NAMEWIRE_TOKEN"),
        run_dir=Path(run_dir) if run_dir else None,
    )
