"""How the numbers of pictures and clips encode scene light: log curves of cameras, PQ, HLG."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from ledcal.colorimetry.transfer import pq_decode

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import ArrayLike, NDArray

    from ledcal.values.arrays import FloatArray

# 10-bit video codes of black and of nominal white (ITU-R BT.709, BT.2020, BT.2100).
_BLACK_CODE, _WHITE_CODE, _TOP_CODE = 64, 940, 1023
# LogC3 differs with the exposure index; these are the published curves.
EXPOSURE_INDICES = (160, 200, 250, 320, 400, 500, 640, 800, 1000, 1280, 1600)
_USUAL_INDEX = 800
# The part of the signal that a table spans: video has codes beyond black and white, and
# saturated colours go further once they are R'G'B'.
TABLE_LOW, TABLE_HIGH, TABLE_SIZE = -0.5, 1.5, 1 << 17


@dataclass(frozen=True, slots=True)
class Encoding:
    """One way in which numbers encode light.

    Attributes
    ----------
    name : str
        As it is printed: ``LogC4``, ``LogC3 EI 800``, ``S-Log3``, ``linear``.
    curve : str
        Name without exposure index and range.
    spaces : tuple of str
        Gamuts that go with it. One is taken; of several one must be chosen; none: any.
    is_code_value : bool
        The maker defines the curve on 10-bit video codes over 1023 (18 % grey of S-Log3 is code
        420), so the curve's 0..1 is wider than the nominal range of video. Otherwise the curve's
        0..1 is that range.
    exposure_index : int or None
        LogC3 only.
    remark : str
        What is taken for granted, where something is; printed.
    """

    name: str
    curve: str
    spaces: tuple[str, ...] = ()
    is_code_value: bool = False
    exposure_index: int | None = None
    remark: str = ""


_S_GAMUTS = ("S-Gamut3.Cine", "S-Gamut3")
_HLG_REMARK = (
    "HLG is undone by the inverse of its OETF, to scene light; right if camera or recorder applied "
    "nothing but that"
)
_PQ_REMARK = (
    "PQ is absolute light of a display, nits / 100; right if camera or recorder stored light so, "
    "without a look"
)
_KNOWN = (
    Encoding("linear", "linear"),
    Encoding("LogC4", "LogC4", ("ARRI Wide Gamut 4",)),
    Encoding("LogC3", "LogC3", ("ARRI Wide Gamut 3",)),
    Encoding("S-Log3", "S-Log3", _S_GAMUTS, is_code_value=True),
    Encoding("V-Log", "V-Log", ("V-Gamut",), is_code_value=True),
    Encoding("Log3G10", "Log3G10", ("REDWideGamutRGB",)),
    Encoding("Canon Log 2", "Canon Log 2", ("Cinema Gamut",), is_code_value=True),
    Encoding("Canon Log 3", "Canon Log 3", ("Cinema Gamut",), is_code_value=True),
    Encoding("Blackmagic Film Gen 5", "Blackmagic Film Gen 5", ("Blackmagic Wide Gamut",)),
    Encoding("N-Log", "N-Log", ("N-Gamut",), is_code_value=True),
    Encoding("F-Log", "F-Log", ("F-Gamut",), is_code_value=True),
    Encoding("F-Log2", "F-Log2", ("F-Gamut",), is_code_value=True),
    Encoding("DaVinci Intermediate", "DaVinci Intermediate", ("DaVinci Wide Gamut",)),
    Encoding("ACEScct", "ACEScct", ("ACEScg",)),
    Encoding("PQ", "PQ", remark=_PQ_REMARK),
    Encoding("HLG", "HLG", remark=_HLG_REMARK),
)
ENCODINGS = tuple(encoding.name for encoding in _KNOWN)
_ALIASES = {
    "lin": "linear",
    "scenelinear": "linear",
    "arrilogc4": "LogC4",
    "arrilogc3": "LogC3",
    "logc": "LogC3",
    "arrilogc": "LogC3",
    "sonyslog3": "S-Log3",
    "panasonicvlog": "V-Log",
    "redlog3g10": "Log3G10",
    "clog2": "Canon Log 2",
    "canonclog2": "Canon Log 2",
    "clog3": "Canon Log 3",
    "canonclog3": "Canon Log 3",
    "blackmagicfilm": "Blackmagic Film Gen 5",
    "blackmagicfilm5": "Blackmagic Film Gen 5",
    "blackmagicfilmgeneration5": "Blackmagic Film Gen 5",
    "blackmagicdesignfilmgen5": "Blackmagic Film Gen 5",
    "bmdfilm": "Blackmagic Film Gen 5",
    "bmdfilmgen5": "Blackmagic Film Gen 5",
    "nikonnlog": "N-Log",
    "fujifilmflog": "F-Log",
    "fujifilmflog2": "F-Log2",
    "davinci": "DaVinci Intermediate",
    "st2084": "PQ",
    "smptest2084": "PQ",
    "bt2100pq": "PQ",
    "aribstdb67": "HLG",
    "bt2100hlg": "HLG",
}


def _key(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())


_BY_KEY = {_key(encoding.name): encoding for encoding in _KNOWN}
_BY_KEY |= {alias: _BY_KEY[_key(name)] for alias, name in _ALIASES.items()}


def canonical_encoding(name: str) -> Encoding:
    """The encoding of a name.

    Parameters
    ----------
    name : str
        One of `ENCODINGS` in any case and punctuation. ``LogC3`` may be followed by ``EI`` and an
        exposure index. ``full`` after a name whose curve is defined on 10-bit codes says that the
        curve's whole range lies between black and white of the video, as grading tools write it.

    Returns
    -------
    Encoding
        What is known of it.

    Raises
    ------
    ValueError
        If the name is none of them; the message names the nearest.

    Examples
    --------
    >>> canonical_encoding("slog3").name, canonical_encoding("logc3 ei400").name
    ('S-Log3', 'LogC3 EI 400')
    >>> canonical_encoding("S-Log3 full").is_code_value
    False
    """
    key = _key(name)
    index = re.fullmatch(r"((?:arri)?logc3?)ei([0-9]+)", key)
    if index:
        return _logc3(int(index[2]), "")
    if key in _BY_KEY:
        found = _BY_KEY[key]
        if found.curve == "LogC3":
            remark = (
                "LogC3 at exposure index 800; for another say so, such as --encoding 'LogC3 EI 400'"
            )
            return _logc3(_USUAL_INDEX, remark)
        return found
    if key.endswith("full") and key.removesuffix("full") in _BY_KEY:
        found = _BY_KEY[key.removesuffix("full")]
        if found.is_code_value:
            return replace(found, name=f"{found.name} full", is_code_value=False)
        message = f"encoding {name!r}: the curve of {found.name} spans the video's range anyway"
        raise ValueError(f"{message}; leave out 'full'")
    folded = {_key(known): known for known in ENCODINGS} | _ALIASES
    near = difflib.get_close_matches(key, folded, n=1, cutoff=0.5)
    nearest = f"; the nearest is {folded[near[0]]!r}" if near else ""
    message = f"unknown encoding {name!r}{nearest}; known are {', '.join(ENCODINGS)}"
    raise ValueError(message)


def _logc3(index: int, remark: str) -> Encoding:
    if index not in EXPOSURE_INDICES:
        known = ", ".join(map(str, EXPOSURE_INDICES))
        message = f"there is no LogC3 curve for exposure index {index}: known are {known}"
        raise ValueError(f"{message}; take the one that the camera was set to")
    return replace(_BY_KEY["logc3"], name=f"LogC3 EI {index}", exposure_index=index, remark=remark)


def _curve(encoding: Encoding) -> Callable[[FloatArray], FloatArray]:
    """The curve's own 0..1 to light, 18 % grey at 0.18 (PQ: nits / 100, HLG: 0..1)."""
    from ledcal.colorimetry._colour import colour  # noqa: PLC0415 - slow to import

    models = colour.models
    name = encoding.curve
    if name == "LogC3":
        return lambda code: models.log_decoding_ARRILogC3(code, EI=encoding.exposure_index)
    if name == "PQ":
        return lambda code: pq_decode(code) / 100.0
    curves: dict[str, Callable[[FloatArray], FloatArray]] = {
        "linear": lambda code: code,
        "LogC4": models.log_decoding_ARRILogC4,
        "S-Log3": models.log_decoding_SLog3,
        "V-Log": models.log_decoding_VLog,
        "Log3G10": models.log_decoding_Log3G10,
        "Canon Log 2": models.log_decoding_CanonLog2,
        "Canon Log 3": models.log_decoding_CanonLog3,
        "Blackmagic Film Gen 5": models.oetf_inverse_BlackmagicFilmGeneration5,
        "N-Log": models.log_decoding_NLog,
        "F-Log": models.log_decoding_FLog,
        "F-Log2": models.log_decoding_FLog2,
        "DaVinci Intermediate": models.oetf_inverse_DaVinciIntermediate,
        "ACEScct": models.log_decoding_ACEScct,
        "HLG": models.oetf_inverse_BT2100_HLG,
    }
    return curves[name]


