"""LED processors that load a 3D table themselves: plain .cube files, the steps around them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ledcal.export.hosts.host import Host, Page
from ledcal.export.hosts.tables import LEGAL_RANGE, ONCE, SHOT_SO, named, write_tables

if TYPE_CHECKING:
    from pathlib import Path

    from ledcal.export.hosts.host import Evaluate
    from ledcal.values.export import WallCorrection


def _write(folder: Path, walls: tuple[WallCorrection, ...], evaluate: Evaluate) -> Page:
    (wall,) = walls
    files = write_tables(folder, wall, evaluate)
    target = wall.target
    return Page(
        takes=f"the video signal as it arrives: {wall.label.takes}",
        gives=f"what its LED stage gets: {wall.label.gives}",
        interpolation=(
            "the processor's own; makers do not say which. Take the largest file that it loads: "
            "the larger the table, the less it matters"
        ),
        steps=(
            (
                "Set the processor as it was when the wall was shot: the same preset, input EOTF "
                f"({wall.wall.eotf}), gamut, brightness, colour temperature. Any other 3D LUT, dynamic "
                "or look setting off."
            ),
            (
                f"Load {named(file.name for file in reversed(files))}: try the largest first, some "
                "processors refuse it. Brompton Tessera (software 3.2 or newer): switch on 3D LUT, "
                "import the file. Others: the manual's section on 3D LUTs."
            ),
            (
                "The table must act on the code values of the input signal, before the processor's own "
                "EOTF, gamut and colour settings. Where the processor lets you choose, choose that "
                "place; where it cannot act there, load the table in the render host instead."
            ),
            (
                f"Send content in {target.gamut.name}, {target.eotf}, RGB, full range, at the highest "
                "bit depth of the link; set the input's range to full in the processor too."
            ),
            "Save the preset under a name that says that a correction is in it.",
        ),
        traps=(
            ONCE,
            (
                "The table behind the processor's EOTF, or in linear light: greys are far too bright "
                "or too dark. It wants code values."
            ),
            LEGAL_RANGE,
            SHOT_SO,
            "One preset of several without the table: walls or panels differ from each other.",
        ),
        check=(
            "Send a flat field of the content code. The code behind the table cannot be read from "
            "a processor: bypass the table, send the calibrated code as content, and compare the "
            "two by eye or meter; they must look the same."
        ),
        is_scene_linear=False,
    )


HOST = Host(
    "processor",
    "LED processor that loads a 3D table (.cube), such as Brompton Tessera 3.2 or newer",
    (17, 33, 65),
    _write,
)
