"""A fitted wall to its correction in steps."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ledcal.lut.build import build_lut
from ledcal.lut.optimise import optimise_nodes
from ledcal.model.chain import plan_chain
from ledcal.values.chain import Chain

if TYPE_CHECKING:
    from ledcal.values.display import DisplayModel
    from ledcal.values.stage import Target


def chain_of(
    model: DisplayModel, target: Target, k: float, size: int, *, peak: str = "match"
) -> Chain:
    """The correction as curves, a cube and curves, the cube's nodes set for what lies between.

    Parameters
    ----------
    model : DisplayModel
        The wall.
    target : Target
        What content is encoded in.
    k : float
        From `exposure_scale`.
    size : int
        Nodes along an edge of the cube.
    peak : str
        What greys brighter than the wall's white give up, as in `model.invert.correct`.
    """
    plan = plan_chain(model, target, k, size, peak=peak)
    cube = optimise_nodes(build_lut(plan.nodes, size), plan.samples)
    return Chain(plan.first, cube, plan.last)
