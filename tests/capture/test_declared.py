"""A picture that does not say what its numbers mean is refused under the name people know."""

from __future__ import annotations

from pathlib import Path

import pytest

from ledcal.capture.image import read_linear_image
from ledcal.capture.meaning import Declared
from ledcal.capture.sniff import FileKind
from ledcal.errors import AmbiguousInputError


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        (FileKind.TIFF_LIKE, "a.b: this TIFF does not say what its numbers mean"),
        (FileKind.PNG, "a.b: this PNG does not say what its numbers mean"),
        (FileKind.DPX, "a.b: this DPX does not say what its numbers mean"),
        (FileKind.HEIF, "a.b: this HEIF is a developed picture"),
        (FileKind.OTHER_IMAGE, "a.b: this file is a developed picture"),
    ],
)
def test_the_real_format_is_named(kind: FileKind, expected: str) -> None:
    with pytest.raises(AmbiguousInputError) as caught:
        read_linear_image(Path("a.b"), kind, Declared())
    assert str(caught.value).startswith(expected)
    assert "--encoding LogC4" in str(caught.value)
