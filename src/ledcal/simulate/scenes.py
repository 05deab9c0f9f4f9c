"""Named virtual stages, and the one for a stage.toml."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from ledcal.colorimetry.space import gamut
from ledcal.colorimetry.transfer import canonical_eotf
from ledcal.simulate.leds import leds_for
from ledcal.simulate.optics import build_geometry, wall_corners, wall_to_sensor
from ledcal.simulate.stage import (
    Matrix,
    Three,
    VirtualCamera,
    VirtualOptics,
    VirtualStage,
    VirtualWall,
    with_values,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from ledcal.values.stage import Gamut, Stage


_TV_NITS = 400.0  # a dimmer wall is taken for a TV


_PICTURE_MARGIN = 0.01
_MOST_STEPS_BACK = 60


def _three(values: np.ndarray) -> Three:
    red, green, blue = (round(float(v), 6) for v in values)
    return red, green, blue


def _colours(space: Gamut) -> dict[str, Any]:
    """Emission for a gamut's primaries, and its white."""
    (rx, ry), (gx, gy), (bx, by) = space.primaries_xy.tolist()
    white_x, white_y = space.whitepoint_xy.tolist()
    return {"leds": leds_for(((rx, ry), (gx, gy), (bx, by))), "white_xy": (white_x, white_y)}


def _specimen(rng: np.random.Generator, space: Gamut, *, sd_nm: float) -> dict[str, Any]:
    """Emission near a gamut's primaries, each colour off by its bin."""
    values = _colours(space)
    red, green, blue = (
        replace(led, peak_nm=round(led.peak_nm + float(rng.normal(0.0, sd_nm)), 3))
        for led in values["leds"]
    )
    return values | {"leds": (red, green, blue)}


def _ripple(rng: np.random.Generator, rms: float) -> tuple[Three, ...]:
    """Five harmonics, falling off, of a joint size."""
    numbers = np.arange(1, 6) + rng.uniform(-0.3, 0.3, 5)
    amplitudes = rng.normal(size=5) / np.sqrt(numbers)
    amplitudes *= rms * np.sqrt(2) / np.linalg.norm(amplitudes)
    phases = rng.uniform(0, 2 * np.pi, 5)
    return tuple(
        _three(np.array([n, a, p])) for n, a, p in zip(numbers, amplitudes, phases, strict=True)
    )


def _crosstalk(rng: np.random.Generator, sd: float) -> Matrix:
    matrix = rng.normal(0.0, sd, (3, 3)) * (1 - np.eye(3))
    return _three(matrix[0]), _three(matrix[1]), _three(matrix[2])


def _deviations(rng: np.random.Generator, *, size: float, additivity: float) -> dict[str, Any]:
    """What is wrong with a wall; `size` 1 is an ordinary one."""
    red, green, blue = (_ripple(rng, 0.012 * size) for _ in range(3))
    return {
        "gain": _three(1 + rng.normal(0, 0.012 * size, 3)),
        "exponent_error": _three(rng.normal(0, 0.012 * size, 3)),
        "ripple": (red, green, blue),
        "toe_depth": _three(rng.uniform(0.05, 0.25, 3) * size),
        "toe_nits": float(round(rng.uniform(0.15, 0.4), 4)),
        "threshold_nits": _three(rng.uniform(0.004, 0.012, 3) * size),
        "headroom": _three(1 + rng.normal(0, 0.01 * size, 3)),
        "knee": 0.012,
        "pwm_steps": 65535,
        "pwm_dither": 0.5,
        "additivity": float(round(additivity, 5)),
        "droop_power": float(round(rng.uniform(1.2, 2.2), 4)),
        "crosstalk": _crosstalk(rng, 0.003 * size),
    }


def _pose(rng: np.random.Generator, *, spread: float) -> dict[str, Any]:
    yaw, pitch, roll = (round(float(v), 3) for v in rng.uniform(-1, 1, 3) * spread)
    x, y = (round(float(v), 4) for v in rng.uniform(-0.01, 0.01, 2))
    return {
        "yaw_deg": yaw,
        "pitch_deg": pitch / 2,
        "roll_deg": roll / 4,
        "shift_x": x,
        "shift_y": y,
    }


def _pq_volume(seed: int) -> VirtualStage:
    rng = np.random.default_rng([seed, 1])
    wall = VirtualWall(
        eotf="ST 2084",
        peak_nits=1500.0,
        **_specimen(rng, gamut("P3-D65"), sd_nm=1.0),
        **_deviations(rng, size=1.0, additivity=rng.uniform(0.967, 0.985)),
        wavelength_shift_nm=(0.3, 1.2, 0.6),
        panel_columns=8,
        panel_rows=4,
        panel_sd=0.01,
        off_axis=(0.30, 0.20, 0.24),
        black_nits=0.01,
        ambient_nits=0.15,
        ambient_illuminant="D65",
        surround_nits=0.05,
    )
    optics = VirtualOptics(
        wall_share=0.62,
        distance_widths=1.6,
        **_pose(rng, spread=6.0),
        k1=-0.02,
        k2=0.004,
        vignetting=0.18,
        flare=0.004,
        halo=0.002,
        defocus_px=4.0,
    )
    camera = VirtualCamera(
        model="Virtual Cine",
        sensitivities="Cinema",
        filter_shift_nm=round(float(rng.normal(0, 1.0)), 3),
        full_well_e=45000.0,
        read_noise_e=3.0,
    )
    return VirtualStage("pq-volume", seed, wall, optics, camera)


