"""Settings: blank is absent, wrong is said, nothing is guessed."""

import pytest

from contract import limits
from publishing.settings import SettingsError, read_settings

PROJECT = {"GOOGLE_CLOUD_PROJECT": "demo-project"}


def test_a_project_is_all_it_takes() -> None:
    settings = read_settings(PROJECT)
    assert settings.project == "demo-project"
    assert settings.emulator is None
    assert settings.content_chars == limits.CONTENT_CHARS
    assert settings.publish_timeout == 10.0
    assert settings.api_keys == ()


@pytest.mark.parametrize("environ", [{}, {"GOOGLE_CLOUD_PROJECT": "  "}, {"GOOGLE_CLOUD_PROJECT": "a/b"}])
def test_without_a_project_it_says_what_to_set(environ: dict[str, str]) -> None:
    with pytest.raises(SettingsError, match="GOOGLE_CLOUD_PROJECT"):
        read_settings(environ)


@pytest.mark.parametrize(
    "name",
    ["NAMEWIRE_MAX_CONTENT_CHARS", "NAMEWIRE_PUBLISH_TIMEOUT", "NAMEWIRE_API_KEYS", "PUBSUB_EMULATOR_HOST"],
)
def test_blank_counts_as_not_set(name: str) -> None:
    assert read_settings({**PROJECT, name: "  "}) == read_settings(PROJECT)


def test_values_are_taken_over() -> None:
    settings = read_settings(
        {
            **PROJECT,
            "NAMEWIRE_MAX_CONTENT_CHARS": " 500 ",
            "NAMEWIRE_PUBLISH_TIMEOUT": "2.5",
            "NAMEWIRE_API_KEYS": "one, two,,",
            "PUBSUB_EMULATOR_HOST": "localhost:8085",
        }
    )
    assert settings.content_chars == 500
    assert settings.publish_timeout == 2.5
    assert settings.api_keys == ("one", "two")
    assert settings.emulator == "localhost:8085"


@pytest.mark.parametrize("text", ["0", "-1", "false", "1.5", "٣", "1e3", "9" * 5_000, "99999999"])
def test_a_content_limit_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(SettingsError, match="NAMEWIRE_MAX_CONTENT_CHARS"):
        read_settings({**PROJECT, "NAMEWIRE_MAX_CONTENT_CHARS": text})


@pytest.mark.parametrize("text", ["0", "-1", "no", "nan", "inf", "301", "10s"])
def test_a_timeout_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(SettingsError, match="NAMEWIRE_PUBLISH_TIMEOUT"):
        read_settings({**PROJECT, "NAMEWIRE_PUBLISH_TIMEOUT": text})


def test_keys_of_commas_only_do_not_leave_the_door_open() -> None:
    with pytest.raises(SettingsError, match="NAMEWIRE_API_KEYS"):
        read_settings({**PROJECT, "NAMEWIRE_API_KEYS": " , ,"})


def test_keys_are_not_shown() -> None:
    assert "hush" not in repr(read_settings({**PROJECT, "NAMEWIRE_API_KEYS": "hush"}))
