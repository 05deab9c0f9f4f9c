"""Camera curves against the points that their makers publish, and how they are named."""

from __future__ import annotations

import numpy as np
import pytest

from ledcal.colorimetry._colour import colour
from ledcal.colorimetry.encoding import (
    ENCODINGS,
    EXPOSURE_INDICES,
    TABLE_HIGH,
    TABLE_LOW,
    TABLE_SIZE,
    canonical_encoding,
    code_table,
    decode,
    decode_table,
)
from ledcal.colorimetry.space import gamut

# What the makers print: 10-bit codes of black, 18 % grey and 90 % white.
CODES = {
    "S-Log3": (95, 420, 598),  # Sony, technical summary for S-Gamut3.Cine/S-Log3
    "V-Log": (128, 433, 602),  # Panasonic, VARICAM V-Log/V-Gamut
    "F-Log": (95, 470, 705),  # Fujifilm, F-Log data sheet
    "F-Log2": (95, 400, 570),  # Fujifilm, F-Log2 data sheet
    "N-Log": (127, 372, 603),  # Nikon, N-Log specification
    "Canon Log 2": (95, 407, 575),  # Canon, Canon Log gamma curves
    "Canon Log 3": (128, 351, 577),
    "LogC3": (95, 400, 572),  # ARRI, ALEXA Log C curve, usage in VFX: 0.391 at EI 800
    "LogC4": (95, 285, 428),  # ARRI, LogC4 specification: 0.2784
    "Log3G10": (94, 341, 494),  # RED, white paper on REDWideGamutRGB and Log3G10: 1/3
}
# What their waveform shows of 18 % grey in the camera's own video, in per cent (IRE).
WAVEFORM = {
    "S-Log3": 41,
    "V-Log": 42,
    "F-Log": 46,
    "F-Log2": 38,
    "N-Log": 35,
    "Canon Log 2": 39,
    "Canon Log 3": 33,
    "LogC3": 39,
    "LogC4": 28,
    "Log3G10": 33,
}
LIGHT = np.array([0.0, 0.18, 0.9])


@pytest.mark.parametrize("name", CODES)
def test_black_grey_and_white_are_where_the_maker_has_them(name: str) -> None:
    encoding = canonical_encoding(name)
    # The printed codes are rounded: the light of half a code either way holds the truth.
    low, high = (decode(encoding, (np.array(CODES[name]) + half) / 1023) for half in (-0.6, 0.6))
    assert (low <= LIGHT).all(), low
    assert (high >= LIGHT).all(), high


@pytest.mark.parametrize("name", WAVEFORM)
def test_grey_in_narrow_range_video_is_where_the_waveform_has_it(name: str) -> None:
    encoding = canonical_encoding(name)
    shown = WAVEFORM[name] / 100
    low, high = (decode(encoding, shown + half, is_narrow=True) for half in (-0.006, 0.006))
    assert low <= 0.18 <= high, (low, high)


@pytest.mark.parametrize(
    ("name", "signal", "light"),
    [
        ("ACEScct", 0.4135884, 0.18),  # ACES S-2016-001
        ("Blackmagic Film Gen 5", 0.38356164, 0.18),
        ("DaVinci Intermediate", 0.336043, 0.18),  # Blackmagic, DaVinci Resolve wide gamut
        ("PQ", 0.5080784, 1.0),  # BT.2100: 100 nits
        ("HLG", 0.5, 1 / 12),  # BT.2100, table 5
        ("HLG", 1.0, 1.0),
        ("LogC3 EI 400", 0.391007, 0.18),  # grey stays, whatever the index
        ("LogC3 EI 1600", 0.391007, 0.18),
        ("linear", 0.25, 0.25),
    ],
)
def test_other_curves(name: str, signal: float, light: float) -> None:
    encoding = canonical_encoding(name)
    for is_narrow in (False, True):
        assert decode(encoding, signal, is_narrow=is_narrow) == pytest.approx(light, rel=2e-3)


