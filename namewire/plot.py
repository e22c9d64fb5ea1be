"""Draws what was measured; the only module that knows the drawing library."""

from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from namewire.bench import SPEEDS
from namewire.errors import USAGE, Trouble


def need_library() -> None:
    """Raises Trouble, saying what to install. Does not load it: with it would come numpy, too early."""
    if find_spec("matplotlib") is None:
        raise Trouble("--plot needs matplotlib: pip install 'namewire[plot]'.", exit_code=USAGE)


def plot_bench(result: Mapping[str, Any], file: Path) -> None:
    """Words per second of each way of reading, and, where it was measured, over the cores. Raises Trouble."""
    from matplotlib.figure import Figure

    scales = result.get("scaling", [])
    figure = Figure(figsize=(11 if scales else 7, 3.6), layout="constrained")
    axes = figure.subplots(1, 2 if scales else 1, squeeze=False)[0]
    names, values = [name for name, _ in SPEEDS], [result[key] for _, key in SPEEDS]
    bars = axes[0].barh(names, values, color=["0.6", "0.6", "tab:blue", "tab:blue", "0.85"])
    axes[0].bar_label(bars, fmt="{:,.0f}", padding=4)
    axes[0].invert_yaxis()
    axes[0].margins(x=0.18)
    axes[0].set(title=f"{result['model']}, one core", xlabel="words per second")
    if scales:
        counts = [scale["processes"] for scale in scales]
        speeds = [scale["engine_words_per_s"] for scale in scales]
        axes[1].plot(counts, speeds, "o-", label="measured")
        axes[1].plot(counts, [speeds[0] * count for count in counts], "--", color="0.6", label="perfect")
        axes[1].set(title="The engine over the cores", xlabel="processes", ylabel="words per second", ylim=0)
        axes[1].set_xticks(counts)
        axes[1].legend()
    try:
        figure.savefig(file)
    except OSError as error:
        raise Trouble(f"{file} cannot be written: {error.strerror or error}.") from error
