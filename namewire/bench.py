"""`namewire bench`: how fast this machine finds names, the engine beside spaCy's own loop."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from namewire.errors import USAGE, Trouble

_PLOT_ENDINGS: Final = (".png", ".svg", ".pdf")
_NEWS_WORDS: Final = (300, 1000)


def bench(
    *,
    articles: Annotated[
        list[str] | None,
        typer.Option(
            metavar="PATH",
            help="Anything that `submit` takes; may be repeated. Otherwise the sample articles, which are "
            "few and short.",
        ),
    ] = None,
    limit: Annotated[int, typer.Option(min=1, help="Read at most so many, spread over all.")] = 200,
    min_words: Annotated[int, typer.Option(min=1, help="Leave out what is shorter.")] = _NEWS_WORDS[0],
    max_words: Annotated[int, typer.Option(min=1, help="Leave out what is longer.")] = _NEWS_WORDS[1],
    model: Annotated[
        str, typer.Option(help="spaCy package or folder of a pipeline; otherwise the embedded one.")
    ] = "",
    rounds: Annotated[int, typer.Option(min=1, help="The best of so many rounds counts.")] = 3,
    processes: Annotated[
        int, typer.Option(min=1, help="Also measure how the engine scales over so many cores.")
    ] = 1,
    plot: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Draw the result: .png, .svg or .pdf.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="The result as JSON.")] = False,
) -> None:
    """Measure how fast this machine finds names: the engine beside spaCy, in one run on one core.

    Words per second of `nlp.pipe` at its best batch size, of the same on OpenBLAS, and of the engine, cold
    and warm; whether all names are the same; what the arithmetic would allow; where the time goes. The
    machine should have nothing else to do. Nothing is sent anywhere.
    """
    _check(plot, processes, min_words, max_words)
    texts = _choose(articles, limit, min_words, max_words)
    result = _measure(texts, model=model, rounds=rounds, processes=processes)
    if plot is not None:
        from namewire.plot import plot_bench

        plot_bench(result, plot)
    _show(result, as_json=as_json)


def _check(plot: Path | None, processes: int, min_words: int, max_words: int) -> None:
    """Finds out before minutes are spent."""
    from worker.bench.cores import count_cores

    if min_words > max_words:
        raise Trouble(f"--min-words {min_words} is more than --max-words {max_words}.", exit_code=USAGE)
    if processes > count_cores():
        raise Trouble(f"--processes {processes}: this machine has {count_cores()} cores.", exit_code=USAGE)
    if plot is None:
        return
    if plot.suffix.lower() not in _PLOT_ENDINGS:
        raise Trouble(f"--plot {plot}: its name must end in {', '.join(_PLOT_ENDINGS)}.", exit_code=USAGE)
    from namewire.plot import need_library

    need_library()


def _choose(articles: list[str] | None, limit: int, low: int, high: int) -> list[str]:
    from namewire.output import say
    from namewire.reading.paths import Reader, find_files
    from namewire.samples import sample_articles
    from namewire.selection import Selection

    selection = Selection(limit, low, high)
    texts = selection.choose(Reader(find_files(articles or [sample_articles()])).items())
    if selection.unreadable:
        say(f"{selection.unreadable:,} places hold no article that could be read; they are left out.")
    if not texts:
        raise Trouble("There is no article to read.", exit_code=USAGE)
    if not low <= len(texts[0].split()) <= high:
        say(f"No article has {low:,} to {high:,} words; all lengths are taken.")
    return texts


def _measure(texts: list[str], *, model: str, rounds: int, processes: int) -> dict[str, Any]:
    from dataclasses import asdict

    from namewire.bars import CountBar
    from worker.bench.cores import take_core
    from worker.bench.scaling import scaling
    from worker.exits import CannotStart

    # On as many cores as there are, and before this process keeps to one.
    try:
        with CountBar("Measuring", None) as bar:
            scales = []
            if processes > 1:
                bar.show(0, f"1 to {processes} processes")
                scales = [asdict(scale) for scale in scaling(texts, model=model, most=processes)]
            take_core()
            from worker.bench.compare import compare, count_steps

            taken = iter(range(count_steps(rounds)))
            result = asdict(
                compare(
                    texts,
                    model=model,
                    rounds=rounds,
                    step=lambda what: bar.show(next(taken), what, total=count_steps(rounds)),
                )
            )
            bar.show(count_steps(rounds), "done")
    except CannotStart as error:
        raise Trouble(str(error)) from error
    return {**_rounded(result), **({"scaling": [_rounded(scale) for scale in scales]} if scales else {})}


def _rounded(figures: Mapping[str, Any]) -> dict[str, Any]:
    """No more digits than a measurement is worth."""

    def rounded(value: Any) -> Any:
        if not isinstance(value, float):
            return value
        return round(value) if value >= 1_000 else round(value, 3)

    return {name: rounded(value) for name, value in figures.items()}


def _show(result: Mapping[str, Any], *, as_json: bool) -> None:
    from namewire.output import cells, print_json, print_line, print_table, table

    if as_json:
        print_json(result)
        return
    stock = result["stock_words_per_s"]
    print_line(f"{result['model']}, {result['documents']:,} articles, {result['words']:,} words, on one core")
    made = table("", ("read by", "words/s", "times"), numbers=("words/s", "times"))
    for name, key in SPEEDS:
        made.add_row(*cells(name, result[key], f"{result[key] / stock:.1f}"))
    print_table(made)
    same, documents = result["identical_documents"], result["documents"]
    print_line(
        f"Names: the same in {same:,} of {documents:,} articles ({result['entities']:,} names by nlp.pipe)."
    )
    print_line(
        f"One article of {result['article_words']} words: {result['stock_article_ms']:.1f} ms by nlp.pipe, "
        f"{result['engine_article_ms']:.1f} ms by the engine."
    )
    print_line(f"To make the engine took {result['prepare_s']:.2f} s.")
    shares = ", ".join(f"{stage} {share:.0%}" for stage, share in result["stages"].items())
    print_line(f"The engine's time: {shares}; {result['share_of_limit']:.0%} of what the arithmetic allows.")
    for scale in result.get("scaling", ())[1:]:
        print_line(
            f"{scale['processes']} processes: {scale['engine_words_per_s']:,} words/s, "
            f"{scale['efficiency']:.0%} of perfect scaling."
        )


SPEEDS: Final = (
    ("nlp.pipe, as it comes", "stock_words_per_s"),
    ("nlp.pipe on OpenBLAS", "stock_openblas_words_per_s"),
    ("the engine, cold", "engine_cold_words_per_s"),
    ("the engine, warm", "engine_words_per_s"),
    ("the arithmetic alone", "limit_words_per_s"),
)
