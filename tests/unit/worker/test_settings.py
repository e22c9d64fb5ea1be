"""Every setting has a default, takes what is valid, and names itself when it is wrong."""

import re
from typing import Any

import pytest

from contract import limits
from contract.entities import UNCOUNTED_LABELS
from worker.exits import CannotStart
from worker.settings import HELP, Settings, read_settings

PROJECT = "GOOGLE_CLOUD_PROJECT"
# variable, field, a valid text, its value
NUMBERS: list[tuple[str, str, str, Any]] = [
    ("NAMEWIRE_PROCESSES", "processes", "3", 3),
    ("NAMEWIRE_BATCH_WORDS", "batch_words", "1", 1),
    ("NAMEWIRE_BATCH_MESSAGES", "batch_messages", "1000", 1_000),
    ("NAMEWIRE_COMMIT_WRITES", "commit_writes", "2500", 2_500),
    ("NAMEWIRE_MAX_CONTENT_CHARS", "content_chars", "9500000", 9_500_000),
    ("NAMEWIRE_CHILD_MEGABYTES", "child_megabytes", "100", 100),
]
PAUSES: list[tuple[str, str, str, Any]] = [
    ("NAMEWIRE_BATCH_SECONDS", "batch_seconds", "0.5", 0.5),
    ("NAMEWIRE_COMMIT_SECONDS", "commit_seconds", "20", 20.0),
]
SECONDS = [*PAUSES, ("NAMEWIRE_STALL_SECONDS", "stall_seconds", "60", 60.0)]
TRUTHS = [("NAMEWIRE_MESSAGE_CONTENT", "message_content"), ("NAMEWIRE_STORE_CONTENT", "store_content")]
TEXTS: list[tuple[str, str, str, Any]] = [
    ("NAMEWIRE_MODEL", "model", "en_core_web_lg", "en_core_web_lg"),
    ("NAMEWIRE_MODELS", "models", "en=,De=/models/de", {"en": "", "de": "/models/de"}),
    ("NAMEWIRE_OTHER_LANGUAGES", "other_languages", "Dead", "dead"),
    ("NAMEWIRE_ENGINE", "engine", "Spacy", "spacy"),
    ("NAMEWIRE_RUN_DIR", "run_dir", "/run/namewire", "/run/namewire"),
    ("NAMEWIRE_LOG_LEVEL", "log_level", "WARNING", "warning"),
    ("NAMEWIRE_LOG_FORMAT", "log_format", "JSON", "json"),
    ("NAMEWIRE_UNCOUNTED_LABELS", "uncounted_labels", "DATE, TIME,", frozenset({"DATE", "TIME"})),
]
FIELDS = {variable: field for variable, field, *_ in [*NUMBERS, *SECONDS, *TRUTHS, *TEXTS]}


def read(**environment: str) -> Settings:
    return read_settings({PROJECT: "newsroom", **environment})


def test_only_the_project_has_to_be_set() -> None:
    settings = read()
    assert settings.project == "newsroom"
    assert settings.processes >= 1
    assert settings.model == ""
    assert settings.batch_words == 8_000
    assert settings.commit_writes == 500
    assert settings.content_chars == limits.CONTENT_CHARS
    assert settings.message_content
    assert settings.store_content
    assert settings.uncounted_labels == UNCOUNTED_LABELS
    assert settings.run_dir == ""
    assert settings.log_level == "info"


@pytest.mark.parametrize("environment", [{}, {PROJECT: ""}, {PROJECT: "  \n"}])
def test_without_a_project_nothing_starts(environment: dict[str, str]) -> None:
    with pytest.raises(CannotStart, match=f"{PROJECT} is not set. Set it to"):
        read_settings(environment)


@pytest.mark.parametrize(("variable", "field", "text", "value"), [*NUMBERS, *SECONDS, *TEXTS])
def test_a_valid_value_is_taken_also_with_space_around_it(
    variable: str, field: str, text: str, value: Any
) -> None:
    assert getattr(read(**{variable: text}), field) == value
    assert getattr(read(**{variable: f" {text}\n"}), field) == value


@pytest.mark.parametrize(
    ("variable", "field"), [item for item in FIELDS.items() if item[0] != "NAMEWIRE_UNCOUNTED_LABELS"]
)
@pytest.mark.parametrize("blank", ["", "  "])
def test_blank_counts_as_not_set(variable: str, field: str, blank: str) -> None:
    assert getattr(read(**{variable: blank}), field) == getattr(read(), field)


@pytest.mark.parametrize("blank", ["", " , "])
def test_blank_uncounted_labels_mean_that_every_label_counts(blank: str) -> None:
    assert read(NAMEWIRE_UNCOUNTED_LABELS=blank).uncounted_labels == frozenset()


@pytest.mark.parametrize(
    "text", ["0", "-1", "99999999999", "2.5", "many", "NaN", "inf", "1e3", "0x10", "true"]
)
@pytest.mark.parametrize("variable", [variable for variable, *_ in NUMBERS])
def test_a_number_out_of_its_range_or_no_whole_number_is_named(variable: str, text: str) -> None:
    with pytest.raises(
        CannotStart, match=f"{variable} is '{re.escape(text)}'; it must be a whole number from"
    ):
        read(**{variable: text})


@pytest.mark.parametrize("text", ["-0.1", "9999", "soon", "NaN", "-nan", "inf", "1s"])
@pytest.mark.parametrize("variable", [variable for variable, *_ in SECONDS])
def test_seconds_out_of_their_range_are_named(variable: str, text: str) -> None:
    with pytest.raises(
        CannotStart, match=f"{variable} is '{text}'; it must be a number of seconds from [01]"
    ):
        read(**{variable: text})


@pytest.mark.parametrize("variable", [variable for variable, *_ in PAUSES])
def test_zero_seconds_mean_no_waiting(variable: str) -> None:
    assert getattr(read(**{variable: "0"}), FIELDS[variable]) == 0.0


@pytest.mark.parametrize(("variable", "field"), TRUTHS)
@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0", False),
        ("false", False),
        ("No", False),
        ("OFF", False),
        ("1", True),
        ("True", True),
        ("yes", True),
    ],
)
def test_a_switch_takes_the_usual_words(variable: str, field: str, text: str, *, value: bool) -> None:
    assert getattr(read(**{variable: text}), field) is value


@pytest.mark.parametrize("variable", [variable for variable, _ in TRUTHS])
@pytest.mark.parametrize("text", ["2", "nope", "NaN", "null"])
def test_a_switch_refuses_other_words(variable: str, text: str) -> None:
    with pytest.raises(CannotStart, match=f"{variable} is '{text.lower()}'; it must be one of true, 1, yes"):
        read(**{variable: text})


@pytest.mark.parametrize("text", ["0", "false", "verbose"])
def test_an_unknown_log_level_is_named(text: str) -> None:
    with pytest.raises(CannotStart, match=f"NAMEWIRE_LOG_LEVEL is '{text}'; it must be one of debug"):
        read(NAMEWIRE_LOG_LEVEL=text)


def test_the_help_lists_every_variable_and_no_other() -> None:
    listed = set(re.findall(r"^[A-Z_]+|(?<=, )[A-Z_]+", HELP, flags=re.MULTILINE))
    assert listed - {"TIME", "MONEY", "OTEL_EXPORTER_OTLP_ENDPOINT"} == {
        PROJECT,
        "PUBSUB_EMULATOR_HOST",
        "FIRESTORE_EMULATOR_HOST",
        "OTEL_TRACES_EXPORTER",
        "OTEL_METRICS_EXPORTER",
        *FIELDS,
    }
