"""A take of the drift pattern as numbers: what a baseline keeps, and what is compared with it."""

from __future__ import annotations

from dataclasses import dataclass

from ledcal.values.arrays import FloatArray, readonly


@dataclass(frozen=True, slots=True, eq=False)
class DriftReading:
    """One take of the drift pattern. Camera RGB, scene-linear, before any white balance.

    Attributes
    ----------
    pattern_id : int
        Which pattern was on the wall.
    wall_px, picture_px : (int, int)
        Width and height of wall and picture.
    space : str
        ``camera``, or the space that pictures came in.
    camera_model : str
        As the files say; empty where they do not.
    when : str
        Of the first frame, as the file says; empty where it does not.
    exposure : float
        Light that the camera's settings ask for, relative: time over f-number squared times ISO;
        NaN where the files do not say all three.
    neutral : ndarray, shape (3,)
        Camera RGB that the files call neutral, green 1; NaN where they say nothing.
    code : ndarray, shape (n, 3)
        Wall code of each patch.
    light, sigma : ndarray, shape (n, 3)
        Of each patch above black, glare off, as the wall's middle would show it; its standard
        error. NaN where it was clipped or not seen.
    black, black_sigma : ndarray, shape (3,)
        Of the wall's middle in the black frame, the glare of the marks in it.
    places : ndarray, shape (m, 2)
        Wall pixels where evenness is looked at.
    even, even_sigma : ndarray, shape (m, 3)
        Light there, black off, relative to what is lit alike; NaN where it was not seen.
    n_flat : int
        The first so many of them show the flat frame, the others the marks.
    outline : ndarray, shape (8, 2)
        Where corners and middles of the sides of the wall lie in the picture, clockwise from the
        top left corner, in pixels.
    ripple : float
        Amplitude of what repeats in the flat frame (moire, bands), relative; 0 where nothing does.
    chart : ndarray, shape (3,)
        Of the white reference chart in the black frame; NaN without one.
    """

    pattern_id: int
    wall_px: tuple[int, int]
    picture_px: tuple[int, int]
    space: str
    camera_model: str
    when: str
    exposure: float
    neutral: FloatArray
    code: FloatArray
    light: FloatArray
    sigma: FloatArray
    black: FloatArray
    black_sigma: FloatArray
    places: FloatArray
    even: FloatArray
    even_sigma: FloatArray
    n_flat: int
    outline: FloatArray
    ripple: float
    chart: FloatArray

    def __post_init__(self) -> None:
        n, m = len(self.code), len(self.places)
        for name, shape in (
            ("neutral", (3,)),
            ("code", (n, 3)),
            ("light", (n, 3)),
            ("sigma", (n, 3)),
            ("black", (3,)),
            ("black_sigma", (3,)),
            ("places", (m, 2)),
            ("even", (m, 3)),
            ("even_sigma", (m, 3)),
            ("outline", (8, 2)),
            ("chart", (3,)),
        ):
            array = readonly(getattr(self, name), shape=shape, name=name, finite=False)
            object.__setattr__(self, name, array)


@dataclass(frozen=True, slots=True, eq=False)
class Baseline:
    """Takes of the drift pattern on the day of the calibration.

    Attributes
    ----------
    readings : tuple of DriftReading
        Two or more; they differ by what the stage does by itself. One, where a profile was
        derived from a check.
    created : str
        ISO 8601.
    profile_sha256 : str
        Of the profile.json it stands beside.
    inputs : tuple of (str, str)
        Name and SHA-256 of the captures.
    repeatability : dict of str to float
        By component, in its unit: how far one take is off by itself.
    """

    readings: tuple[DriftReading, ...]
    created: str
    profile_sha256: str
    inputs: tuple[tuple[str, str], ...]
    repeatability: dict[str, float]