def decode(encoding: Encoding, signal: ArrayLike, *, is_narrow: bool = False) -> FloatArray:
    """Signal to scene light.

    Parameters
    ----------
    encoding : Encoding
        As `canonical_encoding` gives it.
    signal : array_like
        Of a picture: code over the largest code. Of narrow-range video: 0 at black (10-bit code
        64), 1 at nominal white (940); codes beyond are beyond 0..1.
    is_narrow : bool
        Whether `signal` is of narrow-range video.

    Returns
    -------
    ndarray of float64
        Linear light in the encoding's gamut; 0.18 is 18 % grey in log curves.

    Examples
    --------
    >>> float(decode(canonical_encoding("S-Log3"), 420 / 1023).round(6))
    0.18
    >>> float(decode(canonical_encoding("S-Log3"), (420 - 64) / 876, is_narrow=True).round(6))
    0.18
    """
    code = np.asarray(signal, np.float64)
    if is_narrow and encoding.is_code_value:
        code = (_BLACK_CODE + (_WHITE_CODE - _BLACK_CODE) * code) / _TOP_CODE
    with np.errstate(all="ignore"):  # far below black some curves overflow before they are held
        return np.asarray(_curve(encoding)(code), np.float64)


@lru_cache(maxsize=8)
def decode_table(encoding: Encoding, *, is_narrow: bool) -> NDArray[np.float32]:
    """Light of `TABLE_SIZE` signals from `TABLE_LOW` to `TABLE_HIGH`: what frames go through.

    Examples
    --------
    >>> table = decode_table(canonical_encoding("LogC4"), is_narrow=False)
    >>> row = round((0.2784 - TABLE_LOW) / (TABLE_HIGH - TABLE_LOW) * (TABLE_SIZE - 1))
    >>> round(float(table[row]), 4)
    0.18
    """
    signal = np.linspace(TABLE_LOW, TABLE_HIGH, TABLE_SIZE)
    table = np.nan_to_num(decode(encoding, signal, is_narrow=is_narrow)).astype(np.float32)
    table.flags.writeable = False
    return table


@lru_cache(maxsize=8)
def code_table(encoding: Encoding) -> NDArray[np.float32]:
    """Light of the 65536 codes of a 16-bit picture."""
    table = np.nan_to_num(decode(encoding, np.arange(65536) / 65535.0)).astype(np.float32)
    table.flags.writeable = False
    return table
