"""Draw a specimen: a wall's emission and deviations, and where the camera stands."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from ledcal.simulate.leds import leds_for

if TYPE_CHECKING:
    from ledcal.simulate.virtual_wall import Leds, Matrix, Three
    from ledcal.values.stage import Gamut


def three(values: np.ndarray) -> Three:
    """Three numbers as a stage keeps them: plain, of six decimals."""
    red, green, blue = (round(float(v), 6) for v in values)
    return red, green, blue


def colours(space: Gamut) -> dict[str, Any]:
    """Emission for a gamut's primaries, and its white."""
    (rx, ry), (gx, gy), (bx, by) = space.primaries_xy.tolist()
    white_x, white_y = space.whitepoint_xy.tolist()
    return {"leds": leds_for(((rx, ry), (gx, gy), (bx, by))), "white_xy": (white_x, white_y)}


def draw_bins(rng: np.random.Generator, leds: Leds, *, sd_nm: float) -> Leds:
    """Emission of another bin of the same LEDs: each colour a little off."""
    red, green, blue = (
        replace(led, peak_nm=round(led.peak_nm + float(rng.normal(0.0, sd_nm)), 3)) for led in leds
    )
    return red, green, blue


def draw_emission(rng: np.random.Generator, space: Gamut, *, sd_nm: float) -> dict[str, Any]:
    """Emission near a gamut's primaries, each colour off by its bin; and the gamut's white."""
    values = colours(space)
    return values | {"leds": draw_bins(rng, values["leds"], sd_nm=sd_nm)}


def draw_ripple(rng: np.random.Generator, rms: float) -> tuple[Three, ...]:
    """Five harmonics, falling off, of a joint size."""
    numbers = np.arange(1, 6) + rng.uniform(-0.3, 0.3, 5)
    amplitudes = rng.normal(size=5) / np.sqrt(numbers)
    amplitudes *= rms * np.sqrt(2) / np.linalg.norm(amplitudes)
    phases = rng.uniform(0, 2 * np.pi, 5)
    return tuple(
        three(np.array([n, a, p])) for n, a, p in zip(numbers, amplitudes, phases, strict=True)
    )


def draw_crosstalk(rng: np.random.Generator, sd: float) -> Matrix:
    """Each colour changed by the other two, by `sd` at their full drive."""
    matrix = rng.normal(0.0, sd, (3, 3)) * (1 - np.eye(3))
    return three(matrix[0]), three(matrix[1]), three(matrix[2])


def draw_deviations(rng: np.random.Generator, *, size: float, additivity: float) -> dict[str, Any]:
    """What is wrong with a wall; `size` 1 is an ordinary one."""
    red, green, blue = (draw_ripple(rng, 0.012 * size) for _ in range(3))
    return {
        "gain": three(1 + rng.normal(0, 0.012 * size, 3)),
        "exponent_error": three(rng.normal(0, 0.012 * size, 3)),
        "ripple": (red, green, blue),
        "toe_depth": three(rng.uniform(0.05, 0.25, 3) * size),
        "toe_nits": float(round(rng.uniform(0.15, 0.4), 4)),
        "threshold_nits": three(rng.uniform(0.004, 0.012, 3) * size),
        "headroom": three(1 + rng.normal(0, 0.01 * size, 3)),
        "knee": 0.012,
        "pwm_steps": 65535,
        "pwm_dither": 0.5,
        "additivity": float(round(additivity, 5)),
        "droop_power": float(round(rng.uniform(1.2, 2.2), 4)),
        "crosstalk": draw_crosstalk(rng, 0.003 * size),
    }


def draw_pose(rng: np.random.Generator, *, spread: float) -> dict[str, Any]:
    """The camera's angles within `spread` degrees (half of it in pitch, a quarter in roll)."""
    yaw, pitch, roll = (round(float(v), 3) for v in rng.uniform(-1, 1, 3) * spread)
    x, y = (round(float(v), 4) for v in rng.uniform(-0.01, 0.01, 2))
    return {
        "yaw_deg": yaw,
        "pitch_deg": pitch / 2,
        "roll_deg": roll / 4,
        "shift_x": x,
        "shift_y": y,
    }
