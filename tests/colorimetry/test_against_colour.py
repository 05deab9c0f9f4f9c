"""Our few formulas agree with colour-science and with OpenColorIO's built-in transforms."""

from __future__ import annotations

import numpy as np
import PyOpenColorIO as OCIO
import pytest

from ledcal.colorimetry import difference, space, transfer
from ledcal.colorimetry._colour import colour


@pytest.fixture
def aces() -> np.ndarray:
    rng = np.random.default_rng(7)
    return 10.0 ** rng.uniform(-4, 1.2, (200, 1)) * rng.uniform(0.2, 1.0, (200, 3))


def test_ictcp(aces: np.ndarray) -> None:
    bt2020 = aces @ space.matrix_aces_to_bt2020().T
    expected = colour.RGB_to_ICtCp(100.0 * bt2020, method="ITU-R BT.2100-2 PQ")
    # Negative light: ours counts as none, so compare where there is none.
    inside = (bt2020 >= 0).all(axis=1)
    assert inside.sum() > 100
    assert np.abs(difference.aces_to_ictcp(aces) - expected)[inside].max() < 1e-12


def test_delta_e_itp(aces: np.ndarray) -> None:
    other = aces * [1.02, 0.99, 1.01]
    matrix = space.matrix_aces_to_bt2020().T
    expected = colour.difference.delta_E_ITP(
        colour.RGB_to_ICtCp(100.0 * aces @ matrix), colour.RGB_to_ICtCp(100.0 * other @ matrix)
    )
    ours = difference.delta_e_itp(aces, other)
    inside = (aces @ matrix >= 0).all(axis=1) & (other @ matrix >= 0).all(axis=1)
    assert np.abs(ours - expected)[inside].max() < 1e-9
    assert ours.max() > 1.0


def test_delta_e_2000_uses_the_white_it_is_given() -> None:
    grey = np.array([0.5, 0.5, 0.5])
    near = grey * 1.05
    lightness = [116 * share ** (1 / 3) - 16 for share in (0.5, 0.525)]  # CIE 1976 L*
    expected = colour.delta_E([lightness[0], 0, 0], [lightness[1], 0, 0], method="CIE 2000")
    ours = difference.delta_e_2000(grey, near, white_nits=100.0)
    assert float(ours) == pytest.approx(float(expected), abs=1e-6)


@pytest.mark.parametrize("name", ["P3-D65", "ITU-R BT.709", "ITU-R BT.2020", "ACEScg", "S-Gamut3"])
def test_matrices_to_aces(name: str) -> None:
    ours = space.matrix_rgb_to_aces(space.gamut(name))
    theirs = colour.matrix_RGB_to_RGB(
        colour.RGB_COLOURSPACES[name], colour.RGB_COLOURSPACES["ACES2065-1"], "Bradford"
    )
    # colour rounds some of its stored matrices to four digits.
    assert np.abs(ours - theirs).max() < 2e-4
    assert np.abs(ours.sum(axis=1) - 1.0).max() < 1e-12


def test_aces_to_xyz_is_ocio_s() -> None:
    processor = OCIO.Config.CreateRaw().getProcessor(
        OCIO.BuiltinTransform("UTILITY - ACES-AP0_to_CIE-XYZ-D65_BFD")
    )
    cpu = processor.getDefaultCPUProcessor()
    for channel in range(3):
        unit = [0.0, 0.0, 0.0]
        unit[channel] = 1.0
        assert cpu.applyRGB(unit) == pytest.approx(
            space.matrix_aces_to_xyz()[:, channel].tolist(), abs=1e-6
        )


def test_pq_is_ocio_s() -> None:
    processor = OCIO.Config.CreateRaw().getProcessor(
        OCIO.BuiltinTransform("CURVE - LINEAR_to_ST-2084")
    )
    cpu = processor.getDefaultCPUProcessor()
    for light in (1e-4, 0.01, 1.0, 15.0, 100.0):
        got = cpu.applyRGB([light] * 3)[0]
        assert got == pytest.approx(float(transfer.pq_encode(100.0 * light)), abs=2e-5)


@pytest.mark.parametrize("name", ["ST 2084", "BT.1886", "sRGB", "gamma 2.2", "linear"])
def test_eotfs_invert(name: str) -> None:
    code = np.linspace(0.0, 1.0, 501)
    peak = 10000.0 if name == "ST 2084" else 600.0
    nits = transfer.eotf(name, code, peak_nits=peak)
    assert nits[0] == 0.0
    assert nits[-1] == pytest.approx(peak)
    assert (np.diff(nits) > 0).all()
    assert np.abs(transfer.eotf_inverse(name, nits, peak_nits=peak) - code).max() < 1e-9


def test_eotfs_are_colour_s() -> None:
    code = np.linspace(0.0, 1.0, 101)
    srgb = transfer.eotf("sRGB", code, peak_nits=1.0)
    assert np.abs(srgb - colour.models.eotf_sRGB(code)).max() < 1e-7
    bt1886 = transfer.eotf("BT.1886", code, peak_nits=1.0)
    assert np.abs(bt1886 - colour.models.eotf_BT1886(code, L_B=0, L_W=1)).max() < 1e-12


def test_pq_is_held_at_the_peak() -> None:
    assert transfer.eotf("PQ", [0.9, 1.0], peak_nits=1500.0).tolist() == [1500.0, 1500.0]
    top = float(transfer.eotf_inverse("PQ", 99999.0, peak_nits=1500.0))
    assert float(transfer.pq_decode(top)) == pytest.approx(1500.0)


def test_an_unknown_eotf_names_the_nearest() -> None:
    with pytest.raises(ValueError, match=r"the nearest is 'gamma 2\.4'"):
        transfer.canonical_eotf("gama 2.4")
    with pytest.raises(ValueError, match="unknown EOTF"):
        transfer.canonical_eotf("gamma 22")
