"""Nuke's Python module as Foundry documents it: the parts that the script uses.

Colours go through OpenColorIO, as the knobs stand. A knob that is given what its menu does not
offer keeps what it had.
"""

from __future__ import annotations

import types
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ledcal.export.ocio.proof import Opened, open_config

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

# Of Nuke 14.1, whose OCIODisplay has no saturation yet.
DISPLAY_KNOBS = {"invert": False, "gain": 1.0, "gamma": 1.0, "channel_selector": "RGB"}
CHANNELS = ("rgba.red", "rgba.green", "rgba.blue")


class Knob:
    """A value; where it is a menu, one of what is offered."""

    def __init__(self, value: Any, offers: Callable[[], Sequence[str]] | None = None) -> None:
        self._value = value
        self._offers = offers

    def value(self) -> Any:
        return self._value

    def setValue(self, value: Any) -> bool:  # noqa: N802 - Nuke's name
        if self._offers is None:
            self._value = value
            return True
        # Menus show families: "ACES/ACEScg".
        found = [one for one in self._offers() if one.rpartition("/")[2] == value]
        if found:
            self._value = found[0]
        return bool(found)


class Node:
    """A node with knobs, and what it makes of its input."""

    def __init__(self, nuke: FakeNuke, kind: str, knobs: dict[str, Knob]) -> None:
        self.nuke, self.kind, self.own = nuke, kind, knobs
        self.inputs: list[Node] = []

    def knob(self, name: str) -> Knob | None:
        return self.own.get(name)

    def __getitem__(self, name: str) -> Knob:
        return self.own[name]

    def sample(self, channel: str, x: float, y: float) -> float:
        assert x == y == 0.5
        return float(self.colour()[CHANNELS.index(channel)])

    def colour(self) -> Any:
        if self.kind == "Constant":
            return np.array(self.own["color"].value()[:3])
        colour = self.inputs[0].colour() if self.inputs else np.zeros(3)
        opened = self.nuke.opened()
        if self.kind == "OCIODisplay":
            space = self.own["colorspace"].value().rpartition("/")[2]
            processor = opened.displayed(
                space, self.own["display"].value(), self.own["view"].value()
            )
            return opened.apply(processor, colour * self.own["gain"].value())[0]
        transform = opened.ocio.FileTransform(src=self.own["file"].value())
        transform.setInterpolation(
            getattr(opened.ocio, f"INTERP_{self.own['interpolation'].value().upper()}")
        )
        working = self.own["working_space"].value().rpartition("/")[2]
        assert working in {"ACEScg", "scene_linear"}, "else it converts before and behind"
        return opened.apply(opened.processor(transform), colour)[0]


class FakeNuke(types.ModuleType):
    """The module, and the project that is open in it."""

    def __init__(self) -> None:
        super().__init__("nuke")
        self.GUI = True
        self.selected: Node | None = None
        self.alive: list[Node] = []
        self.messages: list[str] = []
        self.commands: dict[str, Callable[[], None]] = {}
        self.project = Node(
            self,
            "Root",
            {
                "colorManagement": Knob("Nuke", lambda: ("Nuke", "OCIO")),
                "OCIO_config": Knob("nuke-default", lambda: ("nuke-default", "aces_1.2", "custom")),
                "customOCIOConfigPath": Knob(""),
                "workingSpaceLUT": Knob("scene_linear"),
            },
        )
        make = types.SimpleNamespace(
            Constant=lambda: self._made("Constant", {"color": Knob([0.0] * 4)}),
            OCIODisplay=self._display,
        )
        self.nodes = make

    def root(self) -> Node:
        return self.project

    def message(self, text: str) -> None:
        self.messages.append(text)

    def delete(self, node: Node) -> None:
        self.alive.remove(node)

    def menu(self, name: str) -> Any:
        assert name == "Nuke"
        return types.SimpleNamespace(
            addMenu=lambda name: types.SimpleNamespace(
                addCommand=lambda path, call: self.commands.__setitem__(f"{name}/{path}", call)
            )
        )

    def createNode(self, kind: str, *, inpanel: bool) -> Node:  # noqa: N802 - Nuke's name
        assert not inpanel
        inputs = [self.selected] if self.selected else []
        if kind == "OCIODisplay":
            return self._display(inputs)
        assert kind == "OCIOFileTransform"
        node = self._made(
            kind,
            {
                "file": Knob(""),
                "invert": Knob(value=False),
                "interpolation": Knob(
                    "linear", lambda: ("nearest", "linear", "tetrahedral", "best")
                ),
                "working_space": Knob("scene_linear", lambda: (*self.spaces(), "scene_linear")),
                "label": Knob(""),
            },
        )
        node.inputs = inputs
        return node

    def _display(self, inputs: list[Node]) -> Node:
        node = self._made(
            "OCIODisplay",
            {
                "colorspace": Knob("scene_linear", self.spaces),
                "display": Knob("", self.displays),
                "view": Knob("", lambda: ("Un-tone-mapped", "Raw")),
                **{name: Knob(value) for name, value in DISPLAY_KNOBS.items()},
                "label": Knob(""),
            },
        )
        node.inputs = inputs
        return node

    def _made(self, kind: str, knobs: dict[str, Knob]) -> Node:
        node = Node(self, kind, knobs)
        self.alive.append(node)
        return node

    def opened(self) -> Opened:
        assert self.project["colorManagement"].value() == "OCIO"
        assert self.project["OCIO_config"].value() == "custom"
        return open_config(Path(self.project["customOCIOConfigPath"].value()))

    def displays(self) -> Sequence[str]:
        if self.project["OCIO_config"].value() != "custom":
            return ("default",)
        return tuple(self.opened().config.getDisplays())

    def spaces(self) -> Sequence[str]:
        if self.project["OCIO_config"].value() != "custom":
            return ("linear", "sRGB")
        return tuple(
            "/".join(part for part in (space.getFamily(), space.getName()) if part)
            for space in self.opened().config.getColorSpaces()
        )
