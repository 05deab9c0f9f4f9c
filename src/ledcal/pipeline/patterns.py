"""Stage to pattern to frames on disk."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ledcal import __version__
from ledcal.errors import InputError
from ledcal.files.atomic import atomic_folder
from ledcal.files.images import write_image
from ledcal.files.plan import write_plan
from ledcal.files.stage import default_stage, format_stage, read_stage
from ledcal.pattern import build_pattern, render
from ledcal.values.pattern import FrameKind, PatchKind

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from ledcal.values.pattern import Pattern, PatternFrame

_SUFFIXES = {"png": ".png", "tiff": ".tif", "exr": ".exr", "dpx": ".dpx"}
_WORKERS = 2
_MARKER = "plan.json"
# Everything a pattern folder holds: one with anything else in it is not replaced.
_WRITTEN = (
    *(f"frames/[0-9][0-9][0-9][0-9]{ending}" for ending in _SUFFIXES.values()),
    *(_MARKER, "stage.toml"),
)


@dataclass(frozen=True, slots=True)
class WrittenPattern:
    """What `write_patterns` made."""

    pattern: Pattern
    n_patches: int
    assumptions: tuple[str, ...]


def write_patterns(
    out: Path,
    *,
    set_name: str,
    layout: str,
    suffix: str,
    stage_path: Path | None,
    overwrite: bool,
    progress: Callable[[int, int], None],
) -> WrittenPattern:
    """Write ``frames/0000.png`` ..., ``plan.json`` and ``stage.toml`` into a folder.

    Parameters
    ----------
    out : Path
        The folder; appears when all is written.
    set_name, layout : str
        ``quick``, ``standard`` or ``full``; ``single`` or ``grid``.
    suffix : str
        ``png``, ``tiff``, ``exr`` or ``dpx``.
    stage_path : Path or None
        stage.toml; None takes the defaults.
    overwrite : bool
        Replace a pattern that stands there.
    progress : callable
        Called with (done, total).

    Returns
    -------
    WrittenPattern
        The pattern, and what was assumed.

    Raises
    ------
    InputError
        If the stage is wrong, or something else stands at `out`.
    SystemFault
        If the operating system refuses; nothing is left behind.
    """
    stage = read_stage(stage_path) if stage_path else default_stage()
    try:
        pattern = build_pattern(set_name, layout, stage.wall)
    except ValueError as error:
        raise InputError(f"the wall of {stage_path or 'the default stage'}: {error}") from error
    ending = _SUFFIXES[suffix]
    with atomic_folder(out, overwrite=overwrite, marker=_MARKER, written=_WRITTEN) as folder:
        (folder / "frames").mkdir()

        def draw(frame: PatternFrame) -> None:
            write_image(folder / "frames" / f"{frame.index:04d}{ending}", render(pattern, frame))

        with ThreadPoolExecutor(_WORKERS) as pool:
            for done, _ in enumerate(pool.map(draw, pattern.frames), start=1):
                progress(done, len(pattern.frames))
        write_plan(folder / _MARKER, pattern, made_by=f"ledcal {__version__}")
        (folder / "stage.toml").write_text(format_stage(stage), encoding="utf-8")
    counted = {PatchKind.ANCHOR, PatchKind.DARK}
    n_patches = sum(
        patch.kind not in counted
        for frame in pattern.frames
        if frame.kind is FrameKind.PATCHES
        for patch in frame.patches
    )
    return WrittenPattern(pattern, n_patches, stage.assumptions)
