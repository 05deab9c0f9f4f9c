"""A take of the sync pattern: consecutive captures of a wall that plays, and their truth."""

from __future__ import annotations

import json
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import asdict
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from ledcal.errors import InputError
from ledcal.files.atomic import atomic_file, atomic_folder
from ledcal.files.dng import write_dng
from ledcal.files.images import read_image, write_image
from ledcal.simulate.exposed import expose_mosaic, expose_picture
from ledcal.simulate.header import header_of
from ledcal.simulate.picture import prepare
from ledcal.simulate.rolling import RollingCamera
from ledcal.simulate.sensor import stage_transform
from ledcal.simulate.stage import with_values
from ledcal.simulate.truth import build_truth

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from numpy.typing import NDArray

    from ledcal.simulate.rolling import Rolling
    from ledcal.simulate.stage import VirtualStage

_WORKERS = 2


def write_sync_take(
    stage: VirtualStage,
    rolling: Rolling,
    frames: Mapping[int, Path],
    out: Path,
    *,
    output: str = "dng",
    progress: Callable[[int, int], None] = lambda done, total: None,  # noqa: ARG005
) -> tuple[Path, ...]:
    """Photograph a wall that plays: ``capture_0000.dng`` ..., and ``truth.json``.

    Parameters
    ----------
    stage : VirtualStage
        The stage; exposure time and interval in the files follow `rolling`.
    rolling : Rolling
        When and what.
    frames : mapping of int to Path
        Pictures of the frames by their numbers.
    out : Path
        Folder to make.
    output : str
        ``dng``, or ``exr``.
    progress : callable
        Called with (done, total).

    Returns
    -------
    tuple of Path
        The captures in order.

    Raises
    ------
    InputError
        If a frame has another size, or `out` exists.
    SystemFault
        If the disk is full or closed to us.
    """
    height, width = _code_image(next(iter(frames.values()))).shape[:2]
    stage = with_values(
        stage,
        width_px=width,
        height_px=height,
        time_s=rolling.exposure_s,
        interval_s=1.0 / rolling.frame_rate,
    )
    setup = prepare(stage, mosaic=output == "dng")
    to_aces = stage_transform(stage).combined()

    @lru_cache(maxsize=4)
    def picture(number: int) -> NDArray[np.float32]:
        code = _code_image(frames[number])
        if code.shape[:2] != (height, width):
            raise InputError(
                f"{frames[number]}: {code.shape[1]} x {code.shape[0]} pixels, but the first frame "
                f"has {width} x {height}; write the pattern again"
            )
        return code

    def write(target: Path, planes: list[NDArray[np.float32]], index: int) -> None:
        if output == "dng":
            mosaic = expose_mosaic(setup, planes, index)
            header = header_of(stage, index, mosaic, None)
            camera = stage.camera
            write_dng(target, mosaic, header, bits=camera.bits, compression=camera.compression)
        else:
            pixels = expose_picture(setup, planes, index, to_aces)
            with atomic_file(target) as temporary:
                write_image(temporary, pixels, bits=16, metadata={"colorspace": "ACES2065-1"})

    camera = RollingCamera(setup, rolling, picture)
    names = [f"capture_{index:04d}.{output}" for index in range(rolling.n_captures)]
    with atomic_folder(out) as folder, ThreadPoolExecutor(_WORKERS) as pool:
        waiting: deque[Future[None]] = deque()
        for index, name in enumerate(names):
            waiting.append(pool.submit(write, folder / name, camera.planes(index), index))
            if len(waiting) > _WORKERS:
                waiting.popleft().result()
            progress(index + 1, len(names))
        while waiting:
            waiting.popleft().result()
        entries = [{"file": name, "index": index} for index, name in enumerate(names)]
        space = "camera" if output == "dng" else "ACES2065-1"
        truth = build_truth(stage, frames=entries, space=space)
        truth["sync"] = sync_truth(rolling)
        (folder / "truth.json").write_text(json.dumps(truth, indent=1) + "\n", encoding="utf-8")
    return tuple(out / name for name in names)


def sync_truth(rolling: Rolling) -> dict[str, Any]:
    """What was played, and when, for truth.json."""
    document = asdict(rolling)
    for part in document["late"]:
        part["periods"] = None if part["periods"] is None else sorted(part["periods"])
    return document


def _code_image(path: Path) -> NDArray[np.float32]:
    pixels, _ = read_image(path)
    if pixels.ndim != 3 or pixels.shape[2] < 3:
        raise InputError(f"{path}: a pattern frame has three colours; this picture has not")
    return np.ascontiguousarray(pixels[:, :, :3], np.float32)
