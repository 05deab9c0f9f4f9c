"""What a correction of a lab wall is worth: true light against the target, on held-out colours."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ledcal.colorimetry.difference import aces_to_ictcp, delta_e_itp
from ledcal.colorimetry.space import BT709, aces_luminance, matrix_rgb_to_aces
from ledcal.colorimetry.target import target_code, target_light
from ledcal.colorimetry.transfer import eotf_inverse, pq_decode, pq_encode

if TYPE_CHECKING:
    from lab_walls import LabWall
    from ledcal.values.arrays import FloatArray
    from ledcal.values.stage import Target

LEAST_NITS = 1.0
_LEAST_GREY_NITS, _N_GREYS, _N_NEUTRALS = 2.0, 64, 2001
_SKIN = np.array([[0.61, 0.37, 0.27], [0.42, 0.22, 0.14], [0.17, 0.083, 0.05]])
# A colour that comes back from its content code changed by more was outside of the content.
_OUTSIDE_ITP = 1e-3
# What the best wall code may miss a colour by that the wall can make; without steps.
_REACHED_ITP = 0.05
_N_STEPS = 25
_ITP = 720.0 * np.array([1.0, 0.5, 1.0])
_SHADOW_SHARE, _BRIGHT_SHARE, _SATURATED_SHARE = 0.02, 0.5, 0.05


class LabJudge:
    """Held-out colours of one wall and target, and the error that a wall code makes on each.

    Attributes
    ----------
    k : float
        Of DESIGN.md section 1, from the truth.
    content : ndarray, shape (n, 3)
        Content codes, all of which the wall can make: greys from 2 nits up, colours uniform in
        wall code and in content code (both on the scale of ST 2084), skin; 1 nit and more.
    oracle : ndarray, shape (n, 3)
        The best wall code of each, from the truth.
    regions : dict of str to ndarray of bool
        Which of them are greys, skin, shadows (below 2 % of peak), bright (above half of it),
        saturated (one LED below 5 % of the strongest). They overlap.
    """

    def __init__(self, wall: LabWall, target: Target, n: int = 2000, seed: int = 99) -> None:
        self._wall, self.target = wall, target
        self._black = wall.camera(np.zeros((1, 3)))
        grey = np.repeat(np.linspace(0.0, 1.0, _N_NEUTRALS)[:, None], 3, axis=1)
        wanted = aces_luminance(target_light(target, grey))
        share = 100.0 * wanted / target.peak_nits
        used = (share >= 0.05) & (share <= 0.5)
        self.k = float(
            np.median(wanted[used] / aces_luminance(wall.camera(grey[used]) - self._black))
        )
        self._choose(n, seed)

    def light(self, code: FloatArray) -> FloatArray:
        """What the camera sees of wall codes (n, 3): ACES2065-1, black off, 1.0 = 100 nits."""
        return np.asarray(self.k * (self._wall.camera(code) - self._black), np.float64)

    def errors(self, wall_code: FloatArray, content: FloatArray | None = None) -> FloatArray:
        """Delta E ITP of what should be wall codes for content (`content` of the judge), (n,)."""
        asked = self.content if content is None else content
        return delta_e_itp(self.light(wall_code), target_light(self.target, asked))

    def _choose(self, n: int, seed: int) -> None:
        target, rng = self.target, np.random.default_rng(seed)
        peak = target.peak_nits

        def uniform(count: int) -> FloatArray:
            nits = pq_decode(rng.uniform(0.0, float(pq_encode(peak)), (count, 3)))
            return eotf_inverse(target.eotf, nits, peak_nits=peak)

        greys = np.geomspace(_LEAST_GREY_NITS, 0.9 * peak, _N_GREYS)[:, None] / 100.0
        levels = np.geomspace(0.02 * peak, 0.8 * peak, 20) / 100.0
        skin = (levels[:, None, None] * _SKIN).reshape(-1, 3) @ matrix_rgb_to_aces(BT709).T
        made = self.light(uniform(4 * n))
        asked = target_light(target, uniform(2 * n))
        groups = {"greys": greys * np.ones(3), "skin": skin, "shown": made, "content": asked}
        light = np.concatenate(list(groups.values()))
        name = np.repeat(list(groups), [len(group) for group in groups.values()])
        codes = target_code(target, light)
        kept = delta_e_itp(target_light(target, codes), light) < _OUTSIDE_ITP
        kept &= 100.0 * aces_luminance(light) >= LEAST_NITS
        codes, name = codes[kept], name[kept]
        oracle, drive, missed = self._reach(target_light(target, codes))
        few = np.zeros(len(codes), dtype=bool)
        for group in groups:
            few[np.flatnonzero((name == group) & (missed < _REACHED_ITP))[:n]] = True
        self.content, self.oracle, drive, name = codes[few], oracle[few], drive[few], name[few]
        nits = 100.0 * np.asarray(aces_luminance(target_light(target, self.content)))
        self.regions = {
            "greys": name == "greys",
            "skin": name == "skin",
            "shadows": nits < _SHADOW_SHARE * peak,
            "bright": nits > _BRIGHT_SHARE * peak,
            "saturated": drive.min(axis=1) < _SATURATED_SHARE * drive.max(axis=1),
        }

    def _reach(self, wanted: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Best wall code and channel light for light (n, 3), and what they miss it by."""
        wall, peak = self._wall, self.target.peak_nits
        top, goal = float(pq_encode(peak)), _ITP * aces_to_ictcp(wanted)
        dark = wall.seen(np.zeros((1, 3)), steps=False)

        def drive_of(at: FloatArray) -> FloatArray:
            return np.where(at > 0.0, pq_decode(at * top) / peak, 0.0)

        def gap(at: FloatArray) -> FloatArray:
            light = self.k * (wall.seen(drive_of(at), steps=False) - dark)
            return np.asarray(_ITP * aces_to_ictcp(light) - goal, np.float64)

        full = wall.seen(np.eye(3), steps=False) - dark
        start = np.clip(wanted @ np.linalg.inv(self.k * full), 1e-6, 1.0)
        at = pq_encode(start * peak) / top
        missed, damping = gap(at), np.full((len(at), 1, 1), 1e-3)
        h = 1e-4
        for _ in range(_N_STEPS):
            slope = np.stack([(gap(at + h * np.eye(3)[c]) - missed) / h for c in range(3)], axis=-1)
            normal = slope.transpose(0, 2, 1) @ slope
            normal += damping * np.trace(normal, axis1=1, axis2=2)[:, None, None] * np.eye(3)
            step = np.linalg.solve(normal, slope.transpose(0, 2, 1) @ missed[..., None])[..., 0]
            trial = np.clip(at - step, 0.0, 1.0)
            after = gap(trial)
            better = np.sum(after**2, axis=1) < np.sum(missed**2, axis=1)
            at[better], missed[better] = trial[better], after[better]
            damping = np.clip(np.where(better[:, None, None], 0.1, 10.0) * damping, 1e-9, 1e3)
        code = wall.code_for(drive_of(at))
        away = np.linalg.norm(missed, axis=1)
        return np.nan_to_num(code), drive_of(at), np.where(np.isnan(code).any(axis=1), np.inf, away)
