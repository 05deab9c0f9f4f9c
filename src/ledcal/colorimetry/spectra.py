"""Spectra on one wavelength grid: the eye, cameras, illuminants, surfaces."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from ledcal.values.arrays import FloatArray

SHORTEST_NM, LONGEST_NM = 380, 780
CAMERAS = ("Nikon D5100", "Canon EOS 5D Mark II", "Cinema")

# A three-chip-like curve set for a cinema sensor: (height, peak nm, sd below, sd above) each.
_CINEMA = (
    ((1.00, 601.0, 27.0, 36.0), (0.14, 545.0, 26.0, 26.0), (0.05, 432.0, 18.0, 24.0)),
    ((1.00, 536.0, 36.0, 40.0), (0.08, 460.0, 16.0, 20.0)),
    ((1.00, 456.0, 25.0, 36.0), (0.03, 545.0, 30.0, 30.0)),
)


def wavelengths() -> FloatArray:
    """The grid of every spectrum here: 380, 381, ... 780 nm.

    Examples
    --------
    >>> wavelengths()[[0, -1]].tolist(), len(wavelengths())
    ([380.0, 780.0], 401)
    """
    return np.arange(SHORTEST_NM, LONGEST_NM + 1, dtype=np.float64)


def _on_grid(nm: ArrayLike, values: ArrayLike) -> FloatArray:
    """Linear interpolation to the grid, columns apart, read-only; nothing outside the data."""
    nm, values = np.asarray(nm, np.float64), np.asarray(values, np.float64)
    columns = values.reshape(len(nm), -1)
    grid = wavelengths()
    resampled = np.stack([np.interp(grid, nm, c, left=0.0, right=0.0) for c in columns.T], axis=-1)
    resampled = resampled.reshape(len(grid), *values.shape[1:])
    resampled.flags.writeable = False
    return resampled


def asymmetric_gaussian(
    peak_nm: ArrayLike, sd_short_nm: ArrayLike, sd_long_nm: ArrayLike
) -> FloatArray:
    """Bell curves of height 1 whose two sides fall at different rates, as LED emission does.

    Parameters
    ----------
    peak_nm, sd_short_nm, sd_long_nm : array_like, shape (...)
        Peak wavelength, and standard deviation below and above it.

    Returns
    -------
    ndarray, shape (..., 401)
        On the grid of `wavelengths`.

    Examples
    --------
    >>> led = asymmetric_gaussian(530.0, 10.0, 20.0)
    >>> led[[140, 150, 170]].round(3).tolist()
    [0.607, 1.0, 0.607]
    """
    peak, short, long = (
        np.asarray(v, np.float64)[..., None] for v in (peak_nm, sd_short_nm, sd_long_nm)
    )
    distance = wavelengths() - peak
    sd = np.where(distance < 0, short, long)
    return np.asarray(np.exp(-0.5 * (distance / sd) ** 2), np.float64)


@cache
def colour_matching_functions() -> FloatArray:
    """CIE 1931 2 degree observer. Read-only.

    Returns
    -------
    ndarray, shape (401, 3)
        x-bar, y-bar, z-bar. 683 lm/W times the sum over a radiance in W/(sr m2 nm) is nits.
    """
    from ledcal.colorimetry._colour import colour  # noqa: PLC0415 - slow to import

    observer = colour.MSDS_CMFS["CIE 1931 2 Degree Standard Observer"]
    return _on_grid(observer.wavelengths, observer.values)


@cache
def illuminant(name: str) -> FloatArray:
    """Relative spectral power of a CIE illuminant. Read-only.

    Parameters
    ----------
    name : str
        ``A``, ``D50``, ``D55``, ``D65``, ...

    Returns
    -------
    ndarray, shape (401,)
        100 at 560 nm.

    Raises
    ------
    ValueError
        If colour-science has no such illuminant.

    Examples
    --------
    >>> round(float(illuminant("D65")[560 - 380]), 6)
    100.0
    """
    from ledcal.colorimetry._colour import colour  # noqa: PLC0415 - slow to import

    if name not in colour.SDS_ILLUMINANTS:
        message = f"unknown illuminant {name!r}: A, D50, D55, D65 and D75 are known, among others"
        raise ValueError(message)
    spectrum = colour.SDS_ILLUMINANTS[name]
    return _on_grid(spectrum.wavelengths, spectrum.values)


@cache
def reflectances() -> FloatArray:
    """The 190 surfaces that camera matrices are usually fitted to (AMPAS rawtoaces). Read-only.

    Returns
    -------
    ndarray, shape (401, 190)
        Reflectance, 0..1.
    """
    from ledcal.colorimetry._colour import colour  # noqa: PLC0415 - slow to import

    surfaces = colour.characterisation.read_training_data_rawtoaces_v1()
    return _on_grid(surfaces.wavelengths, surfaces.values)


@cache
def camera_sensitivities(name: str) -> FloatArray:
    """Spectral sensitivities of a camera with its filters. Read-only.

    Parameters
    ----------
    name : str
        One of `CAMERAS`. The first two were measured and come with colour-science (NPL, and
        AMPAS rawtoaces); ``Cinema`` is smooth analytic curves, of no particular camera.

    Returns
    -------
    ndarray, shape (401, 3)
        Red, green, blue; the largest of each is 1.

    Raises
    ------
    ValueError
        If the name is unknown.

    Examples
    --------
    >>> camera_sensitivities("Nikon D5100").max(axis=0).tolist()
    [1.0, 1.0, 1.0]
    """
    if name == "Cinema":
        curves = np.stack(
            [sum(h * asymmetric_gaussian(p, s, g) for h, p, s, g in lobes) for lobes in _CINEMA],
            axis=-1,
        )
        nm = wavelengths()
    elif name == "Nikon D5100":
        from ledcal.colorimetry._colour import colour  # noqa: PLC0415 - slow to import

        measured = colour.MSDS_CAMERA_SENSITIVITIES["Nikon 5100 (NPL)"]
        nm, curves = measured.wavelengths, np.asarray(measured.values, np.float64)
    elif name == "Canon EOS 5D Mark II":
        from ledcal.colorimetry._colour import colour  # noqa: PLC0415 - slow to import

        folder = Path(colour.__file__).parent / "characterisation" / "datasets" / "rawtoaces"
        path = folder / "CANON_EOS_5DMark_II_RGB_Sensitivities.csv"
        table = np.loadtxt(path, delimiter=",", skiprows=1)
        nm, curves = table[:, 0], table[:, 1:]
    else:
        message = f"unknown camera {name!r}: known are {', '.join(CAMERAS)}"
        raise ValueError(message)
    return _on_grid(nm, curves / curves.max(axis=0))
