"""What was applied to the light that is seen: each of the usual mistakes, and what is none."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import pytest

from ledcal.colorimetry.space import P3_D65
from ledcal.colorimetry.target import target_light
from ledcal.colorimetry.transfer import eotf, eotf_inverse
from ledcal.drift.applied import best_exposure, build_hypotheses, explain_light, misfit
from ledcal.drift.spaces import input_spaces
from ledcal.drift.suspect import applied_finding, unclear_finding
from ledcal.values.stage import Target
from ledcal.values.verify import AS_MEANT, NOT_APPLIED, OF_ANOTHER, TWICE, WRONG_INPUT, Explained

if TYPE_CHECKING:
    from collections.abc import Callable

    from ledcal.values.arrays import FloatArray

    Codes = Callable[[FloatArray], FloatArray]

PQ = Target(P3_D65, "ST 2084", 1000.0)
SDR = Target(P3_D65, "gamma 2.4", 400.0)
# Of wall light: what a correction turns back.
MIX = np.array([[0.93, 0.05, 0.02], [0.04, 0.9, 0.03], [0.01, 0.04, 0.88]])
ALLOWED = 0.8
# Light of the room, which is in what the wall shows and not in what is seen above black.
AMBIENT = np.array([0.02, 0.015, 0.01])


def corrected(code: FloatArray, target: Target = PQ, size: float = 1.0) -> FloatArray:
    """A correction by a 3x3 in light; `size` 0 does nothing."""
    light = eotf(target.eotf, code, peak_nits=target.peak_nits)
    mixed = light @ (np.eye(3) + size * (MIX - np.eye(3))).T
    return eotf_inverse(target.eotf, mixed, peak_nits=target.peak_nits)


def patches(target: Target, n: int = 40, seed: int = 4) -> FloatArray:
    top = float(eotf_inverse(target.eotf, target.peak_nits, peak_nits=target.peak_nits))
    colours = np.random.default_rng(seed).uniform(0.2, 0.9, (n, 3))
    greys = np.repeat(np.linspace(0.2, 0.95, 8)[:, None], 3, axis=1)
    return np.asarray(top * np.concatenate([colours, greys]), np.float64)


def explained(
    sent: Codes,
    *,
    target: Target = PQ,
    size: float = 1.0,
    is_drawn: bool = False,
    others: dict[str, Codes] | None = None,
    gain: tuple[float, float, float] = (1.0, 1.0, 1.0),
    noise: float = 0.001,
) -> Explained:
    """What is made of the light of codes that were sent through something; ambient is black."""
    correct = partial(corrected, target=target, size=size)
    content = patches(target)
    drawn = correct(content) if is_drawn else content
    lit = eotf(target.eotf, np.clip(sent(drawn), 0, 1), peak_nits=target.peak_nits)
    dark = eotf(target.eotf, np.clip(sent(np.zeros((1, 3))), 0, 1), peak_nits=target.peak_nits)
    linear = Target(target.gamut, "linear", target.peak_nits)
    light = target_light(linear, (lit - dark) * np.array(gain) / target.peak_nits)
    seen = 0.37 * light * (1 + noise * np.random.default_rng(1).standard_normal(light.shape))
    return explain_light(
        build_hypotheses(
            drawn, correct=correct, others=others or {}, content=target, wall=target,
            is_drawn=is_drawn, name="ours",
        ),
        seen, show=lambda code: target_light(target, code) + AMBIENT, allowed=ALLOWED,
    )  # fmt: skip


def winner(found: Explained) -> str | None:
    return None if found.winner is None else found.winner.finding


@pytest.mark.parametrize("target", [PQ, SDR], ids=["pq", "sdr"])
def test_once_none_twice_and_another_are_told_apart(target: Target) -> None:
    correct = partial(corrected, target=target)
    theirs = partial(corrected, target=target, size=-0.8)
    others: dict[str, Codes] = {"theirs": theirs}
    through = partial(explained, target=target, others=others)
    assert winner(through(correct)) == AS_MEANT
    assert winner(through(lambda code: code)) == NOT_APPLIED
    assert winner(through(lambda code: correct(correct(code)))) == TWICE
    assert winner(through(theirs)) == OF_ANOTHER
    assert winner(through(lambda code: code, is_drawn=True)) == AS_MEANT
    assert winner(through(correct, is_drawn=True)) == TWICE
    found = through(theirs, is_drawn=True)
    assert winner(found) == OF_ANOTHER
    assert found.is_certain
    assert found.winner is not None
    assert "theirs" in found.winner.words


@pytest.mark.parametrize(
    ("target", "words", "where"),
    [
        (PQ, "squeezed into legal range", "on its way"),
        (PQ, "squeezed into legal range", "before the"),
        (PQ, "taken for legal range and expanded", "after the"),
        (PQ, "taken for sRGB", "before the"),
        (PQ, "converted to BT.709", "on its way"),
        (PQ, "converted to BT.709", "before the"),
        (PQ, "taken for BT.2020", "after the"),
        (PQ, "taken for gamma 2.2 with white at 203 nits in BT.709", "on its way"),
        (SDR, "squeezed into legal range", "after the"),
        (SDR, "taken for gamma 2.2", "before the"),
        (SDR, "taken for gamma 2.2", "after the"),
        (SDR, "taken for ST 2084", "on its way"),
        (SDR, "converted to gamma 2.6 in BT.709", "before the"),
    ],
)
def test_a_wrong_space_is_found_and_named(target: Target, words: str, where: str) -> None:
    correct = partial(corrected, target=target)
    wrong = next(one.apply for one in input_spaces(target) if one.words == words)

    def sent(code: FloatArray) -> FloatArray:
        if where == "on its way":
            return wrong(code)
        return correct(wrong(code)) if where == "before the" else wrong(correct(code))

    found = explained(sent, target=target, is_drawn=where == "on its way")
    assert winner(found) == WRONG_INPUT
    assert found.winner is not None
    said = f"{found.winner.words} / {found.alike}"
    assert f" {words} " in f"{said} ", said
    assert where in said


@pytest.mark.parametrize("gain", [(0.97, 1.0, 1.0), (1.0, 1.0, 0.95), (0.98, 1.0, 1.02)])
@pytest.mark.parametrize("is_drawn", [True, False], ids=["drawn", "host"])
def test_a_wall_that_has_changed_is_none_of_them(
    gain: tuple[float, float, float], *, is_drawn: bool
) -> None:
    sent = (lambda code: code) if is_drawn else corrected
    found = explained(sent, gain=gain, is_drawn=is_drawn, others={"theirs": lambda code: code**1.1})
    assert found.winner is None
    assert found.suspects[0].finding == AS_MEANT
    assert found.suspects[0].misfit > ALLOWED
    assert found.rivals == ()


def test_a_mistake_on_a_wall_that_has_changed_is_named_with_less_certainty() -> None:
    found = explained(lambda code: code, gain=(0.95, 1.0, 1.0))
    assert winner(found) == NOT_APPLIED
    assert not found.is_certain
    finding = applied_finding(found, profile="ours", is_drawn=False, severity="fail")
    assert finding.confidence < 0.95
    assert "the wall itself has changed a little since" in finding.cause


def test_where_the_correction_does_nearly_nothing_nothing_is_claimed() -> None:
    size = 0.02
    once = partial(corrected, size=size)
    for sent in (once, lambda code: code, lambda code: once(once(code))):
        found = explained(sent, size=size, noise=0.003)
        assert found.winner is None or found.winner.finding == AS_MEANT
        assert not found.is_certain
        assert {AS_MEANT, NOT_APPLIED, TWICE} <= set(found.rivals)
        assert "cannot be told" in unclear_finding(found).seen


def test_two_mistakes_that_look_the_same_are_both_named() -> None:
    found = explained(
        lambda code: corrected(corrected(code)),
        others={"yesterday": lambda code: corrected(corrected(code, size=1.01))},
        noise=0.003,
    )
    assert found.winner is not None
    assert not found.is_certain
    assert set(found.rivals) == {TWICE, OF_ANOTHER}
    finding = applied_finding(found, profile="ours", is_drawn=False, severity="fail")
    assert "which cannot be told from it" in finding.cause


def test_some_stray_patches_do_not_decide() -> None:
    content = patches(PQ)
    made = target_light(PQ, corrected(content))
    seen = made.copy()
    seen[::12] *= [3.0, 0.2, 1.0]
    hypotheses = build_hypotheses(
        content, correct=corrected, others={}, content=PQ, wall=PQ, is_drawn=False, name="ours"
    )
    found = explain_light(hypotheses, seen, show=partial(target_light, PQ), allowed=ALLOWED)
    assert winner(found) == AS_MEANT
    assert found.is_certain


@pytest.mark.parametrize("target", [PQ, SDR], ids=["pq", "sdr"])
def test_what_is_taken_for_a_space_and_converted_to_it_is_what_it_was(target: Target) -> None:
    code = 0.2 + 0.4 * patches(target) / patches(target).max()
    spaces = {one.words: one.apply for one in input_spaces(target)}
    turned = 0
    for words, taken in spaces.items():
        if not words.startswith("taken for") or "legal" in words:
            continue
        back = spaces[words.replace("taken for", "converted to")]
        middle = taken(code)
        inside = (middle > 1e-4).all(axis=1) & (middle < 0.9999).all(axis=1)
        if inside.sum() > 4:
            np.testing.assert_allclose(back(middle)[inside], code[inside], atol=1e-6)
            turned += 1
    assert turned >= 10


def test_the_best_exposure_passes_over_stray_patches() -> None:
    made = np.random.default_rng(2).uniform(0.1, 2.0, (30, 3))
    seen = 4.0 * made
    seen[:2] *= 5.0
    assert best_exposure(seen, made) == pytest.approx(0.25, rel=1e-3)
    assert misfit(np.r_[np.ones(27), np.full(3, 50.0)]) == 1.0
