"""A wall of LEDs before a camera, small: its rig, and what of it is to be seen."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from ledcal.moire.contrast import contrast
from ledcal.moire.lattice import canonical, colour_of, nearest_reciprocal, orders
from ledcal.moire.prior import prior_of, rig_to_wall
from ledcal.moire.rig import Rig, order_frequency, wall_homography
from ledcal.simulate.fringes import FlatPatch, Fringe, flat_frame
from ledcal.values.moire import GRID, MOIRE

if TYPE_CHECKING:
    from ledcal.values.arrays import FloatArray
    from ledcal.values.frame import LinearFrame
    from ledcal.values.moire import Prior

PITCH_MM, FOCAL_MM, PHOTOSITE_MM = 2.6, 35.0, 0.006


def rig_at(u: float, *, side: int = 256, **more: Any) -> Rig:
    """A camera that sees `u` LEDs a photosite, focused on the wall, rolled by a bit."""
    far = u * FOCAL_MM * PITCH_MM / PHOTOSITE_MM + FOCAL_MM
    parts: dict[str, Any] = {"olpf_px": 0.6, "roll_deg": 1.7, "width_px": side, "height_px": side}
    return Rig(PITCH_MM, FOCAL_MM, PHOTOSITE_MM, far, **{**parts, **more})


@dataclass(frozen=True)
class Truth:
    """An order of the raster as it is."""

    order: tuple[int, int]
    seen: FloatArray
    contrast: float
    colour: str
    kind: str

    def off(self, frequency: FloatArray) -> float:
        """How far a frequency is off, c/px: f is -f."""
        return float(min(np.abs(frequency - self.seen).max(), np.abs(frequency + self.seen).max()))


def truths_of(rig: Rig, *, weaker: float = 1.0, most: int = 3) -> list[Truth]:
    """Every order, strongest first; contrast as it is by the rig, `weaker` times."""
    every = orders(most)
    true = order_frequency(rig, every)
    size = contrast(rig, every, true) * weaker
    step = nearest_reciprocal(true)
    found = [
        Truth(
            (int(every[k, 0]), int(every[k, 1])),
            canonical(true[k] - step[k]),
            float(size[k]),
            colour_of(step[k]),
            MOIRE if np.any(step[k]) else GRID,
        )
        for k in range(len(every))
    ]
    return sorted(found, key=lambda truth: -truth.contrast)


def fringes_of(
    rig: Rig, *, weaker: float = 1.0, most: int = 3, dies: float = 0.0, seed: int = 0
) -> list[Fringe]:
    """Every order as light; dies of red and blue lie `dies` pitches beside green."""
    every = orders(most)
    true = order_frequency(rig, every)
    size = contrast(rig, every, true) * weaker
    phase = np.random.default_rng(seed).uniform(size=len(every))
    return [
        Fringe(
            fx=float(true[k, 0]),
            fy=float(true[k, 1]),
            amplitude=float(size[k]),
            phase=float(phase[k]),
            lead_red=float(every[k, 0] * dies),
            lead_blue=-float(every[k, 0] * dies),
        )
        for k in range(len(every))
    ]


def prior_at(
    rig: Rig, *, scale: float = 1.0, turn_deg: float = 0.0, is_precise: bool = False
) -> Prior:
    """What is known of the raster over the picture, wrong by as much."""
    box = (0.0, 0.0, float(rig.width_px), float(rig.height_px))
    known = prior_of(rig_to_wall(rig), box, source="stage.toml", is_precise=is_precise)
    a = np.radians(turn_deg)
    turn = np.array([[np.cos(a), np.sin(a)], [-np.sin(a), np.cos(a)]])
    return replace(known, jacobian=known.jacobian @ turn * scale)


def oblique_frame(rig: Rig, order: tuple[int, int], amplitude: float, seed: int) -> LinearFrame:
    """Flat light of a wall seen from the side: one order, at the exact phase of every photosite."""
    back = np.linalg.inv(wall_homography(rig))
    frame = flat_frame(FlatPatch(width=rig.width_px, height=rig.height_px, seed=seed))
    planes = []
    for plane in frame.planes:
        rows, columns = plane.values.shape
        x, y = np.meshgrid(plane.x + 2.0 * np.arange(columns), plane.y + 2.0 * np.arange(rows))
        lifted = np.stack([x, y, np.ones_like(x)], axis=-1) @ back.T
        turns = (lifted[..., :2] / lifted[..., 2:]) @ np.array(order, np.float64)
        wave = 1.0 + amplitude * np.cos(2.0 * np.pi * turns)
        planes.append(replace(plane, values=(plane.values * wave).astype(np.float32)))
    return replace(frame, planes=tuple(planes))
