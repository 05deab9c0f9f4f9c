"""Ways from camera RGB to ACES2065-1: a raw file's matrices, a gamut, the wall's own primaries."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ledcal.colorimetry.space import (
    ACES,
    matrix_adaptation,
    matrix_rgb_to_aces,
    matrix_rgb_to_xyz,
    xy_to_xyz,
)
from ledcal.values.camera import WALL_PATH, CameraTransform

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from ledcal.values.arrays import FloatArray
    from ledcal.values.frame import CameraColour
    from ledcal.values.stage import Gamut

# Ours: primaries that a camera tells apart less well than this amplify its noise beyond use.
_WORST_CONDITION = 300.0


# Balanced RGB of a camera from ACES2065-1, where nothing is known of it: the mean of those whose
# sensitivities are in `spectra`, balanced to D65, each fitted as its DNG matrix would be. They
# differ from it by less than 0.12.
TYPICAL_CAMERA = np.array(
    [[1.3107, -0.1609, -0.1497], [-0.0580, 0.9117, 0.1463], [-0.0783, 0.2221, 0.8562]]
)
TYPICAL_CAMERA.flags.writeable = False


def correlated_colour_temperature(xy: ArrayLike) -> float:
    """Correlated colour temperature in kelvin of a chromaticity (McCamy's cubic).

    C. S. McCamy, "Correlated color temperature as an explicit function of chromaticity
    coordinates", Color Research & Application 17, 1992. Good to a few kelvin near the Planckian
    locus between 2800 K and 6500 K, which is where calibration illuminants are.

    Examples
    --------
    >>> round(correlated_colour_temperature([0.3127, 0.3290]))
    6505
    """
    x, y = (float(v) for v in np.asarray(xy, np.float64))
    n = (x - 0.3320) / (0.1858 - y)
    return 449.0 * n**3 + 3525.0 * n**2 + 6823.3 * n + 5520.33


def _matrix_at(matrices: tuple[tuple[float, FloatArray], ...], cct_k: float) -> FloatArray:
    """Two illuminants mix by the inverse of their temperature; outside them the nearer holds."""
    ordered = sorted(matrices, key=lambda item: -item[0])
    mired = [1e6 / kelvin for kelvin, _ in ordered]
    entries = np.array([matrix.ravel() for _, matrix in ordered]).T
    mixed = [np.interp(1e6 / cct_k, mired, entry) for entry in entries]
    return np.array(mixed, np.float64).reshape(3, 3)


def camera_transform(colour: CameraColour) -> CameraTransform:
    """The way from camera RGB to ACES2065-1 that a raw file's own matrices describe.

    The camera's neutral is carried to the ACES white by Bradford, so that what the camera holds
    for neutral has equal ACES channels (DNG specification, chapter 6, without ForwardMatrix).

    Parameters
    ----------
    colour : CameraColour
        Neutral, and one or two matrices from XYZ to camera RGB. Two are mixed at the correlated
        colour temperature that the neutral has through that very mixture.

    Returns
    -------
    CameraTransform
        Balance normalised to green; rows of the matrix sum to 1.

    Raises
    ------
    ValueError
        If the neutral is not positive or a matrix cannot be inverted.

    Examples
    --------
    >>> from ledcal.values.frame import CameraColour
    >>> camera = CameraColour(np.array([0.5, 1.0, 0.8]), ((6504.0, np.eye(3)),), "example")
    >>> transform = camera_transform(camera)
    >>> (transform.combined() @ [0.5, 1.0, 0.8]).round(9).tolist()
    [1.0, 1.0, 1.0]
    """
    neutral = _checked_neutral(colour)
    if not colour.matrices:
        message = "no colour matrix"
        raise ValueError(message)
    # The matrix depends on the white's temperature and the white on the matrix: iterate.
    white_xy = np.array([0.3127, 0.3290])
    xyz_to_camera = colour.matrices[0][1]
    for _ in range(20):
        xyz_to_camera = _matrix_at(colour.matrices, correlated_colour_temperature(white_xy))
        if abs(np.linalg.det(xyz_to_camera)) < 1e-9:
            message = "a colour matrix cannot be inverted"
            raise ValueError(message)
        xyz = np.linalg.solve(xyz_to_camera, neutral)
        updated = xyz[:2] / xyz.sum()
        if np.abs(updated - white_xy).max() < 1e-8:
            break
        white_xy = updated
    camera_to_xyz = np.linalg.inv(xyz_to_camera)
    adapted = matrix_adaptation(camera_to_xyz @ neutral, xy_to_xyz(ACES.whitepoint_xy))
    camera_to_aces = np.linalg.solve(matrix_rgb_to_xyz(ACES), adapted @ camera_to_xyz)
    balance = neutral[1] / neutral
    matrix = camera_to_aces / balance[None, :]
    matrix = matrix / matrix.sum(axis=1, keepdims=True)
    cct_k = correlated_colour_temperature(white_xy)
    source, assumes = _described(colour, cct_k)
    return CameraTransform(balance, matrix, source, assumes, cct_k)


def _checked_neutral(colour: CameraColour) -> FloatArray:
    if not (colour.neutral > 0).all():
        message = f"camera neutral {colour.neutral.tolist()} is not positive in every channel"
        raise ValueError(message)
    return colour.neutral


def _described(colour: CameraColour, cct_k: float) -> tuple[str, str]:
    """Which matrices are used and how, and what that takes for granted."""
    name = colour.source if "Matrix" in colour.source else f"{colour.source} matrix"
    kelvins = sorted({round(kelvin) for kelvin, _ in colour.matrices})
    made_for = " and ".join(f"{kelvin} K" for kelvin in kelvins)
    lamps = "that the maker's matrices, made for lamps and daylight, hold for LED light too"
    neutral = "and that the camera was balanced to what should look neutral"
    if len(kelvins) == 1:
        how = f"one illuminant ({made_for}), used for the file's neutral ({cct_k:.0f} K) as it is"
        lamps = lamps.replace("matrices", "matrix")
    elif kelvins[0] <= cct_k <= kelvins[-1]:
        how = f"two illuminants ({made_for}) mixed for the file's neutral ({cct_k:.0f} K)"
    else:
        nearest = min(kelvins, key=lambda kelvin: abs(kelvin - cct_k))
        how = f"two illuminants ({made_for}): that of {nearest} K alone, as the file's neutral "
        how += f"({cct_k:.0f} K) lies beyond it"
    return f"{name}, {how}", f"{lamps}, {neutral}"


def gamut_transform(
    space: Gamut, colour: CameraColour | None = None, *, said_by: str = "as declared"
) -> CameraTransform:
    """The way to ACES2065-1 of numbers that are linear light in a gamut (Bradford).

    Parameters
    ----------
    space : Gamut
        What the numbers are declared to be in.
    colour : CameraColour or None
        Of camera raw, which is balanced by the file's neutral first; None for numbers that are
        balanced already.
    said_by : str
        Who says that they are, for the report.

    Returns
    -------
    CameraTransform
        Rows of the matrix sum to 1.

    Raises
    ------
    ValueError
        If the neutral is not positive.

    Examples
    --------
    >>> bool(np.allclose(gamut_transform(ACES).combined(), np.eye(3)))
    True
    """
    matrix = matrix_rgb_to_aces(space)
    matrix = matrix / matrix.sum(axis=1, keepdims=True)
    if colour is None:
        source = f"the camera values are linear {space.name}, {said_by}"
        assumes = "that what made them so (camera, converter, another tool) was right"
        return CameraTransform(np.ones(3), matrix, source, assumes)
    neutral = _checked_neutral(colour)
    return CameraTransform(
        neutral[1] / neutral,
        matrix,
        f"camera raw, balanced by the file's neutral, taken as linear {space.name}, {said_by}",
        f"that the sensor's own colours, once balanced, are {space.name}, which few sensors' are",
    )


def wall_transform(primaries: FloatArray, space: Gamut, where: str) -> CameraTransform:
    """The 3x3 that makes a wall's measured primaries those that were declared.

    Nine numbers take three camera readings to three known lights: the declared primaries, each
    with the light that it has in the declared white. So their sum becomes neutral.

    Parameters
    ----------
    primaries : ndarray, shape (3, 3)
        Row by row the camera RGB, black taken off, of red, green and blue at full drive.
    space : Gamut
        What the wall was declared to have.
    where : str
        Which patches they are, for the report.

    Returns
    -------
    CameraTransform
        Its balance makes the sum of the primaries equal in all channels; rows of the matrix sum
        to 1.

    Raises
    ------
    ValueError
        If the camera cannot tell the primaries apart, or sees no light in one of its channels.

    Examples
    --------
    >>> seen = np.array([[0.5, 0.1, 0.0], [0.2, 0.9, 0.1], [0.0, 0.1, 0.6]])
    >>> (wall_transform(seen, ACES, "example").combined() @ seen.sum(axis=0)).round(9).tolist()
    [1.1, 1.1, 1.1]
    """
    white = primaries.sum(axis=0)
    if not (np.isfinite(primaries).all() and (white > 0).all()):
        message = "one of its channels sees no light"
        raise ValueError(message)
    condition = float(np.linalg.cond(primaries / np.linalg.norm(primaries, axis=1, keepdims=True)))
    if not condition < _WORST_CONDITION:
        message = "red, green and blue of the wall look alike to it"
        raise ValueError(message)
    balance = white[1] / white
    combined = white[1] * matrix_rgb_to_aces(space) @ np.linalg.inv(primaries.T)
    matrix = combined / balance[None, :]
    return CameraTransform(
        balance,
        matrix / matrix.sum(axis=1, keepdims=True),
        f"{WALL_PATH} ({where})",
        f"that the LEDs are exactly the declared {space.name}, their white too, and that the "
        "camera is no more than a linear light meter: this judges the wall's curves and mixtures "
        "only, and says nothing of how the camera sees other light",
    )
