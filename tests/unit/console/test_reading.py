"""Whatever a file holds, each article in it is read, and each place that holds none is named."""

import gzip
import io
import json
from pathlib import Path

import pytest

from namewire.errors import Trouble
from namewire.reading.paths import Reader, find_files, first_items
from namewire.reading.records import Item, Record, Unreadable

NEWS = {"publication": "Daily Planet", "content": "Lois Lane met Zoë Müller."}


def read(*paths: Path, publication: str | None = None) -> list[Item]:
    return list(Reader(find_files([str(path) for path in paths]), publication=publication).items())


def fields(items: list[Item]) -> list[dict[str, object]]:
    return [dict(item.fields) for item in items if isinstance(item, Record)]


def problems(items: list[Item]) -> list[tuple[str, str]]:
    return [(item.place, item.message) for item in items if isinstance(item, Unreadable)]


@pytest.mark.parametrize("name", ["news.jsonl", "news.ndjson", "NEWS.JSONL", "news.jsonl.gz", "news.json"])
def test_json_lines_are_read_whatever_the_ending(tmp_path: Path, name: str) -> None:
    data = (json.dumps(NEWS) + "\n\n" + json.dumps({**NEWS, "unknown": 1}) + "\r\n").encode()
    path = tmp_path / name
    path.write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
    assert fields(read(path)) == [NEWS, NEWS]


@pytest.mark.parametrize("value", [NEWS, [NEWS]])
def test_json_is_one_article_or_an_array_of_them(tmp_path: Path, value: object) -> None:
    path = tmp_path / "news.json"
    path.write_text("\ufeff" + json.dumps(value, indent=2), encoding="utf-8")
    assert fields(read(path)) == [NEWS]


def test_a_broken_line_is_named_and_the_rest_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "news.jsonl"
    good = json.dumps(NEWS).encode()
    path.write_bytes(b"\n".join([good, b'{"content": ', b"[1]", b'{"content": "\xff"}', b"{} NaN", good]))
    items = read(path)
    assert fields(items) == [NEWS, NEWS]
    places = problems(items)
    assert [place for place, _ in places] == ["line 2", "line 3", "line 4", "line 5"]
    assert "not JSON" in places[0][1]
    assert "must be a JSON object" in places[1][1]
    assert "not valid UTF-8" in places[2][1]


def test_a_file_without_line_ends_does_not_fill_the_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("namewire.reading.json_files.LINE_BYTES", 100)
    path = tmp_path / "news.jsonl"
    path.write_bytes(b"x" * 1_000 + b"\n" + json.dumps(NEWS).encode())
    items = read(path)
    assert problems(items) == [("line 1", "is longer than 100 bytes")]
    assert fields(items) == [NEWS]


def test_the_header_of_all_the_news_works_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "news.csv"
    path.write_text(
        "date,year,month,day,author,title,article,url,section,publication\n"
        '2016-12-09 18:31:00,2016,12.0,9,Lee Drutman,A title,"First line,\n""second"" line",https://a/1,,Vox\n'
        "\n"
        "2016-12-10,2016,12.0,10,,Other,Text,,,Vox,surplus,cells\n",
        encoding="utf-8",
    )
    assert fields(read(path)) == [
        {
            "date": "2016-12-09 18:31:00",
            "author": "Lee Drutman",
            "title": "A title",
            "article": 'First line,\n"second" line',
            "url": "https://a/1",
            "publication": "Vox",
        },
        {"date": "2016-12-10", "title": "Other", "article": "Text", "publication": "Vox"},
    ]


def test_a_row_is_found_again_by_the_line_on_which_it_starts(tmp_path: Path) -> None:
    path = tmp_path / "news.csv"
    path.write_bytes(b'Content,Publication\n"a\nb",X\n\xff,X\nc,X\n')
    items = read(path)
    assert [item.place for item in items] == ["line 2", "line 4", "line 5"]
    assert problems(items) == [("line 4", "is not valid UTF-8; convert the file")]


def test_large_cells_are_read_and_endless_ones_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "news.csv"
    path.write_text(f"content,publication\n{'x' * 200_000},X\n", encoding="utf-8")
    assert len(str(fields(read(path))[0]["content"])) == 200_000
    monkeypatch.setattr("namewire.reading.csv_files._CELL_CHARS", 1_000)
    assert "field larger than field limit" in problems(read(path))[0][1]


