"""The whole house from the first process to the last, with a folder for its logs in between."""

import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from emulator.census import census
from emulator.errors import CannotRun
from emulator.house import PROJECT, House, Ports, plan_house
from emulator.stack import Stack
from emulator.topology import read_topology


@dataclass(frozen=True, slots=True)
class Running:
    """A house in which everything answers."""

    house: House
    stack: Stack


@contextmanager
def run_house(
    *,
    ports: Ports | None = None,
    project: str = PROJECT,
    pause: Callable[[float], None] = time.sleep,
    announce: Callable[[str], None] = lambda name: None,
) -> Iterator[Running]:
    """Everything up; at the end everything down. Raises CannotRun, and then keeps the logs.

    `pause` is called between any two looks at the parts; what it raises ends the house. `announce` is
    told of each part when it is ready.
    """
    run_dir = Path(tempfile.mkdtemp(prefix="namewire-"))
    try:
        house = plan_house(run_dir, ports=ports, project=project)
        with (
            Stack(
                house.parts, run_dir=run_dir, environment=os.environ, pause=pause, announce=announce
            ) as stack,
            census(house.pubsub_host, project, run_dir, read_topology()),
        ):
            yield Running(house, stack)
    except CannotRun as error:
        if not any(run_dir.glob("*.log")):
            shutil.rmtree(run_dir, ignore_errors=True)
            raise
        raise CannotRun(f"{error}\nThe logs are in {run_dir}.", exit_code=error.exit_code) from error
    except BaseException:
        shutil.rmtree(run_dir, ignore_errors=True)
        raise
    shutil.rmtree(run_dir, ignore_errors=True)
