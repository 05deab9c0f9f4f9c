"""A whole take: pattern frames in, raw files and their truth out."""

from __future__ import annotations

import json
import re
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ledcal.errors import InputError
from ledcal.files.atomic import atomic_file, atomic_folder
from ledcal.files.dng import write_dng
from ledcal.files.images import read_image, write_image
from ledcal.files.plan import read_plan
from ledcal.simulate.header import header_of
from ledcal.simulate.picture import Setup, linear_frame, mosaic_frame, prepare, wall_picture
from ledcal.simulate.sensor import stage_transform
from ledcal.simulate.stage import VirtualStage, with_values
from ledcal.simulate.truth import build_truth, frame_truth
from ledcal.simulate.upset import automatic_gains, is_unsynced

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from numpy.typing import NDArray


FORMATS = ("dng", "exr")
_SUFFIXES = {".png", ".tif", ".tiff", ".exr", ".dpx"}


@dataclass(frozen=True, slots=True, eq=False)
class Shot:
    """One photographed frame.

    Attributes
    ----------
    name : str
        What the pattern frame was called.
    index : int
        Its number.
    pixels : ndarray
        The mosaic (uint16), or the picture in ACES2065-1 (float32, three channels).
    """

    name: str
    index: int
    pixels: NDArray[Any]


def shoot(
    stage: VirtualStage,
    frames: Iterable[tuple[str, NDArray[np.float32], int]],
    *,
    output: str = "dng",
    workers: int = 2,
) -> Iterator[Shot]:
    """Photograph frames, in order, holding only a few in memory.

    Parameters
    ----------
    stage : VirtualStage
        The stage.
    frames : iterable of (name, code, index)
        Code values 0..1 of shape (height, width, 3), of the wall's resolution. The index seeds
        the noise and sets the clock.
    output : str
        ``dng`` for mosaics, ``exr`` for pictures in ACES2065-1.
    workers : int
        Threads.

    Yields
    ------
    Shot
        In the order of `frames`. A frame does not depend on the others.

    Raises
    ------
    ValueError
        If a frame has another resolution, or the output is unknown.
    """
    if output not in FORMATS:
        message = f"output {output!r} is none of {', '.join(FORMATS)}"
        raise ValueError(message)
    setup = prepare(stage, mosaic=output == "dng")
    work = ((name, _taker(setup, code, index, output), index) for name, code, index in frames)
    for name, pixels, index in _in_order(work, workers):
        yield Shot(name, index, pixels)


def _taker(
    setup: Setup, code: NDArray[np.float32], index: int, output: str
) -> Callable[[], NDArray[Any]]:
    if output == "dng":
        return lambda: mosaic_frame(setup, code, index)
    return lambda: linear_frame(setup, code, index, stage_transform(setup.stage).combined())


def _in_order(
    work: Iterable[tuple[str, Callable[[], Any], int]], workers: int
) -> Iterator[tuple[str, Any, int]]:
    """Run jobs in threads, a few ahead, and give their results in order."""
    waiting: deque[tuple[str, Future[Any], int]] = deque()
    with ThreadPoolExecutor(max_workers=max(1, workers)) as pool:
        try:
            for name, job, index in work:
                waiting.append((name, pool.submit(job), index))
                if len(waiting) > workers:
                    ready, future, number = waiting.popleft()
                    yield ready, future.result(), number
            while waiting:
                ready, future, number = waiting.popleft()
                yield ready, future.result(), number
        finally:
            for _, future, _ in waiting:
                future.cancel()


def pattern_frames(patterns: Path) -> list[Path]:
    """Pictures of a pattern folder, in playing order.

    Parameters
    ----------
    patterns : Path
        What `ledcal patterns` wrote, or any folder of pictures.

    Returns
    -------
    list of Path
        From ``patterns/frames`` if there is one.

    Raises
    ------
    InputError
        If there are none.
    """
    folder = patterns / "frames" if (patterns / "frames").is_dir() else patterns
    found = (
        sorted(p for p in folder.iterdir() if p.suffix.lower() in _SUFFIXES)
        if folder.is_dir()
        else []
    )
    if not found:
        raise InputError(
            f"{patterns}: no pattern frames here; write them with 'ledcal patterns {patterns}'"
        )
    return found


def _code_image(path: Path) -> NDArray[np.float32]:
    pixels, _ = read_image(path)
    if pixels.ndim != 3 or pixels.shape[2] < 3:
        raise InputError(f"{path}: a pattern frame has three colours; this picture has not")
    return np.ascontiguousarray(pixels[:, :, :3], np.float32)