ENCODERS = {
    "LogC4": colour.models.log_encoding_ARRILogC4,
    "LogC3": colour.models.log_encoding_ARRILogC3,
    "S-Log3": colour.models.log_encoding_SLog3,
    "V-Log": colour.models.log_encoding_VLog,
    "Log3G10": colour.models.log_encoding_Log3G10,
    "Canon Log 2": colour.models.log_encoding_CanonLog2,
    "Canon Log 3": colour.models.log_encoding_CanonLog3,
    "Blackmagic Film Gen 5": colour.models.oetf_BlackmagicFilmGeneration5,
    "N-Log": colour.models.log_encoding_NLog,
    "F-Log": colour.models.log_encoding_FLog,
    "F-Log2": colour.models.log_encoding_FLog2,
    "DaVinci Intermediate": colour.models.oetf_DaVinciIntermediate,
    "ACEScct": colour.models.log_encoding_ACEScct,
    "HLG": colour.models.oetf_BT2100_HLG,
}


@pytest.mark.parametrize("name", ENCODERS)
def test_every_curve_comes_back_through_the_tables_of_frames(name: str) -> None:
    encoding = canonical_encoding(name)
    light = np.geomspace(0.002, 0.9, 200)
    with np.errstate(invalid="ignore"):
        code = np.asarray(ENCODERS[name](light))
    signal = (1023 * code - 64) / 876 if encoding.is_code_value else code
    table = decode_table(encoding, is_narrow=True)
    place = np.rint((signal - TABLE_LOW) / (TABLE_HIGH - TABLE_LOW) * (TABLE_SIZE - 1))
    np.testing.assert_allclose(table[place.astype(int)], light, rtol=4e-3, atol=2e-5)
    np.testing.assert_allclose(table[place.astype(int)][50:], light[50:], rtol=5e-4)
    codes = np.rint(code * 65535).astype(int)
    np.testing.assert_allclose(code_table(encoding)[codes], light, rtol=2e-3, atol=1e-5)


@pytest.mark.parametrize("name", ENCODINGS)
def test_every_name_stands_for_itself_and_knows_its_gamuts(name: str) -> None:
    encoding = canonical_encoding(name)
    assert encoding.curve == name
    assert canonical_encoding(encoding.name).curve == name
    assert canonical_encoding(name.lower().replace("-", "").replace(" ", "_")).curve == name
    for space in encoding.spaces:
        assert gamut(space).name == space
    assert (len(encoding.spaces) == 0) == (name in {"linear", "PQ", "HLG"})


@pytest.mark.parametrize(
    ("typed", "name", "spaces"),
    [
        ("slog3", "S-Log3", ("S-Gamut3.Cine", "S-Gamut3")),
        ("ARRI LogC", "LogC3 EI 800", ("ARRI Wide Gamut 3",)),
        ("LOGC3-EI-1280", "LogC3 EI 1280", ("ARRI Wide Gamut 3",)),
        ("clog3", "Canon Log 3", ("Cinema Gamut",)),
        ("BMD Film", "Blackmagic Film Gen 5", ("Blackmagic Wide Gamut",)),
        ("st 2084", "PQ", ()),
        ("v-log full", "V-Log full", ("V-Gamut",)),
    ],
)
def test_spelling_is_forgiven(typed: str, name: str, spaces: tuple[str, ...]) -> None:
    found = canonical_encoding(typed)
    assert (found.name, found.spaces) == (name, spaces)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("slog4", "the nearest is 'S-Log3'; known are linear, LogC4"),
        ("canon log4", "the nearest is 'Canon Log"),
        ("Rec.709", "unknown encoding 'Rec.709'"),
        ("LogC3 EI 850", "no LogC3 curve for exposure index 850: known are 160, 200"),
        ("LogC4 full", "spans the video's range anyway; leave out 'full'"),
        ("", "unknown encoding ''"),
    ],
)
def test_what_is_unknown_is_refused_with_the_nearest(typed: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        canonical_encoding(typed)


def test_logc3_without_an_index_says_what_it_takes() -> None:
    assert "exposure index 800" in canonical_encoding("LogC3").remark
    assert canonical_encoding("LogC3 EI 800").remark == ""
    bright = [decode(canonical_encoding(f"LogC3 EI {index}"), 0.9) for index in EXPOSURE_INDICES]
    assert (np.diff(np.array(bright)) > 0).all()


def test_full_is_the_curve_over_the_range_of_the_video() -> None:
    plain, full = canonical_encoding("S-Log3"), canonical_encoding("S-Log3 full")
    assert decode(full, 420 / 1023, is_narrow=True) == pytest.approx(0.18)
    assert decode(plain, (420 - 64) / 876, is_narrow=True) == pytest.approx(0.18)
    assert decode(plain, 420 / 1023, is_narrow=True) > 0.185