def test_a_csv_without_a_column_for_the_text_is_refused_once(tmp_path: Path) -> None:
    path = tmp_path / "news.csv"
    path.write_text("name,publication\na,b\nc,d\n", encoding="utf-8")
    message = "has no column; the header needs content, text, body, maintext or article"
    assert problems(read(path)) == [("line 1", message)]


def test_an_empty_file_holds_nothing(tmp_path: Path) -> None:
    for name in ("a.csv", "a.jsonl"):
        (tmp_path / name).touch()
        assert read(tmp_path / name) == []
    (tmp_path / "a.json").touch()
    assert problems(read(tmp_path / "a.json"))[0][0] == "file"


def test_a_folder_of_texts_gives_titles_ids_and_the_publication(tmp_path: Path) -> None:
    folder = tmp_path / "Daily Planet"
    folder.mkdir()
    (folder / "b-2.txt").write_text("Second.", encoding="utf-8")
    (folder / "A day in Paris.txt").write_text("\ufeffFirst.\r\n", encoding="utf-8")
    (folder / "notes.pdf").touch()
    (folder / ".hidden.txt").touch()
    assert fields(read(folder)) == [
        {"content": "First.\r\n", "title": "A day in Paris", "publication": "Daily Planet"},
        {"content": "Second.", "title": "b-2", "id": "b-2", "publication": "Daily Planet"},
    ]
    assert fields(read(folder, publication="Bugle"))[0]["publication"] == "Bugle"


def test_the_publication_given_is_for_articles_that_name_none(tmp_path: Path) -> None:
    path = tmp_path / "news.jsonl"
    path.write_text('{"content": "a"}\n{"content": "b", "source": "X"}\n', encoding="utf-8")
    assert fields(read(path, publication="Bugle")) == [
        {"content": "a", "publication": "Bugle"},
        {"content": "b", "source": "X"},
    ]


@pytest.mark.parametrize("cut", [5, 200])
def test_a_broken_gzip_file_gives_what_can_be_read_and_then_says_so(tmp_path: Path, cut: int) -> None:
    lines = "".join(json.dumps({**NEWS, "id": f"n{number}"}) + "\n" for number in range(500))
    (tmp_path / "news.jsonl.gz").write_bytes(gzip.compress(lines.encode())[:-cut])
    (tmp_path / "other.jsonl").write_text(json.dumps(NEWS), encoding="utf-8")
    items = read(tmp_path / "news.jsonl.gz", tmp_path / "other.jsonl")
    assert "cannot be read any further" in problems(items)[0][1]
    assert fields(items)[-1] == NEWS


def test_something_else_called_gz_is_named(tmp_path: Path) -> None:
    path = tmp_path / "news.jsonl.gz"
    path.write_text(json.dumps(NEWS), encoding="utf-8")
    place, message = problems(read(path))[0]
    assert place == "after start"
    assert "gzip" in message


def test_a_limit_reads_no_further_than_needed(tmp_path: Path) -> None:
    path = tmp_path / "news.jsonl"
    path.write_text((json.dumps(NEWS) + "\n") * 5_000, encoding="utf-8")
    reader = Reader([path])
    assert len(list(first_items(reader.items(), 3))) == 3
    assert reader.bytes_read < path.stat().st_size


def test_progress_counts_the_bytes_of_all_files(tmp_path: Path) -> None:
    for name in ("a.jsonl", "b.jsonl"):
        (tmp_path / name).write_text((json.dumps(NEWS) + "\n") * 10, encoding="utf-8")
    reader = Reader(find_files([str(tmp_path)]))
    assert len(list(reader.items())) == 20
    assert reader.bytes_read == reader.total_bytes == 2 * (tmp_path / "a.jsonl").stat().st_size


def test_standard_input_is_json_lines() -> None:
    reader = Reader(find_files(["-"]), standard_input=io.BytesIO(json.dumps(NEWS).encode()))
    assert reader.total_bytes is None
    assert fields(list(reader.items())) == [NEWS]


def test_paths_that_cannot_be_read_are_named_before_anything_is_sent(tmp_path: Path) -> None:
    (tmp_path / "news.pdf").touch()
    for path, message in (
        (tmp_path / "no.csv", "does not exist"),
        (tmp_path / "news.pdf", "of no known kind"),
        (tmp_path, "holds no articles"),
    ):
        with pytest.raises(Trouble, match=message):
            find_files([str(path)])
