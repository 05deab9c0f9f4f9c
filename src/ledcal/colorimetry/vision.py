"""How weak a grating an eye still sees: the door to colour-science's contrast sensitivity.

Both models are of still sine gratings on a flat field, seen by an average observer who looks
straight at them. Texture and cuts hide more; a grating that moves is seen more easily.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ledcal.colorimetry.space import BT709, matrix_rgb_to_xyz

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from ledcal.values.arrays import FloatArray

_FIELD_DEG = 20.0
# Of the chromatic model: peak sensitivity and what luminance makes of it, frequency (cycles per
# degree) and bandwidth of the parabola, area (square degrees) and frequency of summation.
_RED_GREEN = (681.434, 38.0038, 0.480386, 0.0178364, 2.42104, 2816.44, 0.0711058)
_YELLOW_VIOLET = (166.683, 62.8974, 0.41193, 0.00425753, 2.68197, 2.82789e7, 0.000635093)
# CIE 2006 cones (L + M is luminance) to CIE 1931 XYZ, for a display lit by LEDs.
_CONES_TO_XYZ = (
    (2.629129278399650, -3.780202391780134, 10.294956387893450),
    (0.865649062438827, 1.215555811642301, -0.984175688105352),
    (-0.008886561474676, 0.081612628990755, 51.371024830897888),
)
_CONES_TO_OPPONENT = ((1.0, -2.3112, 0.0), (-1.0, -1.0, 50.9875))


def pixels_per_degree(rows: float, heights: ArrayLike) -> FloatArray:
    """Pixels of a picture that fill one degree of view.

    Parameters
    ----------
    rows : float
        Of the picture.
    heights : array_like
        Viewing distance in heights of the picture.

    Returns
    -------
    ndarray
        Of the shape of `heights`.

    Examples
    --------
    >>> pixels_per_degree(2160, [1.5, 3.0]).round(2).tolist()
    [56.55, 113.1]
    """
    distance_px = rows * np.asarray(heights, np.float64)
    return np.asarray(1.0 / np.degrees(2.0 * np.arctan(0.5 / distance_px)), np.float64)


def luminance_threshold(cycles_per_degree: ArrayLike, *, nits: float = 100.0) -> FloatArray:
    """Contrast of a grey grating that an eye just sees (Barten 1999, a field of 20 degrees).

    Parameters
    ----------
    cycles_per_degree : array_like
        Above 0.
    nits : float
        Mean luminance of the picture.

    Returns
    -------
    ndarray
        Amplitude over mean, of the shape of the frequencies.

    References
    ----------
    .. [1] P. G. J. Barten, "Contrast Sensitivity of the Human Eye and Its Effects on Image
       Quality", SPIE Press, 1999; computed by colour-science.

    Examples
    --------
    >>> luminance_threshold([1.0, 4.0, 16.0]).round(5).tolist()
    [0.00195, 0.00147, 0.0057]
    """
    from ledcal.colorimetry._colour import colour  # noqa: PLC0415 - slow to import

    pupil_mm = colour.contrast.pupil_diameter_Barten1999(nits, _FIELD_DEG, _FIELD_DEG)
    sensitivity = colour.contrast.contrast_sensitivity_function_Barten1999(
        u=np.asarray(cycles_per_degree, np.float64),
        sigma=colour.contrast.sigma_Barten1999(d=pupil_mm),
        E=colour.contrast.retinal_illuminance_Barten1999(nits, pupil_mm),
        X_0=_FIELD_DEG,
        Y_0=_FIELD_DEG,
    )
    return np.asarray(1.0 / sensitivity, np.float64)


def chromatic_sensitivity(cycles_per_degree: ArrayLike, *, nits: float = 100.0) -> FloatArray:
    r"""Sensitivity to gratings of colour alone, red-green and yellow-violet (castleCSF).

    Low-pass, as colour vision is. The formulas and the constants are those that were published
    with the model for still gratings looked at straight, at its 0.2 releases; no measurement of
    moire stands behind them, and observers differ by a factor of two. Below 1/16 cycle per degree
    the model was not fitted, and what it says there is used as it is.

    Parameters
    ----------
    cycles_per_degree : array_like, shape (...)
        Above 0.
    nits : float
        Mean luminance of the picture.

    Returns
    -------
    ndarray, shape (..., 2)
        One over the contrast of `opponent_contrast` that is just seen.

    Notes
    -----
    With frequency :math:`f`, area :math:`A` and :math:`S_m` the peak at a luminance,

    .. math:: S = S_m 10^{-\log_{10}^2(f / f_m) / 2^b} f \sqrt{A_c / (1 + A_c / A)},
              \quad A_c = A_0 / (1 + (f / f_0)^2)

    References
    ----------
    .. [1] M. Ashraf, R. K. Mantiuk, A. Chapiro, S. Wuerger, "castleCSF: A contrast sensitivity
       function of color, area, spatiotemporal frequency, luminance and eccentricity", Journal of
       Vision 24(4):5, 2024. doi:10.1167/jov.24.4.5
    .. [2] K. T. Mullen, "The contrast sensitivity of human colour vision to red-green and
       blue-yellow chromatic gratings", Journal of Physiology 359, 1985: low-pass, up to 11 or 12
       cycles per degree.

    Examples
    --------
    >>> chromatic_sensitivity([0.25, 4.0]).round(1).tolist()
    [[974.3, 124.2], [204.5, 19.3]]
    """
    f = np.asarray(cycles_per_degree, np.float64)
    area = _FIELD_DEG**2
    found = []
    for peak, half_nits, slope, f_peak, width, area_0, f_0 in (_RED_GREEN, _YELLOW_VIOLET):
        at_luminance = peak * (1.0 + half_nits / nits) ** -slope
        octaves = np.log10(np.maximum(f / f_peak, 1.0))
        summed = area_0 / (1.0 + (f / f_0) ** 2)
        pooled = f * np.sqrt(summed / (1.0 + summed / area))
        found.append(at_luminance * 10.0 ** (-(octaves**2) / 2.0**width) * pooled)
    return np.asarray(np.stack(found, axis=-1), np.float64)


def opponent_contrast(amplitude: ArrayLike) -> FloatArray:
    """What a grating of red, green and blue light is to the eye: luminance and two colours.

    Parameters
    ----------
    amplitude : array_like, shape (..., 3)
        Of linear BT.709 light around white, over its mean; negative where a colour is dark while
        the others are bright.

    Returns
    -------
    ndarray, shape (..., 3)
        Luminance, red-green (L - 2.31 M) and yellow-violet (51 S - L - M), signed; the last two
        are cones' differences over L + M, as castleCSF has them.

    Examples
    --------
    >>> opponent_contrast([1.0, 1.0, 1.0]).round(2).tolist()
    [1.0, 0.0, 0.01]
    >>> opponent_contrast([1.0, 0.0, -1.0]).round(3).tolist()
    [0.14, 0.156, -1.015]
    """
    to_xyz = matrix_rgb_to_xyz(BT709)
    cones = np.linalg.solve(np.array(_CONES_TO_XYZ), to_xyz)
    opponent = np.array(_CONES_TO_OPPONENT) @ cones / cones[:2].sum()
    rows = np.vstack([to_xyz[1], opponent])
    return np.asarray(np.asarray(amplitude, np.float64) @ rows.T, np.float64)
