"""What the take would measure if nothing were lost: the reference of tests and benchmarks."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import numpy as np

from ledcal.simulate.optics import build_geometry, wall_corners, wall_to_sensor
from ledcal.simulate.sensor import camera_code_response, camera_per_nit, stage_transform
from ledcal.simulate.wall import warm_up
from ledcal.values.pattern import FrameKind

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from ledcal.simulate.stage import VirtualStage
    from ledcal.values.arrays import FloatArray
    from ledcal.values.pattern import Pattern, PatternFrame

TRUTH_SCHEMA = 1


def camera_response(
    stage: VirtualStage,
    code: ArrayLike,
    *,
    noise: bool = False,
    n_photosites: int = 1000,
    seed: int = 0,
) -> FloatArray:
    """F of DESIGN section 1: what the camera records for wall code, in ACES2065-1.

    At the wall's centre, where the flat field is 1 (over the central tenth of the wall's area),
    at the start of the take, without flare; wall black and ambient light included. Camera RGB
    goes to ACES through exactly the matrices and the neutral that the DNG carries.

    Parameters
    ----------
    stage : VirtualStage
        The stage.
    code : array_like, shape (..., 3)
        Wall code, 0..1.
    noise : bool
        Add the noise of a mean over `n_photosites` of each colour.
    n_photosites : int
        How many are averaged.
    seed : int
        Of that noise.

    Returns
    -------
    ndarray, shape (..., 3)
        ACES2065-1, scene-linear, at the exposure of the files: 1.0 is the camera's white level
        of something neutral. Not clipped where the camera saturates.

    Raises
    ------
    ValueError
        If the last axis of `code` is not 3.

    Examples
    --------
    >>> from ledcal.simulate.scenes import scene
    >>> stage = scene("pq-volume", seed=1)
    >>> black, grey = camera_response(stage, [[0.0, 0.0, 0.0], [0.5, 0.5, 0.5]])
    >>> bool((grey > black).all() and (black > 0).all())
    True
    """
    array = np.asarray(code, np.float64)
    if array.shape[-1:] != (3,):
        message = f"code: expected shape (..., 3), got {array.shape}"
        raise ValueError(message)
    camera_rgb = camera_code_response(stage, array.reshape(-1, 3))
    if noise:
        camera = stage.camera
        electrons = camera_rgb * camera.full_well_e
        sd = np.sqrt((electrons + camera.read_noise_e**2) / n_photosites)
        rng = np.random.default_rng([stage.seed, 505, seed])
        camera_rgb = (electrons + sd * rng.standard_normal(sd.shape)) / camera.full_well_e
    aces = camera_rgb @ stage_transform(stage).combined().T
    return np.asarray(aces.reshape(array.shape), np.float64)


def build_truth(
    stage: VirtualStage,
    *,
    frames: list[dict[str, Any]],
    pattern: Pattern | None = None,
    space: str = "camera",
) -> dict[str, Any]:
    """The contents of truth.json.

    Parameters
    ----------
    stage : VirtualStage
        What was simulated.
    frames : list of dict
        `frame_truth` of each frame written.
    pattern : Pattern or None
        What the frames show; with it every patch's true response is listed.
    space : str
        What the files hold.

    Returns
    -------
    dict
        JSON-ready.
    """
    geometry = build_geometry(stage)
    transform = stage_transform(stage)
    document: dict[str, Any] = {
        "schema": TRUTH_SCHEMA,
        "scene": stage.name,
        "seed": stage.seed,
        "stage": asdict(stage),
        "space": space,
        "camera_to_aces": {
            "white_balance": transform.white_balance.tolist(),
            "matrix": transform.matrix.tolist(),
        },
        "exposure": {
            "time_s": stage.camera.time_s * 2.0**stage.camera.exposure_stops,
            "f_number": stage.camera.f_number,
            "iso": stage.camera.iso,
            "white_100_nits": (transform.combined() @ (100.0 * camera_per_nit(stage, ""))).tolist(),
        },
        "black_response": camera_response(stage, np.zeros(3)).tolist(),
        "white_response": camera_response(stage, np.ones(3)).tolist(),
        "geometry": {
            "homography": geometry.homography.tolist(),
            "centre": geometry.centre.tolist(),
            "half_diagonal_px": geometry.half_diagonal_px,
            "k1": geometry.k1,
            "k2": geometry.k2,
            "mirrored": stage.optics.mirrored,
            "corners": wall_to_sensor(geometry, wall_corners(stage)).tolist(),
        },
        "frames": frames,
    }
    if pattern is not None:
        document["pattern"] = pattern.name
        document["pattern_id"] = pattern.pattern_id
    return document


def frame_truth(
    stage: VirtualStage, *, name: str, index: int, frame: PatternFrame | None
) -> dict[str, Any]:
    """One frame's entry in truth.json: file, warm-up, patches with their true response."""
    entry: dict[str, Any] = {
        "file": name,
        "index": index,
        "wall_gain": warm_up(stage.wall, index).tolist(),
    }
    if frame is not None:
        entry["kind"] = str(frame.kind)
        if frame.patches:
            code = np.stack([patch.code for patch in frame.patches])
            response = camera_response(stage, code)
            entry["patches"] = [
                {
                    "code": patch.code.tolist(),
                    "kind": str(patch.kind),
                    "region": [
                        patch.region.x,
                        patch.region.y,
                        patch.region.width,
                        patch.region.height,
                    ],
                    "aces": aces.tolist(),
                }
                for patch, aces in zip(frame.patches, response, strict=True)
            ]
        elif frame.kind == FrameKind.BLACK:
            entry["patches"] = []
    return entry
