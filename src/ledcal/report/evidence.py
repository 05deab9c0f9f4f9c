"""The numbers behind the report's figures: what was measured, beside what the model says."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from ledcal.colorimetry.difference import delta_e_itp
from ledcal.colorimetry.space import aces_luminance, matrix_aces_to_xyz, matrix_rgb_to_aces
from ledcal.colorimetry.target import target_light
from ledcal.colorimetry.transfer import eotf, eotf_inverse
from ledcal.values.quality import JUDGED_FROM_NITS
from ledcal.values.stage import Gamut

if TYPE_CHECKING:
    from collections.abc import Callable

    from ledcal.values.arrays import BoolArray, FloatArray
    from ledcal.values.profile import Profile

# Signal over its standard error from which a dark patch is worth a dot.
_VISIBLE = 4.0
# What a screen shows as white: the ITU-R BT.2408 reference white, or the target's own peak.
_REFERENCE_WHITE_NITS = 203.0
# The page must not light the stage: its swatches are this much darker than a full screen.
_DIMMED = 1.8

# Linear target RGB relative to reference white: the colours that people look at.
SWATCHES: tuple[tuple[str, tuple[float, float, float]], ...] = (
    ("white 90 %", (0.90, 0.90, 0.90)),
    ("grey 40 %", (0.40, 0.40, 0.40)),
    ("grey 18 %", (0.18, 0.18, 0.18)),
    ("grey 6 %", (0.06, 0.06, 0.06)),
    ("grey 2 %", (0.02, 0.02, 0.02)),
    ("skin, light", (0.58, 0.37, 0.28)),
    ("skin, medium", (0.32, 0.18, 0.12)),
    ("skin, dark", (0.10, 0.055, 0.038)),
    ("sky", (0.16, 0.26, 0.48)),
    ("foliage", (0.12, 0.18, 0.06)),
    ("tungsten", (0.90, 0.52, 0.20)),
    ("dusk", (0.10, 0.09, 0.22)),
    ("red", (0.60, 0.04, 0.04)),
    ("green", (0.05, 0.50, 0.06)),
    ("blue", (0.04, 0.06, 0.55)),
    ("cyan", (0.05, 0.45, 0.50)),
    ("magenta", (0.50, 0.05, 0.42)),
    ("yellow", (0.70, 0.58, 0.05)),
)


@dataclass(frozen=True, slots=True)
class Swatch:
    """One colour: as it should be, as the wall shows it, and through the correction.

    Colours are CSS texts, clipped to what a screen shows; errors are in delta E ITP.
    """

    name: str
    target: str
    before: str
    after: str
    error_before: float
    error_after: float


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """A profile, with the functions that the model and the table give; None where not at hand.

    Attributes
    ----------
    profile : Profile
        What is reported.
    predict : callable or None
        Wall code (n, 3) to ACES2065-1 (n, 3) as shot, black included.
    correct : callable or None
        Content code (n, 3) to wall code (n, 3).
    """

    profile: Profile
    predict: Callable[[FloatArray], FloatArray] | None = None
    correct: Callable[[FloatArray], FloatArray] | None = None

    def black(self) -> FloatArray:
        """F(0): what the camera sees of a black wall, ACES2065-1 as shot."""
        if self.predict is not None:
            return np.asarray(self.predict(np.zeros((1, 3)))[0])
        measured = self.profile.measurements
        dark = (measured.code == 0).all(axis=1)
        return np.median(measured.camera[dark], axis=0) if dark.any() else np.zeros(3)

    def measured_light(self) -> FloatArray:
        """Every patch in ACES2065-1 with 1.0 = 100 nits, black taken off."""
        scale = self.profile.quality.exposure_scale
        return np.asarray(scale * (self.profile.measurements.camera - self.black()))

    def predicted_light(self, code: FloatArray, *, corrected: bool = False) -> FloatArray | None:
        """What the model says of a code, in the same units; None where there is no model."""
        if self.predict is None or (corrected and self.correct is None):
            return None
        wall = self.correct(code) if corrected and self.correct is not None else code
        return np.asarray(self.profile.quality.exposure_scale * (self.predict(wall) - self.black()))

    def residuals(self) -> FloatArray | None:
        """Measured against predicted for every patch, delta E ITP; None without a model."""
        predicted = self.predicted_light(self.profile.measurements.code)
        return None if predicted is None else delta_e_itp(self.measured_light(), predicted)

    def is_bright(self) -> BoolArray:
        """Patches of 1 nit and more, which the figures are of; all where none is.

        Below it a delta E ITP tells of read noise and of the wall's steps.
        """
        nits = 100.0 * np.asarray(aces_luminance(self.measured_light()))
        bright = nits >= JUDGED_FROM_NITS
        return np.asarray(bright if bright.any() else np.ones(len(nits), dtype=bool))

    def level_nits(self, code: FloatArray) -> FloatArray:
        """The light a code value stands for, as the wall was declared."""
        wall = self.profile.stage.wall
        return eotf(wall.eotf, code, peak_nits=wall.peak_nits)

    def is_visible(self) -> BoolArray:
        """Patches that stand out of their noise; all where the noise is unknown."""
        measured = self.profile.measurements
        signal = np.abs(measured.camera - self.black()).max(axis=1)
        sigma = np.nan_to_num(measured.sigma.max(axis=1), nan=0.0)
        return np.asarray(signal > _VISIBLE * sigma)

    def channel_ratio(
        self, code: FloatArray, aces: FloatArray, channel: int
    ) -> tuple[FloatArray, FloatArray]:
        """Give level in nits, and light over declared light, of one channel.

        Parameters
        ----------
        code : ndarray, shape (n, 3)
            Wall codes. Those with this channel alone above zero are used; where there are none,
            the greys, divided into channels by the primaries as the camera sees them.
        aces : ndarray, shape (n, 3)
            Their light, black taken off.
        channel : int
            0 red, 1 green, 2 blue.

        Returns
        -------
        level, ratio : ndarray
            Sorted by level; the median ratio between 5 % and 50 % of peak counts as 1.
        """
        used = alone(code, channel)
        if used.any():
            direction = aces[used][np.argmax(code[used, channel])]
            light = aces @ direction
        else:
            used = is_grey(code)
            primaries = self.predicted_light(np.eye(3))
            if primaries is None or not used.any():
                return np.zeros(0), np.zeros(0)
            light = (aces @ np.linalg.pinv(primaries))[:, channel]
        level = self.level_nits(code[used, channel])
        ratio = light[used] / np.maximum(level, 1e-9)
        middle = (level >= 0.05 * level.max()) & (level <= 0.5 * level.max())
        order = np.argsort(level)
        return level[order], ratio[order] / np.median(ratio[middle] if middle.any() else ratio)

    def white_shift(self, code: FloatArray, aces: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Give level in nits and distance from the target's white in u'v', for neutral codes.

        Greys without light of their own (below black, by noise) have no chromaticity: left out.
        """
        neutral = is_grey(code) & (aces_luminance(aces) > 0.0)
        level = self.level_nits(code[neutral, 0])
        distance = np.linalg.norm(uv(aces[neutral]) - uv(np.ones(3)), axis=-1)
        order = np.argsort(level)
        order = order[np.isfinite(distance[order])]
        return level[order], distance[order]

    def corners(self, *, corrected: bool = False) -> FloatArray | None:
        """Chromaticities of red, green and blue as the camera sees them, (3, 2) u'v'.

        Of full channels as the wall is; corrected, of content at a tenth of its peak: full ones
        are often beyond the wall, and say more of how they were brought back.
        """
        target = self.profile.stage.target
        tenth = eotf_inverse(target.eotf, 0.1 * target.peak_nits, peak_nits=target.peak_nits)
        code = np.eye(3) * (tenth if corrected else 1.0)
        predicted = self.predicted_light(code, corrected=corrected)
        if predicted is not None or corrected:
            return None if predicted is None else uv(predicted)
        code, light = self.profile.measurements.code, self.measured_light()
        rows = []
        for channel in range(3):
            used = alone(code, channel)
            if not used.any():
                return None
            rows.append(light[np.argmax(np.where(used, code[:, channel], -1.0))])
        return uv(np.array(rows))

    def target_corners(self) -> FloatArray:
        """Chromaticities of the target's primaries as camera-neutral content has them, u'v'."""
        return uv(target_light(self.profile.stage.target, np.eye(3)))

    def ramp(self, channel: int | None) -> FloatArray:
        """Codes from dark to full at even log steps: of one channel, or neutral."""
        wall = self.profile.stage.wall
        nits = np.geomspace(max(wall.peak_nits * 2e-5, 0.01), wall.peak_nits, 121)
        level = eotf_inverse(wall.eotf, nits, peak_nits=wall.peak_nits)
        code = np.zeros((len(level), 3))
        code[:, slice(None) if channel is None else slice(channel, channel + 1)] = level[:, None]
        return code

    def swatches(self) -> list[Swatch]:
        """The colours of `SWATCHES`; empty without model and correction."""
        target = self.profile.stage.target
        white = min(target.peak_nits, _REFERENCE_WHITE_NITS)
        light = np.array([rgb for _, rgb in SWATCHES]) * white
        code = eotf_inverse(target.eotf, light, peak_nits=target.peak_nits)
        wanted = target_light(target, code)
        before = self.predicted_light(code)
        after = self.predicted_light(code, corrected=True)
        if before is None or after is None:
            return []
        error_before, error_after = delta_e_itp(before, wanted), delta_e_itp(after, wanted)
        screen = _DIMMED * white
        return [
            Swatch(
                name=name,
                target=css_colour(wanted[i], screen),
                before=css_colour(before[i], screen),
                after=css_colour(after[i], screen),
                error_before=float(error_before[i]),
                error_after=float(error_after[i]),
            )
            for i, (name, _) in enumerate(SWATCHES)
        ]


