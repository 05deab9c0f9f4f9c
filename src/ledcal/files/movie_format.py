"""Which movies ledcal writes: what a suffix stands for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ledcal.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class MovieFormat:
    """What a suffix stands for.

    Attributes
    ----------
    label : str
        As an operator calls it.
    codec, pixels : str
        Encoder and pixel format, in ffmpeg's names.
    options : mapping of str to str
        Of the encoder: every frame a key frame that stands on its own.
    is_exact : bool
        Full-range RGB, the same code in every pixel. Else limited-range Y'CbCr (BT.709), where
        a flat area decodes to within half a step of its code, so rounds to it, and blocks that
        hold an edge do not.
    tag : str
        The codec's name in the container; empty for the usual one.
    """

    label: str
    codec: str
    pixels: str
    options: Mapping[str, str]
    is_exact: bool
    tag: str = ""

    @property
    def limit(self) -> float:
        """Largest deviation of a flat area that is kept, in steps of 1/1023."""
        return 0.0 if self.is_exact else 0.5

    @property
    def levels(self) -> str:
        """What the file says of its levels."""
        return "full-range RGB" if self.is_exact else "limited-range Y'CbCr BT.709"


FORMATS = {
    ".mov": MovieFormat(
        "ProRes 4444",
        "prores_ks",
        "yuv444p10le",
        # A fixed scale keeps the means of blocks fine; the coarse matrix takes the dither out.
        {"profile": "4444", "quant_mat": "lt", "flags": "+qscale", "global_quality": "118"},
        is_exact=False,
    ),
    ".mp4": MovieFormat(
        "H.265 4:4:4 10 bit, lossless",
        "libx265",
        "gbrp10le",
        {
            "preset": "fast",
            "x265-params": "lossless=1:keyint=1:bframes=0:rc-lookahead=0:frame-threads=1:"
            "log-level=none",
        },
        is_exact=True,
        tag="hvc1",
    ),
    ".mkv": MovieFormat(
        "FFV1 10 bit, lossless", "ffv1", "gbrp10le", {"level": "3", "g": "1"}, is_exact=True
    ),
}


def movie_format(path: Path) -> MovieFormat:
    """Say what a movie of this name is.

    Raises
    ------
    InputError
        If the suffix is none of those in `FORMATS`.

    Examples
    --------
    >>> from pathlib import Path
    >>> movie_format(Path("wall.MOV")).label
    'ProRes 4444'
    """
    found = FORMATS.get(path.suffix.lower())
    if found is None:
        known = ", ".join(f"{suffix} ({kind.label})" for suffix, kind in FORMATS.items())
        raise InputError(
            f"{path}: {path.suffix or 'no suffix'} is no movie that ledcal writes; name it {known}"
        )
    return found
