"""Where the parts lie in the repository."""

from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[1]
VM: Final = ROOT / "terraform" / "vm"