def write_take(
    stage: VirtualStage,
    patterns: Path,
    out: Path,
    *,
    output: str = "dng",
    only: Iterable[int] | None = None,
    play: Callable[[NDArray[np.float32]], NDArray[np.float32]] | None = None,
    workers: int = 2,
    overwrite: bool = False,
    progress: Callable[[int, int], None] | None = None,
) -> tuple[Path, ...]:
    """Photograph a pattern folder: ``capture_0000.dng`` ..., and ``truth.json``.

    The wall takes the resolution of the frames. The folder appears when the last frame is
    written, or not at all.

    Parameters
    ----------
    stage : VirtualStage
        The stage.
    patterns : Path
        What `ledcal patterns` wrote; its plan.json, if there, gives the truth its patches.
    out : Path
        Folder to make.
    output : str
        ``dng``, or ``exr`` for debayered pictures in ACES2065-1.
    only : iterable of int, or None
        Frame numbers; None: all.
    play : callable or None
        What the host makes of a frame's code before the wall gets it: a correction.
    workers : int
        Threads.
    overwrite : bool
        Replace a folder that stands there.
    progress : callable or None
        Called with frames done and frames in all.

    Returns
    -------
    tuple of Path
        The captures, in playing order.

    Raises
    ------
    InputError
        If there are no frames, one has another size, or `out` exists.
    SystemFault
        If the disk is full or closed to us.
    ValueError
        If the output is unknown.
    """
    if output not in FORMATS:
        message = f"output {output!r} is none of {', '.join(FORMATS)}"
        raise ValueError(message)
    paths = numbered(pattern_frames(patterns), only)
    plan = patterns / "plan.json"
    pattern = read_plan(plan) if plan.is_file() else None
    first = _code_image(paths[0][1])
    stage = with_values(stage, width_px=first.shape[1], height_px=first.shape[0])
    setup = prepare(stage, mosaic=output == "dng")
    to_aces = stage_transform(stage).combined()
    shown = dict(paths)
    by_index = {} if pattern is None else {frame.index: frame for frame in pattern.frames}
    entries: list[dict[str, Any]] = []
    with atomic_folder(out, overwrite=overwrite) as folder:

        def take(index: int, path: Path) -> None:
            code = _code_image(path)
            if code.shape != first.shape:
                raise InputError(
                    f"{path}: {code.shape[1]} x {code.shape[0]} pixels, but the first frame has "
                    f"{first.shape[1]} x {first.shape[0]}; write the pattern again"
                )
            if play is not None:
                code = play(code)
            target = folder / f"capture_{index:04d}.{output}"
            before = None
            if is_unsynced(stage, index) and index - 1 in shown:
                before = _code_image(shown[index - 1])
                before = before if play is None else play(before)
            if output == "dng":
                mosaic = mosaic_frame(setup, code, index, before)
                write_dng(
                    target,
                    mosaic,
                    header_of(stage, index, mosaic, _gain(setup, code, index)),
                    bits=stage.camera.bits,
                    compression=stage.camera.compression,
                )
            else:
                picture = linear_frame(setup, code, index, to_aces, before)
                with atomic_file(target) as temporary:
                    write_image(temporary, picture, bits=16, metadata={"colorspace": "ACES2065-1"})

        jobs = (
            (f"capture_{index:04d}.{output}", (lambda i=index, p=path: take(i, p)), index)
            for index, path in paths
        )
        for name, _, index in _in_order(jobs, workers):
            entries.append(frame_truth(stage, name=name, index=index, frame=by_index.get(index)))
            if progress is not None:
                progress(len(entries), len(paths))
        space = "camera" if output == "dng" else "ACES2065-1"
        truth = build_truth(stage, frames=entries, pattern=pattern, space=space)
        (folder / "truth.json").write_text(json.dumps(truth, indent=1) + "\n", encoding="utf-8")
    return tuple(out / entry["file"] for entry in entries)


def _gain(setup: Setup, code: NDArray[np.float32], index: int) -> float | None:
    """What automatic exposure makes of a frame."""
    camera = setup.stage.camera
    if not camera.auto_exposure:
        return None
    return automatic_gains(camera, wall_picture(setup, code, frame_index=index))


def numbered(paths: list[Path], only: Iterable[int] | None) -> list[tuple[int, Path]]:
    """Frames with their numbers: the digits their names end in, or their place.

    Parameters
    ----------
    paths : list of Path
        In playing order.
    only : iterable of int or None
        Those that are wanted; None: all.

    Returns
    -------
    list of (int, Path)
        In playing order.

    Raises
    ------
    InputError
        If none of them is there.
    """
    digits = [re.search(r"(\d+)$", path.stem) for path in paths]
    numbers = [int(match[1]) if match else -1 for match in digits]
    if len(set(numbers)) != len(numbers) or -1 in numbers:
        numbers = list(range(len(paths)))
    wanted = None if only is None else set(only)
    chosen = [
        (number, path)
        for number, path in zip(numbers, paths, strict=True)
        if wanted is None or number in wanted
    ]
    if not chosen:
        raise InputError(f"{paths[0].parent}: none of the frames that were asked for is here")
    return chosen
