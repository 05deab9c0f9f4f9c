"""TouchDesigner's Python module as Derivative documents it: the parts that the script uses.

Colours go through OpenColorIO, as the parameters stand, with the precision of the pixel format.
"""

from __future__ import annotations

import types
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ledcal.export.ocio.proof import Opened, open_config

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

PIXELS = {"rgba8fixed": None, "rgba16float": np.float16, "rgba32float": np.float32}


class Par:
    """A parameter."""

    def __init__(self, val: Any, offers: Callable[[], Sequence[str]] | None = None) -> None:
        self.val = self.default = val
        self._offers = offers
        self.pulsed = 0

    @property
    def menuNames(self) -> Sequence[str]:  # noqa: N802 - TouchDesigner's name
        return () if self._offers is None else self._offers()

    menuLabels = menuNames  # noqa: N815 - TouchDesigner's name

    def eval(self) -> Any:
        return self.val

    def pulse(self) -> None:
        self.pulsed += 1


class Operator:
    """A TOP, or the component that holds TOPs."""

    def __init__(self, td: FakeTd, kind: str, path: str) -> None:
        self.td, self.kind, self.path = td, kind, path
        self.par = types.SimpleNamespace(**self._parameters())
        self.source: Operator | None = None
        self.inputConnectors = [types.SimpleNamespace(connect=self._connect)]

    def _connect(self, source: Operator) -> None:
        self.source = source

    def create(self, kind: str, name: str) -> Operator:
        made = Operator(self.td, kind, f"{self.path}/{name}")
        self.td.operators[made.path] = made
        return made

    def destroy(self) -> None:
        del self.td.operators[self.path]

    def cook(self, *, force: bool) -> None:
        assert force

    def _parameters(self) -> dict[str, Par]:
        if self.kind == "constantTOP":
            names = ("colorr", "colorg", "colorb", "resolutionw", "resolutionh")
            return {
                **{name: Par(1.0) for name in names},
                "alpha": Par(1.0),
                "outputresolution": Par("useinput"),
                "format": Par("rgba8fixed", lambda: tuple(PIXELS)),
                "parmcolorspace": Par("srgb"),
            }
        if self.kind != "opencolorioTOP":
            return {}
        config = Par("")

        def opened() -> Opened:
            return open_config(Path(config.eval()))

        def displays() -> Sequence[str]:
            return tuple(opened().config.getDisplays()) if self.td.reads_config else ()

        def spaces() -> Sequence[str]:
            return tuple(space.getName() for space in opened().config.getColorSpaces())

        switches = ("usecolorspacetransform", "usefiletransform", "useoutput")
        return {
            "config": config,
            "reloadconfig": Par(0),
            **{name: Par(0) for name in switches},
            "filesource": Par(""),
            "interpolation": Par("nearest", lambda: ("nearest", "linear", "tetrahedral", "best")),
            "filedirection": Par("forward", lambda: ("forward", "inverse")),
            "cdlmode": Par("off", lambda: ("off", "values", "ccfile")),
            "gain": Par(1.0),
            "gamma": Par(1.0),
            "display": Par("", displays),
            "view": Par("", lambda: ("Un-tone-mapped", "Raw")),
            "colorspace": Par("", spaces),
            "format": Par("useinput", lambda: ("useinput", *PIXELS)),
        }

    def sample(self, *, x: int, y: int) -> tuple[float, ...]:
        assert 0 <= x < 8
        assert 0 <= y < 8
        return (*self.colour().tolist(), 1.0)

    def colour(self) -> Any:
        par = self.par
        if self.kind == "constantTOP":
            assert par.parmcolorspace.eval() == "passthrough"
            colour = np.array([par.colorr.eval(), par.colorg.eval(), par.colorb.eval()])
        else:
            assert self.source is not None
            opened = open_config(Path(par.config.eval()))
            colour = self.source.colour()
            if par.usefiletransform.eval():
                transform = opened.ocio.FileTransform(src=par.filesource.eval())
                way = f"INTERP_{par.interpolation.eval().upper()}"
                transform.setInterpolation(getattr(opened.ocio, way))
                colour = opened.apply(opened.processor(transform), colour)[0]
            # Where the config is not read the picture goes through as it is.
            if par.useoutput.eval() and self.td.reads_config:
                processor = opened.displayed(
                    par.colorspace.eval(), par.display.eval(), par.view.eval()
                )
                colour = opened.apply(processor, colour * par.gain.eval())[0]
        real = PIXELS[par.format.eval()]
        if real is None:
            return np.clip(np.rint(colour * 255), 0, 255) / 255
        return np.asarray(colour, real).astype(np.float64)


class FakeTd(types.ModuleType):
    """The module, and the project that is open in it."""

    opencolorioTOP = "opencolorioTOP"  # noqa: N815 - TouchDesigner's name
    constantTOP = "constantTOP"  # noqa: N815 - TouchDesigner's name

    def __init__(self) -> None:
        super().__init__("td")
        self.reads_config = True
        self.operators: dict[str, Operator] = {}
        project = Operator(self, "baseCOMP", "/project1")
        self.operators[project.path] = project

    def op(self, path: str) -> Operator | None:
        return self.operators.get(path)
