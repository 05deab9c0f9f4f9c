"""The closed form against an independent renderer's vectors, and against itself."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ledcal.moire.contrast import contrast, jinc, jinc_envelope
from ledcal.moire.lattice import canonical, colour_of, nearest_reciprocal, orders, site_turns
from ledcal.moire.rig import Rig, jacobian, order_frequency, wall_homography

_NAMES = {
    "pitch": "pitch_mm",
    "f": "focal_mm",
    "s": "photosite_mm",
    "d": "distance_mm",
    "N": "f_stop",
    "d_focus": "focus_mm",
    "fill": "fill",
    "shape": "emitter",
    "px_fill": "photosite_fill",
    "olpf": "olpf_px",
    "roll": "roll_deg",
}
VECTORS = Path(__file__).parents[3] / "shared" / "data" / "moire_vectors.json"
PLAIN = Rig(pitch_mm=2.6, focal_mm=35.0, photosite_mm=0.006, distance_mm=7000.0)


def rig_of(parameters: dict[str, Any]) -> Rig:
    """The rig of a vector; what it does not name is as in the facts."""
    known = {_NAMES[key]: value for key, value in parameters.items() if key in _NAMES}
    rig = replace(PLAIN, **known)
    if "u_override" in parameters:
        far = parameters["u_override"] * rig.focal_mm * rig.pitch_mm / rig.photosite_mm
        rig = replace(rig, distance_mm=far + rig.focal_mm)
    return rig


# Computed once by a renderer that knows no Fourier theory: u, order, plane, alias and contrast.
RENDERED = [
    ({"u_override": 0.4817, "roll": 0.8}, "site", (1, 1), (0.025073, 0.011621), 0.5715),
    ({"u_override": 0.9013, "fill": 0.3, "px_fill": 0.75, "roll": 1.0}, "full", (0, 1),
     (0.01573, 0.098837), 0.6881),
    ({"u_override": 0.9013, "fill": 0.5, "shape": "round", "roll": 1.5}, "full", (1, 0),
     (-0.099009, 0.023593), 0.1559),
    ({"u_override": 0.4817, "fill": 0.35, "olpf": 0.75, "roll": 0.8}, "site", (1, 1),
     (0.025073, 0.011621), 0.1018),
]  # fmt: skip


@pytest.mark.parametrize(("parameters", "lattice", "order", "alias", "amplitude"), RENDERED)
def test_alias_and_contrast_are_those_of_the_renderer(
    parameters: dict[str, Any],
    lattice: str,
    order: tuple[int, int],
    alias: tuple[float, float],
    amplitude: float,
) -> None:
    rig = rig_of(parameters)
    true = order_frequency(rig, order)
    seen = canonical(true - nearest_reciprocal(true, lattice))
    np.testing.assert_allclose(seen, canonical(alias), atol=1e-6)
    assert contrast(rig, order, true) == pytest.approx(amplitude, abs=1e-4)


@pytest.mark.shared
@pytest.mark.skipif(not VECTORS.is_file(), reason="needs ../shared/data/moire_vectors.json")
def test_all_vectors() -> None:
    vectors = json.loads(VECTORS.read_text())
    assert len(vectors) == 22
    for vector in vectors:
        rig, order = rig_of(vector["params"]), (vector["m"], vector["n"])
        lattice = "full" if vector["plane"] == "full" else "site"
        true = order_frequency(rig, order)
        seen = canonical(true - nearest_reciprocal(true, lattice))
        np.testing.assert_allclose(seen, canonical(vector["alias"]), atol=1e-6)
        np.testing.assert_allclose(seen, canonical(vector["meas"]), atol=1e-5)
        assert contrast(rig, order, true) == pytest.approx(vector["contrast"], abs=1e-4)
        assert contrast(rig, order, true) == pytest.approx(vector["meas_contrast"], rel=0.02)
        assert rig.led_frequency == pytest.approx(vector["u"], abs=1e-6)
        assert rig.blur_px == pytest.approx(vector["coc_px"], abs=1e-4)
        assert rig.blur_wall_mm == pytest.approx(vector["blur_wall_mm"], abs=1e-4)
        period, angle = 1 / np.hypot(*seen), np.degrees(np.arctan2(seen[1], seen[0])) % 180
        assert period == pytest.approx(vector["period_px"], abs=1e-3)
        apart = (angle - vector["angle_deg"] + 90) % 180 - 90
        assert apart == pytest.approx(0.0, abs=1e-2)


def test_the_jacobian_is_the_slope_of_the_homography() -> None:
    rig = replace(PLAIN, yaw_deg=25.0, pitch_deg=-6.0, roll_deg=4.0, squeeze=1.5)
    back = np.linalg.inv(wall_homography(rig))

    def on_wall(x: float, y: float) -> np.ndarray[Any, Any]:
        lifted = back @ [x, y, 1.0]
        return np.asarray(lifted[:2] / lifted[2])

    for x, y in [(100.0, 200.0), (2000.0, 1079.5), (3900.0, 2000.0)]:
        across = (on_wall(x + 0.5, y) - on_wall(x - 0.5, y))[:, None]
        down = (on_wall(x, y + 0.5) - on_wall(x, y - 0.5))[:, None]
        expected = np.hstack([across, down])
        np.testing.assert_allclose(jacobian(wall_homography(rig), [x, y]), expected, rtol=1e-6)


def test_a_turned_wall_is_denser_along_its_turn() -> None:
    straight, turned = order_frequency(PLAIN, [1, 0]), None
    turned = order_frequency(replace(PLAIN, yaw_deg=30.0), [1, 0])
    assert turned[0] == pytest.approx(straight[0] / np.cos(np.radians(30.0)), rel=1e-9)
    squeezed = order_frequency(replace(PLAIN, squeeze=2.0), [1, 1])
    np.testing.assert_allclose(squeezed, straight[0] * np.array([2.0, 1.0]), rtol=1e-9)


@pytest.mark.parametrize("lattice", ["full", "site", "green"])
def test_no_reciprocal_vector_is_nearer(lattice: str) -> None:
    rng = np.random.default_rng(4)
    f = rng.uniform(-2.0, 2.0, (500, 2))
    found = nearest_reciprocal(f, lattice)
    halves = np.stack(np.meshgrid(*[np.arange(-6, 7) / 2] * 2), axis=-1).reshape(-1, 2)
    allowed = {
        "full": (halves % 1 == 0).all(axis=1),
        "site": np.ones(len(halves), bool),
        "green": (halves.sum(axis=1) % 1 == 0) & (halves[:, 0] % 1 == halves[:, 1] % 1),
    }[lattice]
    distances = np.linalg.norm(f[:, None] - halves[allowed][None], axis=-1)
    np.testing.assert_allclose(np.linalg.norm(f - found, axis=-1), distances.min(axis=1))


def test_turns_and_colour_of_the_planes() -> None:
    sites = [(0, 0), (1, 0), (0, 1), (1, 1)]  # R, Gr, Gb, B
    assert site_turns([0.5, 0.0], sites).tolist() == [0.0, 0.5, 0.0, 0.5]
    assert site_turns([0.5, 0.5], sites).tolist() == [0.0, 0.5, 0.5, 0.0]
    assert site_turns([1.0, 2.0], sites).tolist() == [0.0, 0.0, 0.0, 0.0]
    assert [colour_of(r) for r in ([0, 1.5], [-0.5, 0.5], [0, 0])] == [
        "red-blue",
        "green-magenta",
        "luminance",
    ]


def test_an_unknown_lattice_is_refused() -> None:
    with pytest.raises(ValueError, match="lattice 'hexagonal'"):
        nearest_reciprocal([0.1, 0.2], "hexagonal")


def test_the_envelope_lies_above_the_disc_and_only_falls() -> None:
    x = np.linspace(0.0, 40.0, 40001)
    envelope = jinc_envelope(x)
    assert (np.abs(jinc(x)) <= envelope + 1e-12).all()
    assert (np.diff(envelope) <= 0.0).all()


def test_each_fringe_has_one_order() -> None:
    found = {tuple(order) for order in orders(3).tolist()}
    assert len(found) == len(orders(3)) == (7 * 7 - 1) / 2
    assert not {(-m, -n) for m, n in found} & found
