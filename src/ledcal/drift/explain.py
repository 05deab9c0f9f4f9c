"""Twelve numbers to the fewest causes that explain them."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from ledcal.values.arrays import FloatArray
from ledcal.values.pairs import Explanation

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ledcal.values.pairs import Change

LED_COLOURS = ("red", "green", "blue")
# What a cause must take off chi squared for each of its numbers, to be believed.
_PRICE = 12.0
# Among explanations that are as good the one with fewer causes; but a shift of white only where
# one LED colour beside a change of the exposure does not do. Less than any number costs.
_PRICE_OF_CAUSE, _PRICE_OF_WHITE = 1.0, 2.0
# Restlessness is told from a few numbers of two takes: what noise may make of them is taken off.
_SURELY = 3.0
_EXPOSURE = np.concatenate([np.ones(9), np.zeros(3)])[:, None]


def _of_leds(*leds: int) -> FloatArray:
    """Columns of gains of LED colours, whatever the camera channel."""
    columns = np.zeros((12, len(leds)))
    for place, led in enumerate(leds):
        columns[3 * led : 3 * led + 3, place] = 1.0
    return columns


def _of_camera() -> FloatArray:
    """Columns of red and blue of the camera against its green."""
    columns = np.zeros((12, 2))
    for place, channel in enumerate((0, 2)):
        columns[channel:9:3, place] = 1.0
    return columns


def _of_primaries(*leds: int) -> FloatArray:
    """Columns of LED colours whose own colour moved: each camera channel by itself."""
    columns = np.zeros((12, 3 * len(leds)))
    for place, led in enumerate(leds):
        columns[3 * led : 3 * led + 3, 3 * place : 3 * place + 3] = np.eye(3)
    return columns


_EXPONENTS = np.concatenate([np.zeros((9, 3)), np.eye(3)])
_Cause = tuple[str, FloatArray]
# Alternatives for each kind of cause; every cause of a choice is paid by its columns.
_WALL: tuple[_Cause, ...] = (
    *((f"channel_{name}", _of_leds(led)) for led, name in enumerate(LED_COLOURS)),
    *(("white", _of_leds(*pair)) for pair in itertools.combinations(range(3), 2)),
    ("white", _of_leds(0, 1, 2)),
)
_EOTF: tuple[_Cause, ...] = (
    ("eotf", _EXPONENTS.sum(axis=1, keepdims=True)),
    *(("eotf", _EXPONENTS[:, led : led + 1]) for led in range(3)),
    ("eotf", _EXPONENTS),
)
_PRIMARIES: tuple[_Cause, ...] = (
    *(("primaries", _of_primaries(led)) for led in range(3)),
    ("primaries", _of_primaries(0, 1, 2)),
)
_KINDS: tuple[tuple[_Cause, ...], ...] = (
    (("exposure", _EXPOSURE),),
    (("camera_white", _of_camera()),),
    _WALL,
    _EOTF,
    _PRIMARIES,
)


def _choices() -> Iterator[tuple[_Cause, ...]]:
    """Every explanation: at most one of each kind."""
    for picked in itertools.product(*((None, *kind) for kind in _KINDS)):
        chosen = tuple(cause for cause in picked if cause is not None)
        sizes = {name: columns.shape[1] for name, columns in chosen}
        # What says the same thing twice: all LED colours and the exposure; the colours of all three
        # and anything else.
        if "exposure" in sizes and sizes.get("white", 0) > 1:
            continue
        if sizes.get("primaries", 0) > 3 and sizes.keys() - {"primaries", "eotf"}:
            continue
        yield chosen


_ALL = tuple(_choices())


def explain_change(change: Change) -> Explanation:
    """Find the fewest causes that leave no more than noise.

    Every set of causes is fitted by weighted least squares; each number it uses must take its
    price off chi squared. A shift of the camera's white lies on all LED colours alike, one of the
    wall's white on all camera channels alike: single colours tell them apart.

    Parameters
    ----------
    change : Change
        From `measure_change`.

    Returns
    -------
    Explanation
        With no causes where noise explains everything.
    """
    seen = np.concatenate([change.gain.reshape(-1), change.exponent])
    weight = np.asarray(np.linalg.inv(change.covariance), np.float64)
    costs = _costs(weight, seen)
    # Of those that are as good the first, not the one that rounding favours.
    chosen = _ALL[int(np.argmax(costs <= costs.min() * (1.0 + 1e-9) + 1e-6))]
    columns = _joined(chosen)
    answer = _solve(columns, weight, seen)
    found = {"camera_white": np.zeros(12), "eotf": np.zeros(12), "primaries": np.zeros(12)}
    found |= {"exposure": np.zeros(12), "wall": np.zeros(12)}
    errors = {name: np.zeros(12) for name in found}
    spread = np.linalg.pinv(columns.T @ weight @ columns, hermitian=True)
    start = 0
    for name, own in chosen:
        part = slice(start, start + own.shape[1])
        start = part.stop
        kind = name if name in found else "wall"
        found[kind] = np.asarray(own @ answer[part], np.float64)
        errors[kind] = np.sqrt(np.maximum(np.diag(own @ spread[part, part] @ own.T), 0.0))
    causes = tuple(name for name, _ in chosen)
    if found["wall"][:9:3].all():
        # Whoever's it is: what all three have in common is brightness, the rest is white.
        found["exposure"] = found["wall"][:9].mean() * _EXPOSURE[:, 0]
        found["wall"] = found["wall"] - found["exposure"]
        causes = ("exposure", *causes)

    def error(kind: str, group: FloatArray) -> FloatArray:
        as_if_added = _errors(columns, group, weight)
        return np.where(errors[kind] > 0.0, errors[kind], as_if_added)

    sigma = {
        "exposure": error("exposure", _EXPOSURE)[:1],
        "camera": error("camera_white", _of_camera())[:3],
        "wall": error("wall", _of_leds(0, 1, 2))[:9:3],
        "exponent": error("eotf", _EXPONENTS)[9:],
        "primaries": error("primaries", _of_primaries(0, 1, 2))[:9].reshape(3, 3),
    }
    return Explanation(
        causes=causes,
        exposure=float(found["exposure"][0]),
        camera=found["camera_white"][:3],
        wall=found["wall"][:9:3],
        exponent=found["eotf"][9:],
        primaries=found["primaries"][:9].reshape(3, 3),
        sigma=sigma,
    )


def loosened(change: Change, *, wall: float, exponent: float) -> Change:
    """Add what the stage does by itself from take to take to what is not known.

    Parameters
    ----------
    change : Change
        As it was measured.
    wall, exponent : float
        Standard deviations of the gain of an LED colour and of an exponent, natural logarithms,
        the noise of the takes in them: what of it the covariance holds already is taken off.

    Returns
    -------
    Change
        The same with another covariance.
    """
    covariance = change.covariance.copy()
    weight = np.asarray(np.linalg.inv(covariance), np.float64)
    for size, columns, at in (
        (wall, _of_leds(0, 1, 2), slice(0, 9, 3)),
        (exponent, _EXPONENTS, slice(9, 12)),
    ):
        noise = _errors(np.zeros((12, 0)), columns, weight)[at]
        own = max(size**2 - _SURELY * float(np.mean(noise**2)), 0.0)
        covariance += own * columns @ columns.T
    return replace(change, covariance=covariance)


def spread_over(change: Change) -> Explanation:
    """Split a change with every cause allowed at once, as far as they can be told apart.

    For takes that should be alike: what is found is how far they are off in each way. The colour
    of single LED colours is what exposure, camera, wall and exponents leave.

    Parameters
    ----------
    change : Change
        Between two takes.

    Returns
    -------
    Explanation
        Its causes are empty, and so are its errors.
    """
    seen = np.concatenate([change.gain.reshape(-1), change.exponent])
    weight = np.asarray(np.linalg.inv(change.covariance), np.float64)
    groups = {"wall": _of_leds(0, 1, 2), "camera": _of_camera(), "exponent": _EXPONENTS}
    columns = np.concatenate(list(groups.values()), axis=1)
    answer = _solve(columns, weight, seen)
    wall, camera, exponent = np.split(answer, [3, 5])
    rest = (seen - columns @ answer)[:9].reshape(3, 3)
    return Explanation(
        causes=(),
        exposure=float(wall.mean()),
        camera=np.array([camera[0], 0.0, camera[1]]),
        wall=wall - wall.mean(),
        exponent=exponent,
        primaries=rest,
        sigma={},
    )


def _joined(chosen: tuple[_Cause, ...]) -> FloatArray:
    return np.concatenate([np.zeros((12, 0)), *(columns for _, columns in chosen)], axis=1)


def _price(chosen: tuple[_Cause, ...]) -> float:
    """What an explanation must take off chi squared."""
    n_white = sum(name == "white" for name, _ in chosen)
    n_numbers: int = sum(columns.shape[1] for _, columns in chosen)
    return _PRICE * n_numbers + _PRICE_OF_CAUSE * len(chosen) + _PRICE_OF_WHITE * n_white


def _filled(chosen: tuple[_Cause, ...]) -> FloatArray:
    """Columns of an explanation, zeros where it has fewer than twelve."""
    columns = _joined(chosen)
    return np.pad(columns, ((0, 0), (0, 12 - columns.shape[1])))


_PRICES = np.array([_price(chosen) for chosen in _ALL])
_COLUMNS = np.stack([_filled(chosen) for chosen in _ALL])


def _costs(weight: FloatArray, seen: FloatArray) -> FloatArray:
    """Chi squared of what each explanation leaves, and the price of what it uses: all at once."""
    side = _COLUMNS.transpose(0, 2, 1) @ weight
    # Where two causes say the same, a trace on the diagonal shares it between them.
    trace = 1e-12 * float(np.trace(weight)) * np.eye(12)
    answer = np.linalg.solve(side @ _COLUMNS + trace, (side @ seen)[..., None])
    rest = seen - (_COLUMNS @ answer)[..., 0]
    return np.asarray(_PRICES + np.einsum("ni,ij,nj->n", rest, weight, rest, optimize=True))


def _solve(columns: FloatArray, weight: FloatArray, seen: FloatArray) -> FloatArray:
    normal = columns.T @ weight @ columns
    return np.asarray(np.linalg.lstsq(normal, columns.T @ weight @ seen, rcond=1e-12)[0])


def _errors(columns: FloatArray, add: FloatArray, weight: FloatArray) -> FloatArray:
    """Standard errors of twelve numbers as a group of causes gives them, beside those chosen."""
    basis, _ = np.linalg.qr(add)
    apart = np.linalg.norm(columns - basis @ (basis.T @ columns), axis=0) > 1e-9
    joint = np.concatenate([add, columns[:, apart]], axis=1)
    spread = np.linalg.pinv(joint.T @ weight @ joint, hermitian=True)
    own = add @ spread[: add.shape[1], : add.shape[1]] @ add.T
    return np.asarray(np.sqrt(np.maximum(np.diag(own), 0.0)), np.float64)
