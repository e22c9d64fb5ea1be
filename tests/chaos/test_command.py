"""`namewire chaos` as a person runs it."""

import json
import os

import pytest

from tests.acceptance import console


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.usefixtures("firestore_emulator")  # skips where the emulators are missing
def test_the_command_says_its_seed_first_and_leaves_nothing_behind() -> None:
    before = set(console.descendants(os.getpid()))
    done = console.run("chaos", "--seed", "3", "--seconds", "5", "--articles", "60", "--json")
    assert done.returncode == 0, done.stderr
    first, *rest = done.stderr.splitlines()
    assert first == "Seed 3. To repeat: namewire chaos --seed 3 --seconds 5 --articles 60"
    assert "The attack is over; waiting until nothing moves any more." in rest
    report = json.loads(done.stdout)
    assert (report["seed"], report["clean"], report["articles"]) == (3, True, 60)
    assert (report["lost"], report["counted_twice"]) == (0, 0)
    assert console.survivors(list(set(console.descendants(os.getpid())) - before)) == []