def alone(code: FloatArray, channel: int) -> BoolArray:
    """Codes in which this channel alone is above zero."""
    others = np.delete(code, channel, axis=1)
    return np.asarray((others == 0).all(axis=1) & (code[:, channel] > 0))


def is_grey(code: FloatArray) -> BoolArray:
    """Codes with equal channels, above zero."""
    return np.asarray((np.ptp(code, axis=1) < 1e-9) & (code[:, 0] > 0))


def uv(aces: FloatArray) -> FloatArray:
    """CIE 1976 u'v' of ACES2065-1, white adapted to D65; NaN for no light.

    Examples
    --------
    >>> uv(np.ones(3)).round(4).tolist()
    [0.1978, 0.4683]
    """
    xyz = np.asarray(aces, np.float64) @ matrix_aces_to_xyz().T
    total = xyz @ np.array([1.0, 15.0, 3.0])
    total = np.where(total > 0, total, np.nan)
    return np.stack([4 * xyz[..., 0] / total, 9 * xyz[..., 1] / total], axis=-1)


# IEC 61966-2-1, the screen that shows the page.
_SRGB = Gamut("sRGB", [[0.64, 0.33], [0.30, 0.60], [0.15, 0.06]], [0.3127, 0.3290])


@cache
def _matrix_aces_to_srgb() -> FloatArray:
    return np.asarray(np.linalg.inv(matrix_rgb_to_aces(_SRGB)), np.float64)


def css_colour(aces: FloatArray, white_nits: float) -> str:
    """A colour for the page, clipped to what a screen shows.

    Examples
    --------
    >>> css_colour(np.full(3, 2.0), 200.0)
    '#ffffff'
    """
    linear = np.asarray(aces) @ _matrix_aces_to_srgb().T * 100 / white_nits
    linear = np.clip(linear, 0.0, 1.0)
    code = eotf_inverse("sRGB", linear * 100, peak_nits=100.0)
    red, green, blue = (round(255 * float(c)) for c in code)
    return f"#{red:02x}{green:02x}{blue:02x}"
