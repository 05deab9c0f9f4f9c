"""The door to matplotlib: no windows, no settings of the user, no trace of the import.

Pictures are drawn on a `Figure` of our own and never through pyplot, which keeps state.
"""

from __future__ import annotations

import logging
import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

_before = dict(os.environ)
_log = logging.getLogger("matplotlib")
_level = _log.level
_log.setLevel(logging.ERROR)
try:
    import matplotlib as mpl
    from matplotlib import dates
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure
finally:
    # Where its folder for caches cannot be written, it makes one and says so in the environment.
    os.environ.clear()
    os.environ.update(_before)
    _log.setLevel(_level)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["Figure", "dates", "drawing", "mpl", "save_figure"]

# Dark, as the stage is; grey enough to be read on white paper too.
BACKGROUND, INK, FAINT = "#16181d", "#e8e8ea", "#8a8f98"
_STYLE = {
    "axes.edgecolor": FAINT,
    "axes.facecolor": BACKGROUND,
    "axes.labelcolor": INK,
    "axes.titlecolor": INK,
    "figure.facecolor": BACKGROUND,
    "font.family": "DejaVu Sans",
    "font.size": 10.0,
    "savefig.facecolor": BACKGROUND,
    "svg.fonttype": "path",
    # Without it the names inside the file differ from run to run.
    "svg.hashsalt": "ledcal",
    "text.color": INK,
    "xtick.color": INK,
    "ytick.color": INK,
}


@contextmanager
def drawing() -> Iterator[None]:
    """Matplotlib's own defaults and our colours, while the block draws and saves."""
    with mpl.rc_context():
        mpl.rcParams.update(mpl.rcParamsDefault)
        mpl.rcParams.update(_STYLE)
        yield


def save_figure(figure: Figure, path: Path, *, dpi: int = 150) -> None:
    """Write a figure; the suffix says as what, and the same figure gives the same bytes.

    Parameters
    ----------
    figure : Figure
        Drawn, inside of `drawing`.
    path : Path
        Ends in ``.png`` or ``.svg``.
    dpi : int
        Pixels of the PNG to an inch of the figure.

    Raises
    ------
    ValueError
        If the suffix is neither.
    """
    suffix = path.suffix.lower()
    if suffix == ".png":
        FigureCanvasAgg(figure)
        figure.savefig(path, format="png", dpi=dpi, metadata={"Software": None})
    elif suffix == ".svg":
        FigureCanvasSVG(figure)
        figure.savefig(path, format="svg", metadata={"Date": None, "Creator": None})
    else:
        message = f"{path.name}: a chart is a .png or a .svg"
        raise ValueError(message)