def _sdr_wall(seed: int) -> VirtualStage:
    rng = np.random.default_rng([seed, 2])
    wall = VirtualWall(
        eotf="BT.1886",
        peak_nits=600.0,
        **_specimen(rng, gamut("P3-D65"), sd_nm=1.0),
        **_deviations(rng, size=1.5, additivity=rng.uniform(1.0, 1.04)),
        wavelength_shift_nm=(0.5, 2.0, 1.0),
        panel_columns=6,
        panel_rows=4,
        panel_sd=0.012,
        off_axis=(0.35, 0.22, 0.28),
        black_nits=0.02,
        ambient_nits=0.6,
        ambient_illuminant="A",
        surround_nits=0.3,
    )
    wall = replace(wall, headroom=_three(np.asarray(wall.headroom) + 0.05))
    optics = VirtualOptics(
        wall_share=0.5,
        distance_widths=1.3,
        **_pose(rng, spread=10.0),
        k1=0.015,
        vignetting=0.25,
        flare=0.006,
        halo=0.003,
        defocus_px=3.0,
    )
    camera = VirtualCamera(
        model="Virtual Studio",
        sensitivities="Nikon D5100",
        filter_shift_nm=round(float(rng.normal(0, 1.0)), 3),
        bits=12,
        black=(256.0, 256.0, 256.0, 256.0),
        white=4095,
        pattern="GRBG",
        full_well_e=30000.0,
        read_noise_e=4.0,
        time_s=1 / 50,
        compression="lossless-jpeg",
    )
    return VirtualStage("sdr-wall", seed, wall, optics, camera)


def _tv_wall(seed: int) -> VirtualStage:
    rng = np.random.default_rng([seed, 3])
    wall = VirtualWall(
        eotf="sRGB",
        peak_nits=300.0,
        **_specimen(rng, gamut("BT.709"), sd_nm=1.5),
        **_deviations(rng, size=1.2, additivity=rng.uniform(0.99, 1.015)),
        wavelength_shift_nm=(0.0, 0.0, 0.0),
        panel_columns=1,
        panel_rows=1,
        panel_sd=0.0,
        off_axis=(0.8, 0.7, 0.9),
        black_nits=0.15,
        ambient_nits=0.5,
        ambient_illuminant="A",
        surround_nits=0.8,
    )
    wall = replace(
        wall,
        headroom=_three(np.asarray(wall.headroom) + 0.06),
        pwm_steps=16383,
        toe_nits=0.2,
    )
    optics = VirtualOptics(
        wall_share=0.66,
        distance_widths=2.0,
        **_pose(rng, spread=4.0),
        k1=-0.03,
        k2=0.01,
        vignetting=0.3,
        flare=0.006,
        halo=0.003,
        defocus_px=3.0,
    )
    camera = VirtualCamera(
        model="Virtual Stills",
        sensitivities="Canon EOS 5D Mark II",
        filter_shift_nm=round(float(rng.normal(0, 1.0)), 3),
        bits=14,
        black=(1024.0, 1024.0, 1024.0, 1024.0),
        white=15300,
        full_well_e=50000.0,
        read_noise_e=5.0,
        time_s=1 / 15,
        f_number=5.6,
        iso=200.0,
        interval_s=4.0,
        compression="lossless-jpeg",
    )
    return VirtualStage("tv-wall", seed, wall, optics, camera)


SCENES: dict[str, Callable[[int], VirtualStage]] = {
    "pq-volume": _pq_volume,
    "sdr-wall": _sdr_wall,
    "tv-wall": _tv_wall,
}


def scene(name: str, *, seed: int = 0, **overrides: Any) -> VirtualStage:
    """A named virtual stage.

    Parameters
    ----------
    name : str
        ``pq-volume`` (1500 nits ST 2084, P3 primaries, a cinema camera), ``sdr-wall`` (600 nits
        BT.1886, tungsten room) or ``tv-wall`` (a 300 nits sRGB TV and a stills camera).
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
        the viewing distance where that and the pitch are given.
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
        **_specimen(np.random.default_rng([seed, 4]), stage.wall.gamut, sd_nm=1.0),
    }
    if stage.camera.model:
        values["model"] = stage.camera.model
    if stage.camera.distance_m is not None and stage.wall.pitch_mm is not None:
        width_m = stage.wall.pitch_mm * stage.wall.width_px / 1000.0
        values["distance_widths"] = max(0.6, stage.camera.distance_m / width_m)
    return with_values(drawn, **values)
