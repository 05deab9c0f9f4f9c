"""Pattern frames to captures of a virtual stage."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any

from ledcal.errors import InputError
from ledcal.files.atomic import atomic_folder
from ledcal.files.stage import default_stage, read_stage
from ledcal.simulate.scenes import keep_in_picture, scene_for
from ledcal.simulate.stage import with_values
from ledcal.simulate.take import FORMATS, write_take

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

_MARKER = "truth.json"
# Everything a folder of captures holds: one with anything else in it is not replaced.
_WRITTEN = (
    *(f"capture_[0-9][0-9][0-9][0-9].{ending}" for ending in FORMATS),
    *(_MARKER, "plan.json", "stage.toml"),
)


def photograph(
    out: Path,
    *,
    patterns: Path,
    stage_path: Path | None,
    scene: str | None,
    seed: int,
    sensor: tuple[int, int] | None,
    bits: int | None,
    compression: str | None,
    file_format: str,
    overwrite: bool,
    progress: Callable[[int, int], None],
) -> dict[str, Any]:
    """Photograph a pattern folder on a virtual stage into a folder of captures.

    Parameters
    ----------
    out : Path
        Folder to make.
    patterns : Path
        What `write_patterns` made.
    stage_path : Path or None
        stage.toml; None takes the pattern's own.
    scene : str or None
        Named virtual stage; None goes by the wall's EOTF.
    seed : int
        The same seed gives the same files.
    sensor : (int, int) or None
        Photosites, width and height.
    bits : int or None
        12, 14 or 16.
    compression : str or None
        ``none`` or ``lossless-jpeg``; None takes the scene's own.
    file_format : str
        ``dng`` or ``exr``.
    overwrite : bool
        Replace an earlier take.
    progress : callable
        Called with (done, total).

    Returns
    -------
    dict
        out, scene, seed, frames: for the summary.

    Raises
    ------
    InputError
        If the pattern folder, the stage or the output folder is wrong.
    SystemFault
        If the operating system refuses; nothing is left behind.
    """
    plan = patterns / "plan.json"
    beside = patterns / "stage.toml"
    found = stage_path or (beside if beside.exists() else None)
    stage = read_stage(found) if found else default_stage()
    chosen: dict[str, Any] = {}
    if sensor is not None:
        chosen |= {"width": sensor[0], "height": sensor[1]}
    if compression is not None:
        chosen["compression"] = compression
    try:
        virtual = scene_for(stage, name=scene, seed=seed)
        if bits is not None:
            step = 2.0 ** (bits - virtual.camera.bits)
            chosen |= {
                "bits": bits,
                "white": (1 << bits) - 1,
                "black": tuple(step * level for level in virtual.camera.black),
            }
        virtual = keep_in_picture(with_values(virtual, **chosen))
    except ValueError as error:
        raise InputError(f"this virtual stage cannot be built: {error}") from error
    with atomic_folder(out, overwrite=overwrite, marker=_MARKER, written=_WRITTEN) as folder:
        taken = write_take(
            virtual, patterns, folder / "take", output=file_format, progress=progress
        )
        for path in sorted((folder / "take").iterdir()):
            path.replace(folder / path.name)
        (folder / "take").rmdir()
        if plan.exists():
            shutil.copyfile(plan, folder / "plan.json")
        if found:
            shutil.copyfile(found, folder / "stage.toml")
    return {"out": str(out), "scene": virtual.name, "seed": seed, "frames": len(taken)}
