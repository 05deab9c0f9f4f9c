"""The last line of a config of ours: that ledcal wrote all above it, and nobody since.

By it a config that was edited, or had walls added to it, is not taken for one to replace.
"""

from __future__ import annotations

import glob
import re
from typing import TYPE_CHECKING

from ledcal.errors import InputError
from ledcal.files.digest import sha256_bytes

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

CONFIG = "config.ocio"
_SEAL = re.compile(rb"^# ledcal wrote this, with (?P<with>.*); sha256 above (?P<sha>[0-9a-f]{64})$")


def sealed(text: str, beside: Sequence[str]) -> str:
    """A config's text with its last line.

    Parameters
    ----------
    text : str
        All of it, with a line end.
    beside : sequence of str
        The files that were written with it, relative to its folder, ASCII without spaces.
    """
    digest = sha256_bytes(text.encode())
    return f"{text}# ledcal wrote this, with {' '.join(beside)}; sha256 above {digest}\n"


def sealed_files(data: bytes) -> list[str] | None:
    r"""The files that a config was written with; None where it is not as ledcal wrote it.

    Examples
    --------
    >>> text = sealed("ocio_profile_version: 2.1\n", ["luts/a_65.cube"])
    >>> sealed_files(text.encode()), sealed_files(text.replace("2.1", "2.3").encode())
    (['luts/a_65.cube'], None)
    """
    # Git and some transfers change line ends, which changes nothing else.
    data = data.replace(b"\r\n", b"\n").rstrip(b"\n")
    above, _, last = data.rpartition(b"\n")
    found = _SEAL.match(last)
    if not found or sha256_bytes(above + b"\n") != found["sha"].decode():
        return None
    return found["with"].decode("ascii", "replace").split()


def written_in(folder: Path) -> list[str]:
    """What ledcal wrote into a config folder that stands there, as globs.

    Parameters
    ----------
    folder : Path
        Where a config is to stand; it need not exist.

    Returns
    -------
    list of str
        For `ledcal.files.atomic.atomic_folder`; empty where there is no config.

    Raises
    ------
    InputError
        If the config there is not ours, or was changed since.
    """
    config = folder / CONFIG
    if not config.is_file():
        return []
    files = sealed_files(config.read_bytes())
    if files is None:
        raise InputError(
            f"{config} was not written by ledcal, or changed since (edited, or walls added), so "
            "ledcal will not replace it; move it away, or choose another place"
        )
    return [glob.escape(name) for name in (CONFIG, *files)]
