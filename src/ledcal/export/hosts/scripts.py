"""Scripts that a host runs: templates, filled with the names and check colours of a folder.

Their words stand between ``@@{`` and ``}``: neither shells, nor batch files, nor Python have that.
"""

from __future__ import annotations

import json
import re
from string import Template
from typing import TYPE_CHECKING, Any

import numpy as np

from ledcal import __version__
from ledcal.export.check_colours import best_table, check_colours
from ledcal.export.hosts.words import read_template
from ledcal.export.ocio.ours import expected_code
from ledcal.export.ocio.spaces import SPACES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from ledcal.export.hosts.host import Evaluate
    from ledcal.export.ocio.config import ConfigFiles
    from ledcal.values.export import WallCorrection

_ACESCG = next(space for space in SPACES if space.name == "ACEScg")
_DIGITS = 7
_NUMBERS = re.compile(r"\[([-+.,0-9e\s]+)\]")


class _Script(Template):
    delimiter = "@@"


def fill_script(name: str, words: Mapping[str, str]) -> str:
    """A script of ``templates/``, filled.

    Parameters
    ----------
    name : str
        Its file without ``.template``.
    words : mapping of str to str
        What it asks for.

    Raises
    ------
    KeyError
        If it asks for another.
    """
    return _Script(read_template(name).template.rstrip("\n") + "\n").substitute(words)


def python_script(
    name: str,
    config: ConfigFiles,
    walls: Iterable[WallCorrection],
    evaluate: Evaluate,
    *,
    folder: Path,
) -> str:
    """A script for a host's own Python, ASCII: it knows its files, displays and check colours.

    Parameters
    ----------
    name : str
        The host: ``templates/HOST.py.template``; ``wall.py.template`` goes into it.
    config : ConfigFiles
        The config that it sets.
    walls : iterable of WallCorrection
        The corrections in the config, in order.
    evaluate : callable
        Our own evaluation of a table.
    folder : Path
        Where the script will lie, beside the config.

    Returns
    -------
    str
        For Python 3.7 and later.
    """
    files = [path.relative_to(folder).as_posix() for path in config.files]
    known = [_wall_words(config, i, wall, evaluate, folder) for i, wall in enumerate(walls)]
    shared = fill_script("wall.py", {"walls": _literal(known), "files": _literal(files)})
    return fill_script(f"{name}.py", {"shared": shared.rstrip("\n"), "made": made_words()})


def made_words() -> str:
    """What every script says of itself; the README says whose and when."""
    return f"Written by ledcal {__version__}; README.md beside it says for which wall and when."


def script_colours(wall: WallCorrection, evaluate: Evaluate) -> list[dict[str, Any]]:
    """What a script sends through the host, and what must come out.

    The three check colours of the page, and the ends of the range: black, the target's peak, twice
    that, and a colour that no gamut holds.

    Parameters
    ----------
    wall : WallCorrection
        The correction.
    evaluate : callable
        Our own evaluation of a table.

    Returns
    -------
    list of dict
        ``name``, ``acescg`` and ``aces2065_1`` (1.0 = 100 nits), ``uncalibrated`` and
        ``calibrated`` codes 0..1.
    """
    pages = check_colours(wall, evaluate, is_scene_linear=True)
    peak = round(wall.target.peak_nits / 100.0, 3)
    colours = {
        **{colour.name: colour.acescg for colour in pages},
        "black": (0.0, 0.0, 0.0),
        "peak white": (peak,) * 3,
        "twice the peak": (2.0 * peak,) * 3,
        "a green outside of every gamut": (-0.1, 0.4, -0.1),
    }
    light = np.array(list(colours.values()))
    aces = light @ _ACESCG.matrix().T
    content = expected_code(wall.target, _ACESCG, light).code
    corrected = evaluate(best_table(wall), content)
    return [
        {
            "name": name,
            "acescg": _numbers(light[i]),
            "aces2065_1": _numbers(aces[i]),
            "uncalibrated": _numbers(content[i]),
            "calibrated": _numbers(corrected[i]),
        }
        for i, name in enumerate(colours)
    ]


def _wall_words(
    config: ConfigFiles, index: int, wall: WallCorrection, evaluate: Evaluate, folder: Path
) -> dict[str, Any]:
    names = config.displays[index]
    # The config is first among its files, then a table for each wall.
    table = config.files[1 + index]
    return {
        "wall": wall.wall.name,
        "label": wall.label.name,
        "calibrated": names.calibrated,
        "uncalibrated": names.uncalibrated,
        "view": names.view,
        "correction": names.correction,
        "table": table.relative_to(folder).as_posix(),
        "checks": script_colours(wall, evaluate),
    }


def _numbers(values: Iterable[float]) -> list[float]:
    return [round(float(value), _DIGITS) + 0.0 for value in values]


def _literal(value: object) -> str:
    r"""As JSON and Python both write it: ASCII; nothing but texts, numbers, lists and dicts.

    Examples
    --------
    >>> print(_literal([{"wall": "Bühne", "code": [0.5, 1.0]}]))
    [
     {
      "wall": "B\u00fchne",
      "code": [0.5, 1.0]
     }
    ]
    """
    text = json.dumps(value, indent=1, ensure_ascii=True)
    return _NUMBERS.sub(lambda found: f"[{' '.join(found[1].split())}]", text)
