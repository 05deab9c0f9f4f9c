"""Named virtual stages, and the one for a stage.toml."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ledcal.colorimetry.transfer import canonical_eotf
from ledcal.simulate.optics import build_geometry, wall_corners, wall_to_sensor
from ledcal.simulate.ordinary import pq_volume, sdr_wall, tv_wall
from ledcal.simulate.specimen import draw_emission
from ledcal.simulate.stage import VirtualStage, with_values
from ledcal.simulate.stressed import (
    processor_2020,
    processor_p3,
    rough_volume,
    stressed_sdr,
    stressed_volume,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from ledcal.values.stage import Stage

_TV_NITS = 400.0  # a dimmer wall is taken for a TV

_PICTURE_MARGIN = 0.01
_MOST_STEPS_BACK = 60

SCENES: dict[str, Callable[[int], VirtualStage]] = {
    "pq-volume": pq_volume,
    "sdr-wall": sdr_wall,
    "tv-wall": tv_wall,
    "rough-volume": rough_volume,
    "stressed-volume": stressed_volume,
    "stressed-sdr": stressed_sdr,
    "processor-p3": processor_p3,
    "processor-2020": processor_2020,
}


def scene(name: str, *, seed: int = 0, **overrides: Any) -> VirtualStage:
    """A named virtual stage.

    Parameters
    ----------
    name : str
        ``pq-volume`` (1500 nits ST 2084, P3 primaries, a cinema camera), ``sdr-wall`` (600 nits
        BT.1886, tungsten room) or ``tv-wall`` (a 300 nits sRGB TV and a stills camera); and those
        that ask more, docs/virtual-stage.md: ``rough-volume``, ``stressed-volume``,
        ``stressed-sdr``, ``processor-p3``, ``processor-2020``.
    seed : int
        Decides how this specimen deviates from its data sheet, where the camera stands exactly,
        and the noise.
    **overrides
        Parameters to set, as `with_values` takes them.

    Returns
    -------
    VirtualStage
        Every parameter, drawn ones included.

    Raises
    ------
    ValueError
        If the name or a parameter is unknown.

    Examples
    --------
    >>> scene("pq-volume", seed=1).wall.peak_nits
    1500.0
    >>> scene("pq-volume", seed=1, flare=0.0) == scene("pq-volume", seed=1, flare=0.0)
    True
    """
    if name not in SCENES:
        message = f"unknown scene {name!r}: known are {', '.join(SCENES)}"
        raise ValueError(message)
    return with_values(SCENES[name](seed), **overrides)


def keep_in_picture(stage: VirtualStage) -> VirtualStage:
    """The stage seen from so far that the whole wall is in the picture, with a little around it.

    A scene's share of the frame is meant for a wall of 16:9; wide and upright walls get less.

    Examples
    --------
    >>> wide = scene("pq-volume", seed=1, width_px=7680)
    >>> keep_in_picture(wide).optics.wall_share < wide.optics.wall_share
    True
    """
    margin = _PICTURE_MARGIN * stage.camera.width
    size = np.array([stage.camera.width, stage.camera.height]) - margin
    for _ in range(_MOST_STEPS_BACK):
        corners = wall_to_sensor(build_geometry(stage), wall_corners(stage))
        if (corners > margin).all() and (corners < size).all():
            break
        stage = with_values(stage, wall_share=0.95 * stage.optics.wall_share)
    return stage


def scene_for(stage: Stage, *, name: str | None = None, seed: int = 0) -> VirtualStage:
    """The virtual stage for a stage.toml: the scene nearest to it, with the wall it declares.

    Parameters
    ----------
    stage : Stage
        Its wall decides resolution, EOTF, peak and primaries; its camera the model's name, and
        the viewing distance where that and the pitch are given. Where the scene's processor has a
        gamut of its own, the primaries are the scene's.
    name : str or None
        The scene that everything else comes from; None: by EOTF, then by peak.
    seed : int
        As in `scene`.

    Returns
    -------
    VirtualStage
        With the deviations of the scene on top of what was declared.

    Raises
    ------
    ValueError
        If the name is unknown, or no bell-shaped emission gives the declared white.
    """
    eotf = canonical_eotf(stage.wall.eotf)
    if name is None:
        dim = "tv-wall" if stage.wall.peak_nits <= _TV_NITS else "sdr-wall"
        name = "pq-volume" if eotf == "ST 2084" else dim
    drawn = scene(name, seed=seed)
    values: dict[str, Any] = {
        "width_px": stage.wall.width_px,
        "height_px": stage.wall.height_px,
        "eotf": eotf,
        "peak_nits": stage.wall.peak_nits,
    }
    if not drawn.wall.processor_gamut:
        values |= draw_emission(np.random.default_rng([seed, 4]), stage.wall.gamut, sd_nm=1.0)
    if stage.camera.model:
        values["model"] = stage.camera.model
    if stage.camera.distance_m is not None and stage.wall.pitch_mm is not None:
        width_m = stage.wall.pitch_mm * stage.wall.width_px / 1000.0
        values["distance_widths"] = max(0.6, stage.camera.distance_m / width_m)
    return with_values(drawn, **values)
