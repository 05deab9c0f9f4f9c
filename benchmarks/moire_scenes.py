"""Scenes for benchmarks/moire.py: walls, lenses and sensors drawn anew for every seed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from ledcal.moire.contrast import contrast
from ledcal.moire.lattice import canonical, nearest_reciprocal, orders
from ledcal.moire.rig import Rig, jacobian, order_frequency, wall_homography
from ledcal.simulate.fringes import FlatPatch, Fringe, flat_frame
from ledcal.values.moire import Prior

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ledcal.values.arrays import FloatArray
    from ledcal.values.frame import LinearFrame

SIDE = 512
PITCH_MM, FOCAL_MM, PHOTOSITE_MM, STOP = 2.6, 35.0, 0.006, 2.8


@dataclass(frozen=True)
class Truth:
    """An order of the LED raster as it is."""

    order: tuple[int, int]
    seen: FloatArray
    reciprocal: FloatArray
    contrast: float

    def distance(self, fx: float, fy: float) -> float:
        """How far a frequency is off, c/px: f is -f, and frequencies repeat every half cycle."""
        off = []
        for sign in (1.0, -1.0):
            apart = np.array([fx, fy]) - sign * self.seen
            off.append(float(np.hypot(*(apart - np.round(2.0 * apart) / 2.0))))
        return min(off)


@dataclass(frozen=True)
class Scene:
    """A rig, its frames of flat light, and every order in them."""

    rig: Rig
    fringes: tuple[Fringe, ...]
    truths: tuple[Truth, ...]
    seed: int

    def frames(self, count: int = 1, *, vignetting: float = 0.2) -> list[LinearFrame]:
        """Raw frames at 18 % grey of a well of 30 000 electrons."""
        patch = FlatPatch(seed=self.seed, vignetting=vignetting)
        return [flat_frame(patch, self.fringes, index=i) for i in range(count)]

    def jacobian(self) -> FloatArray:
        """LED pixels per photosite in the middle."""
        return jacobian(wall_homography(self.rig), [(SIDE - 1) / 2] * 2)

    def prior(self, *, scale: float = 0.05, turn_deg: float = 2.0) -> Prior:
        """What people say, wrong by up to so much."""
        rng = np.random.default_rng([self.seed, 5])
        turn = np.radians(rng.uniform(-turn_deg, turn_deg))
        cosine, sine = np.cos(turn), np.sin(turn)
        wrong = self.jacobian() @ np.array([[cosine, sine], [-sine, cosine]])
        wrong = wrong * (1.0 + rng.uniform(-scale, scale))
        return Prior(wrong, np.zeros((2, 12)), 0.08, 3.0, "stage.toml")


def draw_scene(seed: int, *, dies: float = 0.0) -> Scene:
    """A scene as facts/moire.md draws them.

    LED frequency 0.22 to 1.35, roll to 6 degrees, square and round emitters, fill 0.25 to 0.55,
    low-pass filter or none, defocus to 1.1 pitches; `dies` displaces those of red and blue.
    """
    rng = np.random.default_rng([seed, 77])
    far = rng.uniform(0.22, 1.35) * FOCAL_MM * PITCH_MM / PHOTOSITE_MM + FOCAL_MM
    aperture, blur = FOCAL_MM / STOP, rng.uniform(0.0, 1.1) * PITCH_MM
    rig = Rig(
        pitch_mm=PITCH_MM,
        focal_mm=FOCAL_MM,
        photosite_mm=PHOTOSITE_MM,
        distance_mm=far,
        f_stop=STOP,
        focus_mm=far * aperture / (aperture + blur),
        width_px=SIDE,
        height_px=SIDE,
        fill=rng.uniform(0.25, 0.55),
        emitter=str(rng.choice(["square", "round"])),
        olpf_px=float(rng.choice([0.0, 0.6])),
        roll_deg=rng.uniform(-6.0, 6.0),
    )
    every = orders(4)
    true = order_frequency(rig, every)
    strength = contrast(rig, every, true)
    phases = rng.uniform(size=len(every))
    fringes, truths = [], []
    for order, f, amplitude, phase in zip(every, true, strength, phases, strict=True):
        lead = float(order[0] * dies)
        fringes.append(
            Fringe(float(f[0]), float(f[1]), float(amplitude), float(phase), lead, -lead)
        )
        step = nearest_reciprocal(f)
        name = (int(order[0]), int(order[1]))
        truths.append(Truth(name, canonical(f - step), step, float(amplitude)))
    return Scene(rig, tuple(fringes), tuple(truths), seed)


def random_frequency(rng: np.random.Generator, *, waves: float = 8.0) -> FloatArray:
    """A frequency whose alias lies so many waves off zero and off the axes, at least."""
    while True:
        f = rng.uniform(-0.5, 0.5, 2)
        if np.abs(f - nearest_reciprocal(f)).min() * SIDE > waves:
            return np.asarray(f, np.float64)


def oblique_frame(rig: Rig, order: tuple[int, int], amplitude: float, seed: int) -> LinearFrame:
    """Flat light of a wall seen from the side: one order, at the exact phase of every photosite."""
    back = np.linalg.inv(wall_homography(rig))
    frame = flat_frame(FlatPatch(width=rig.width_px, height=rig.height_px, seed=seed))
    planes = []
    for plane in frame.planes:
        rows, columns = plane.values.shape
        x = (plane.x + 2.0 * np.arange(columns))[None, :] * np.ones((rows, 1))
        y = (plane.y + 2.0 * np.arange(rows))[:, None] * np.ones((1, columns))
        lifted = np.stack([x, y, np.ones_like(x)], axis=-1) @ back.T
        on_wall: NDArray[np.float64] = lifted[..., :2] / lifted[..., 2:]
        wave = 1.0 + amplitude * np.cos(2.0 * np.pi * (on_wall @ np.array(order, np.float64)))
        planes.append(replace(plane, values=(plane.values * wave).astype(np.float32)))
    return replace(frame, planes=tuple(planes))
