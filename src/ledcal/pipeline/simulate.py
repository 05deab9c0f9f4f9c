"""Pattern frames to captures of a virtual stage."""

from __future__ import annotations

import shutil
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import numpy as np

from ledcal.errors import InputError
from ledcal.files.atomic import atomic_folder
from ledcal.files.images import write_image
from ledcal.files.plan import read_plan
from ledcal.files.stage import default_stage, read_stage
from ledcal.lut.interpolate import apply_tetrahedral
from ledcal.pipeline.profiles import read_stored
from ledcal.simulate.fault import parse_fault
from ledcal.simulate.mess import junk_pictures, mess_up, picked_frames
from ledcal.simulate.playback import SYNC_FAULTS, build_rolling, parse_sync_fault
from ledcal.simulate.scenes import keep_in_picture, scene_for
from ledcal.simulate.stage import with_values
from ledcal.simulate.sync_take import write_sync_take
from ledcal.simulate.take import FORMATS, numbered, pattern_frames, write_take
from ledcal.values.marks import is_corrected_id

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from ledcal.simulate.fault import Fault
    from ledcal.simulate.playback import SyncFault
    from ledcal.simulate.stage import VirtualStage
    from ledcal.values.stage import Stage

_MARKER = "truth.json"
# Everything a folder of captures holds: one with anything else in it is not replaced.
_WRITTEN = (
    *(
        f"{stem}_[0-9][0-9][0-9][0-9].{ending}"
        for stem in ("capture", "shot", "junk", "still")
        for ending in FORMATS
    ),
    *(_MARKER, "plan.json", "stage.toml"),
)

# A white card in the picture's lower left corner, and its light as a share of the wall's peak.
_CHART, _CHART_LIGHT = (0.015, 0.93, 0.05, 0.055), 0.15
# How often the correction is applied.
_OF_PROFILE = {"correction-on": 1, "correction-twice": 2}
# What cannot happen, or not in that way, while the sync pattern is played.
_OF_STILLS = {"blended", "torn", "doubled", "auto-exposure", "auto-iris", "junk", *_OF_PROFILE}


