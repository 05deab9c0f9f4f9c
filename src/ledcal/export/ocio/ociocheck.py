"""A config through OpenColorIO's own checker, where it is installed."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from ledcal.errors import ExportError
from ledcal.export._ocio import opencolorio

_TOOL = "ociocheck"
_LONGEST_S = 120


def check_by_tool(config: Path) -> str | None:
    """Run ``ociocheck`` on a config: it builds all that is in it, a missing table among it.

    Parameters
    ----------
    config : Path
        The file.

    Returns
    -------
    str or None
        The tool with its version; None where there is none, or it will not start.

    Raises
    ------
    ExportError
        If it finds an error.
    """
    tool = find_tool()
    if tool is None:
        return None
    # What the user has set for a host (OCIO, OCIO_ACTIVE_DISPLAYS, ...) is not for this config.
    clean = {key: value for key, value in os.environ.items() if not key.startswith("OCIO")}
    try:
        done = subprocess.run(
            [tool, "--iconfig", str(config)],
            env=clean,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=_LONGEST_S,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    said = [" ".join(line.split()) for line in (done.stdout + "\n" + done.stderr).splitlines()]
    errors = [line for line in said if line.startswith("ERROR")]
    if done.returncode == 0 and "Tests complete." in said and not errors:
        version = [line.split()[-1] for line in said if "Library Version:" in line]
        return " ".join([_TOOL, *version[:1]])
    if not errors and not any(line.startswith("Loading") for line in said):
        # It never came to the config: no interpreter, no library.
        return None
    reason = errors[0] if errors else f"it ended with {done.returncode}"
    raise ExportError(f"{config.name}: {_TOOL}: {reason}; it was not kept; please report it")


def find_tool() -> str | None:
    """The ociocheck of our OpenColorIO, or one beside the interpreter, or on the PATH."""
    beside = [Path(opencolorio().__file__).parent / "bin", Path(sys.executable).parent]
    for folder in beside:
        found = shutil.which(_TOOL, path=str(folder))
        if found:
            return found
    return shutil.which(_TOOL)
