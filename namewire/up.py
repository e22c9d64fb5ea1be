"""`namewire up`: the whole house on this machine until it is told to stop."""

import shlex
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from namewire.errors import Interrupted

if TYPE_CHECKING:
    from emulator.house import House
    from emulator.run import Running
    from namewire.signals import Signals

_WATCH_SECONDS: Final = 0.3
_PORT: Final = "otherwise any free one."


def up(
    *,
    env_file: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write the settings that lead to the house there, for `. FILE`."),
    ] = None,
    port_publish: Annotated[
        int | None, typer.Option(min=1, max=65535, help=f"Port of the publish function; {_PORT}")
    ] = None,
    port_explore: Annotated[
        int | None, typer.Option(min=1, max=65535, help=f"Port of the explorer; {_PORT}")
    ] = None,
    port_pubsub: Annotated[
        int | None, typer.Option(min=1, max=65535, help=f"Port of the Pub/Sub emulator; {_PORT}")
    ] = None,
    port_firestore: Annotated[
        int | None, typer.Option(min=1, max=65535, help=f"Port of the Firestore emulator; {_PORT}")
    ] = None,
    port_metrics: Annotated[
        int | None, typer.Option(min=1, max=65535, help=f"Port of the metrics; {_PORT}")
    ] = None,
    project: Annotated[
        str, typer.Option(help="The project id that everything uses on the emulators.")
    ] = "namewire-local",
) -> None:
    """Run the whole house on this machine until Ctrl-C: emulators, functions, worker, writer, metrics.

    Several houses can run side by side.
    """
    from emulator.house import Ports
    from emulator.run import run_house
    from namewire import env_file as files
    from namewire.output import say
    from namewire.signals import Signals

    began = time.monotonic()
    ports = Ports(port_pubsub, port_firestore, port_publish, port_explore, port_metrics)
    with Signals() as signals, files.env_file(env_file) as file:
        try:
            say("Starting the house ...")
            with run_house(
                ports=ports,
                project=project,
                pause=signals.pause,
                announce=lambda name: say(f"  {name} is ready after {time.monotonic() - began:.1f} s"),
            ) as running:
                file.write(running.house.settings)
                _show(running.house, env_file, time.monotonic() - began)
                _watch(running, signals)
        except Interrupted:
            say("The house is down.")


def _watch(running: "Running", signals: "Signals") -> None:
    """Until a signal, or until a part ends. Raises Interrupted or CannotRun."""
    from namewire.output import say

    try:
        while True:
            running.stack.check()
            for name, line in running.stack.warnings():
                say(f"{name}: {line}")
            signals.pause(_WATCH_SECONDS)
    except Interrupted:
        say("Stopping: what is in hand is finished first. Once more to stop at once.")
        raise


def _show(house: "House", env_file: Path | None, seconds: float) -> None:
    from namewire.output import print_line

    lines = [
        f"Everything answers after {seconds:.1f} s.",
        "",
        f"  explorer            {house.explore_url}",
        f"  publish function    {house.publish_url}",
        f"  Pub/Sub emulator    {house.pubsub_host}",
        f"  Firestore emulator  {house.firestore_host}",
        f"  metrics             {house.metrics_url}",
        f"  logs                {house.run_dir}",
        "",
        "Send an article with curl:",
        "",
        f"  curl {house.publish_url} -H 'Content-Type: application/json' \\",
        """    -d '{"publication": "Daily Planet", "content": "Lois Lane met Angela Merkel in Paris."}'""",
        "",
        "or with gcloud:",
        "",
        *(f"  {line}" for line in _gcloud(house)),
        "",
    ]
    where = shlex.quote(str(env_file)) if env_file else None
    lines += (
        [f"In another shell `. {where}`, then `namewire submit`, `top`, `article`, `status`."]
        if where
        else ["With --env-file FILE, another shell can find the house: `namewire submit`, `top`, `status`."]
    )
    print_line("\n".join([*lines, "Ctrl-C stops the house."]))


def _gcloud(house: "House") -> list[str]:
    settings = [
        f"{name}={shlex.quote(value)} \\"
        for name, value in house.settings.items()
        if name.startswith("CLOUDSDK_")
    ]
    return [
        *settings,
        "gcloud pubsub topics publish articles --attribute=publication='Daily Planet' \\",
        "  --message='Lois Lane met Angela Merkel in Paris.'",
    ]