def photograph(
    out: Path,
    *,
    patterns: Path,
    stage_path: Path | None,
    scene: str | None,
    seed: int,
    take: int = 0,
    has_chart: bool = False,
    sensor: tuple[int, int] | None,
    bits: int | None,
    compression: str | None,
    file_format: str | None,
    faults: Sequence[str],
    profile_name: Path | None,
    root: Path,
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
    take : int
        Another take of the same stage has other noise.
    has_chart : bool
        A lit white card stands below the wall.
    sensor : (int, int) or None
        Photosites, width and height.
    bits : int or None
        12, 14 or 16.
    compression : str or None
        ``none`` or ``lossless-jpeg``; None takes the scene's own.
    file_format : str or None
        ``dng`` or ``exr``; None: what the faults need, mostly ``dng``.
    faults : sequence of str
        What goes wrong, ``NAME`` or ``NAME=STRENGTH``.
    profile_name : Path or None
        Profile whose correction the host has on.
    root : Path
        Where profiles are.
    overwrite : bool
        Replace an earlier take.
    progress : callable
        Called with (done, total).

    Returns
    -------
    dict
        out, scene, seed, frames, faults, chart (its box in pixels, or None): for the summary.

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
    chosen: dict[str, Any] = {"roll": take}
    if sensor is not None:
        chosen |= {"width": sensor[0], "height": sensor[1]}
    if compression is not None:
        chosen["compression"] = compression
    n_frames = _frames_of_counter(plan)
    try:
        of_sync = [named for text in faults if (named := parse_sync_fault(text)) is not None]
        wrong = [parse_fault(text) for text in faults if parse_sync_fault(text) is None]
    except ValueError as error:
        raise InputError(f"--fault: {error}") from error
    _require_possible(n_frames, of_sync, wrong)
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
        for fault, strength in wrong:
            if fault.change is not None:
                virtual = fault.change(virtual, strength)
        if not {"wall-cut"} & {fault.name for fault, _ in wrong}:
            virtual = keep_in_picture(virtual)
        if has_chart:
            nits = _CHART_LIGHT * virtual.wall.peak_nits
            virtual = with_values(virtual, chart=_CHART, chart_nits=nits)
    except ValueError as error:
        raise InputError(f"this virtual stage cannot be built: {error}") from error
    chosen_format = _format_for(file_format, wrong)
    play = _played(wrong, profile_name, root)
    with atomic_folder(out, overwrite=overwrite, marker=_MARKER, written=_WRITTEN) as folder:
        if n_frames:
            taken = _take_counter(
                virtual,
                stage,
                patterns,
                folder / "take",
                chosen_format,
                n_frames,
                of_sync,
                progress,
            )
        else:
            taken = write_take(
                virtual,
                patterns,
                folder / "take",
                output=chosen_format,
                play=play,
                progress=progress,
            )
        for path in sorted((folder / "take").iterdir()):
            path.replace(folder / path.name)
        shutil.rmtree(folder / "take")
        for fault, strength in wrong:
            if fault.change is None:
                _mess(folder, fault.name, strength, virtual, patterns, chosen_format)
        if plan.exists():
            shutil.copyfile(plan, folder / "plan.json")
        if found:
            shutil.copyfile(found, folder / "stage.toml")
    return {
        "out": str(out),
        "scene": virtual.name,
        "seed": seed,
        "frames": len(taken),
        "is_sync": bool(n_frames),
        "chart": _chart_px(virtual) if has_chart else None,
        "is_corrected": plan.is_file() and is_corrected_id(read_plan(plan).pattern_id),
        "is_drift": plan.is_file() and read_plan(plan).name == "drift",
        "faults": {
            **{fault.name: strength for fault, strength in wrong},
            **{fault.name: strength for fault, strength in of_sync},
        },
    }


def _chart_px(virtual: VirtualStage) -> list[int]:
    """Where the white of the card is safe to measure: left, top, width, height."""
    left, top, width, height = (
        share * side
        for share, side in zip(
            _CHART, 2 * (virtual.camera.width, virtual.camera.height), strict=True
        )
    )
    return [round(left + 2), round(top + 2), round(width - 4), round(height - 4)]


def _frames_of_counter(plan: Path) -> int:
    """How many frames the sync pattern of a plan has; 0 where it is another pattern."""
    pattern = read_plan(plan) if plan.is_file() else None
    return len(pattern.frames) if pattern is not None and pattern.name == "sync" else 0


def _require_possible(
    n_frames: int, of_sync: Sequence[tuple[SyncFault, float]], wrong: Sequence[tuple[Fault, float]]
) -> None:
    """Refuse faults of playing where nothing is played, and those that a playing wall has not."""
    if of_sync and not n_frames:
        raise InputError(
            f"--fault {of_sync[0][0].name} needs the sync pattern; write it with "
            "'ledcal patterns DIR --set sync'"
        )
    unknown = {
        "blended",
        "torn",
        "doubled",
        "auto-exposure",
        "auto-iris",
        "junk",
    } | _OF_PROFILE.keys()
    stray = [fault.name for fault, _ in wrong if fault.name in unknown]
    if n_frames and stray:
        raise InputError(
            f"--fault {stray[0]} is not for the sync pattern, which has {', '.join(SYNC_FAULTS)}"
        )


def _take_counter(
    virtual: VirtualStage,
    stage: Stage,
    patterns: Path,
    out: Path,
    file_format: str,
    n_frames: int,
    faults: Sequence[tuple[SyncFault, float]],
    progress: Callable[[int, int], None],
) -> tuple[Path, ...]:
    """Photograph the sync pattern while it plays."""
    frames = dict(numbered(pattern_frames(patterns), None))
    try:
        rolling = build_rolling(
            stage,
            rows=virtual.camera.height,
            numbers=list(frames),
            is_loop=len(frames) == n_frames,
            faults=faults,
            seed=virtual.seed,
        )
    except ValueError as error:
        raise InputError(f"--fault: {error}") from error
    return write_sync_take(virtual, rolling, frames, out, output=file_format, progress=progress)


def _format_for(file_format: str | None, wrong: Sequence[tuple[Fault, float]]) -> str:
    """The kind of file in which all of the faults can happen."""
    needed = {fault.file_format: fault.name for fault, _ in wrong if fault.file_format}
    if file_format is not None:
        needed.setdefault(file_format, "--format")
    if len(needed) > 1:
        said = ", ".join(f"{name} {kind}" for kind, name in needed.items())
        raise InputError(f"these need different kinds of files: {said}; leave one out")
    return next(iter(needed), "dng")


def _played(
    wrong: Sequence[tuple[Fault, float]], profile_name: Path | None, root: Path
) -> Callable[[NDArray[np.float32]], NDArray[np.float32]] | None:
    """What the host does to code: nothing, or a profile's correction, once or twice."""
    names = {fault.name for fault, _ in wrong} & _OF_PROFILE.keys()
    if profile_name is None:
        if names:
            raise InputError(f"--fault {min(names)} needs --profile: whose correction is on?")
        return None
    table = read_stored(profile_name, root=root)[0].correction
    times = max((_OF_PROFILE[name] for name in names), default=1)

    def play(code: NDArray[np.float32]) -> NDArray[np.float32]:
        flat = code.reshape(-1, 3)
        # Patterns are mostly flat: runs of one colour are looked up once.
        starts = np.ones(len(flat), bool)
        starts[1:] = (flat[1:] != flat[:-1]).any(axis=1)
        played = np.asarray(flat[starts], np.float64)
        for _ in range(times):
            played = apply_tetrahedral(table, played)
        return np.asarray(played[np.cumsum(starts) - 1].reshape(code.shape), np.float32)

    return play


def _mess(
    folder: Path,
    name: str,
    strength: float,
    virtual: VirtualStage,
    patterns: Path,
    file_format: str,
) -> None:
    """What happens to the files of a take."""
    seed, n = virtual.seed, len(pattern_frames(patterns))
    if name in _OF_PROFILE:
        return
    if name == "doubled":
        again = with_values(virtual, roll=1)
        only = picked_frames(n, strength, seed=seed, turn=1)
        _add(folder, "capture", n, again, patterns, file_format, only)
    elif name == "junk":
        with TemporaryDirectory(dir=folder) as drawn:
            size = virtual.wall.width_px, virtual.wall.height_px
            for i, code in enumerate(junk_pictures(*size, round(strength), seed=seed)):
                write_image(Path(drawn) / f"{i:04d}.png", code)
            _add(folder, "junk", 0, virtual, Path(drawn), file_format, None)
    else:
        mess_up(folder, name, strength, seed=seed)


def _add(
    folder: Path,
    stem: str,
    first: int,
    virtual: VirtualStage,
    patterns: Path,
    file_format: str,
    only: Sequence[int] | None,
) -> None:
    """Photograph some more into a folder."""
    taken = write_take(virtual, patterns, folder / "more", output=file_format, only=only)
    for place, path in enumerate(taken):
        path.replace(folder / f"{stem}_{first + place:04d}{path.suffix}")
    shutil.rmtree(folder / "more")
