"""Corrections of made-up walls, of several encodings."""

from __future__ import annotations

from dataclasses import replace

from ledcal.colorimetry.space import gamut
from ledcal.export.label import label_of
from ledcal.values.export import Identity, WallCorrection
from ledcal.values.stage import Camera, Target
from tests.profile.fake import fake_profile, fake_table

SIZE = 17
_TABLE = fake_table(SIZE)


def fake_wall(
    name: str = "Bühne 3",
    *,
    camera: str = "Kamera X",
    profile: str = "north-2031",
    space: str = "P3-D65",
    eotf: str = "ST 2084",
    peak_nits: float = 1500.0,
) -> WallCorrection:
    """A wall with a table that differs on all three axes."""
    made = fake_profile(size=SIZE, name=profile)
    return WallCorrection(
        identity=Identity("profile", profile, "ab" * 32),
        label=label_of(made),
        wall=replace(made.stage.wall, name=name),
        camera=Camera(camera),
        target=Target(gamut(space), eotf, peak_nits),
        tables={SIZE: _TABLE},
    )


def several_walls() -> list[WallCorrection]:
    """Every EOTF, gamuts of other whites too, two cameras on one wall."""
    return [
        fake_wall(),
        fake_wall(camera="Kamera Y", profile="north-2032"),
        fake_wall("ceiling", profile="ceiling", space="BT.2020", peak_nits=10000.0),
        fake_wall("tv", profile="tv", space="BT.709", eotf="BT.1886", peak_nits=100.0),
        fake_wall("monitor", profile="monitor", space="BT.709", eotf="sRGB", peak_nits=320.0),
        fake_wall("cinema", profile="cinema", space="DCI-P3", eotf="gamma 2.6", peak_nits=48.0),
        fake_wall("light", profile="light", space="ACEScg", eotf="linear", peak_nits=1234.5),
    ]
