"""Log lines on standard error: time, role, level, event. Never article text, environment or credentials."""

import logging
import sys
import time


def set_up_logging(level: str, *, name: str) -> None:
    formatter = logging.Formatter(
        f"%(asctime)sZ {name}[%(process)d] %(levelname)s %(message)s", "%Y-%m-%dT%H:%M:%S"
    )
    formatter.converter = time.gmtime
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
