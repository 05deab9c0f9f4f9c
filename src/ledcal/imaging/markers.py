"""ArUco markers of our own dictionary in a picture, mirrored ones too."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from ledcal.imaging._opencv import cv2

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ledcal.values.arrays import FloatArray

MarkerBits = tuple[tuple[tuple[int, int, int], ...], ...]


@dataclass(frozen=True, slots=True, eq=False)
class FoundMarker:
    """One marker in a picture.

    Attributes
    ----------
    number : int
        Place in the dictionary.
    is_mirrored : bool
        Whether the picture shows it as a mirror would.
    corners : ndarray, shape (4, 2)
        Its own top left, top right, bottom right, bottom left, (x, y).
    """

    number: int
    is_mirrored: bool
    corners: FloatArray


def find_markers(image: NDArray[np.uint8], bits: MarkerBits) -> list[FoundMarker]:
    """Find 3 x 3 bit markers, lit border on dark ground.

    Parameters
    ----------
    image : ndarray of uint8, shape (rows, columns)
        Grey picture.
    bits : tuple of 3 x 3 tuples
        The dictionary; 1 is lit.

    Returns
    -------
    list of FoundMarker
        Candidates; a marker may be found twice, or where there is none.

    Examples
    --------
    >>> import numpy as np
    >>> image = np.zeros((100, 100), dtype=np.uint8)
    >>> image[20:70, 30:80] = 200
    >>> image[50:60, 50:70] = 0
    >>> found = find_markers(image, (((1, 1, 1), (1, 1, 1), (1, 0, 0)),))
    >>> [(m.number, m.is_mirrored, m.corners[0].round().tolist()) for m in found][:1]
    [(0, False, [29.0, 20.0])]
    """
    return find_markers_and_quads(image, bits)[0]


def find_markers_and_quads(
    image: NDArray[np.uint8], bits: MarkerBits
) -> tuple[list[FoundMarker], FloatArray]:
    """Find markers, and the four-sided shapes whose bits cannot be read, shape (n, 4, 2).

    Examples
    --------
    >>> import numpy as np
    >>> markers, quads = find_markers_and_quads(np.zeros((64, 64), dtype=np.uint8), ())
    >>> len(markers), quads.shape
    (0, (0, 4, 2))
    """
    if not bits:
        return [], np.zeros((0, 4, 2))
    corners, numbers, rejected = _detector(bits).detectMarkers(image)
    quads = np.asarray(rejected, dtype=np.float64).reshape(-1, 4, 2)
    if numbers is None:
        return [], quads
    found = []
    for quad, number in zip(corners, np.ravel(numbers).tolist(), strict=True):
        points = np.asarray(quad, dtype=np.float64).reshape(4, 2)
        is_mirrored = number >= len(bits)
        if is_mirrored:
            points = points[[1, 0, 3, 2]]
        found.append(FoundMarker(number % len(bits), is_mirrored, points))
    return found, quads


@cache
def _detector(bits: MarkerBits) -> Any:
    """A detector for the dictionary followed by its mirror images."""
    # OpenCV draws 1 as white on a black border; ours are lit on dark, so inverted.
    words = [1 - np.array(word, dtype=np.uint8) for word in bits]
    words += [word[:, ::-1] for word in words]
    rows = [cv2.aruco.Dictionary.getByteListFromBits(np.ascontiguousarray(word)) for word in words]
    dictionary = cv2.aruco.Dictionary(np.concatenate(rows, axis=0), 3, 0)
    parameters = cv2.aruco.DetectorParameters()
    parameters.detectInvertedMarker = True
    parameters.adaptiveThreshWinSizeMin = 9
    parameters.adaptiveThreshWinSizeMax = 105
    parameters.adaptiveThreshWinSizeStep = 24
    parameters.adaptiveThreshConstant = 4
    parameters.minMarkerPerimeterRate = 0.04
    parameters.maxMarkerPerimeterRate = 2.0
    parameters.polygonalApproxAccuracyRate = 0.07
    parameters.perspectiveRemovePixelPerCell = 8
    parameters.perspectiveRemoveIgnoredMarginPerCell = 0.25
    parameters.maxErroneousBitsInBorderRate = 0.4
    parameters.errorCorrectionRate = 0.0
    parameters.minOtsuStdDev = 2.0
    parameters.cornerRefinementMethod = cv2.aruco.CORNER_REFINE_NONE
    return cv2.aruco.ArucoDetector(dictionary, parameters)
