"""The colour spaces of a config that belong to no wall, and what their numbers are to us."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ledcal.colorimetry.space import ACES, BT709, BT2020, matrix_rgb_to_rgb
from ledcal.export.ocio.text import matrix_transform, quoted_list
from ledcal.values.stage import Gamut

if TYPE_CHECKING:
    from ledcal.values.arrays import FloatArray

# S-2014-004: ACEScg, and the light of ACEScct.
AP1 = Gamut("ACEScg", [[0.713, 0.293], [0.165, 0.830], [0.128, 0.044]], [0.32168, 0.33767])
LINEAR = "Scene-linear, 1.0 = 100 nits on the wall"


@dataclass(frozen=True, slots=True, eq=False)
class Space:
    """A colour space of the scene.

    Attributes
    ----------
    name : str
        As ACES configs call it.
    gamut : Gamut
        Of its light.
    is_log : bool
        ACEScct's curve (S-2016-001); else its numbers are light.
    aliases : tuple of str
        Other names, of other configs and of Blender.
    family : str
        Where menus put it.
    use : str
        Its categories.
    transform : str
        Key and transform to or from ACES2065-1; empty where it is that itself.
    """

    name: str
    gamut: Gamut
    is_log: bool
    aliases: tuple[str, ...]
    family: str
    use: str
    transform: str

    def matrix(self) -> FloatArray:
        """3x3 from its linear light to ACES2065-1."""
        return matrix_rgb_to_rgb(self.gamut, ACES)

    def light(self, value: FloatArray) -> FloatArray:
        """Its numbers as linear light of its gamut."""
        return acescct_decode(value) if self.is_log else value

    def value(self, light: FloatArray) -> FloatArray:
        """Linear light of its gamut as its numbers."""
        return acescct_encode(light) if self.is_log else light


def acescct_decode(value: FloatArray) -> FloatArray:
    """ACEScct to linear AP1; no upper end, as OpenColorIO has none.

    Examples
    --------
    >>> acescct_decode(np.array([0.0729055341958355, 0.4135884])).round(4).tolist()
    [0.0, 0.18]
    """
    low = (value - 0.0729055341958355) / 10.5402377416545
    high = np.exp2(value * 17.52 - 9.72)
    return np.where(value <= 0.155251141552511, low, high)


def acescct_encode(light: FloatArray) -> FloatArray:
    """Linear AP1 to ACEScct.

    Examples
    --------
    >>> acescct_encode(np.array([0.0, 0.18])).round(6).tolist()
    [0.072906, 0.413588]
    """
    low = 10.5402377416545 * light + 0.0729055341958355
    high = (np.log2(np.maximum(light, 0.0078125)) + 9.72) / 17.52
    return np.where(light <= 0.0078125, low, high)


def _from_aces(gamut: Gamut) -> str:
    return matrix_transform(matrix_rgb_to_rgb(ACES, gamut))


SPACES: tuple[Space, ...] = (
    Space(
        "ACES2065-1",
        ACES,
        False,
        ("aces2065_1", "ACES - ACES2065-1", "lin_ap0"),
        "ACES",
        "[file-io]",
        "",
    ),
    Space(
        "ACEScg",
        AP1,
        False,
        ("ACES - ACEScg", "lin_ap1"),
        "ACES",
        "[file-io, working-space, texture]",
        "to_scene_reference: !<BuiltinTransform> {style: ACEScg_to_ACES2065-1}",
    ),
    Space(
        "ACEScct",
        AP1,
        True,
        ("ACES - ACEScct", "acescct_ap1"),
        "ACES",
        "[file-io, working-space]",
        "to_scene_reference: !<BuiltinTransform> {style: ACEScct_to_ACES2065-1}",
    ),
    Space(
        "Linear Rec.709 (sRGB)",
        BT709,
        False,
        # Blender calls it "Linear" up to 3.6, and "Linear Rec.709" from 4.0 on.
        (
            *("lin_rec709_srgb", "lin_rec709", "lin_srgb", "Utility - Linear - sRGB"),
            *("Linear Rec.709", "Linear"),
        ),
        "Utility",
        "[file-io, working-space, texture]",
        f"from_scene_reference: {_from_aces(BT709)}",
    ),
    Space(
        "Linear Rec.2020",
        BT2020,
        False,
        ("lin_rec2020", "Utility - Linear - Rec.2020"),
        "Utility",
        "[file-io, working-space, texture]",
        f"from_scene_reference: {_from_aces(BT2020)}",
    ),
)


def space_text(space: Space) -> str:
    """One of `SPACES` as its entry in a config."""
    says = (
        "The grading curve of ACES; its light 1.0 = 100 nits on the wall"
        if space.is_log
        else LINEAR
    )
    lines = [
        "- !<ColorSpace>",
        f"  name: {space.name}",
        f"  aliases: {quoted_list(space.aliases)}",
        f"  family: {space.family}",
        '  equalitygroup: ""',
        "  bitdepth: 32f",
        f"  description: {says}",
        "  isdata: false",
        f"  categories: {space.use}",
        f"  encoding: {'log' if space.is_log else 'scene-linear'}",
        "  allocation: uniform",
        *([f"  {space.transform}"] if space.transform else []),
    ]
    return "".join(f"  {line}\n" for line in lines)


def others_text() -> dict[str, str]:
    """Name to entry: pictures of sRGB, and what is no colour."""
    srgb = f"""  - !<ColorSpace>
    name: sRGB - Texture
    aliases: [srgb_tx, Utility - sRGB - Texture, sRGB]
    family: Utility
    equalitygroup: ""
    bitdepth: 32f
    description: Pictures in sRGB. Their white is 1.0, which is 100 nits on the wall
    isdata: false
    categories: [file-io, texture]
    encoding: sdr-video
    allocation: uniform
    from_scene_reference: !<GroupTransform>
      children:
        - {_from_aces(BT709)}
        - !<ExponentWithLinearTransform> {{gamma: 2.4, offset: 0.055, direction: inverse}}
"""
    raw = """  - !<ColorSpace>
    name: Raw
    aliases: [Utility - Raw, Non-Color]
    family: Utility
    equalitygroup: ""
    bitdepth: 32f
    description: Numbers as they are
    isdata: true
    categories: [file-io, texture]
    allocation: uniform
"""
    return {"sRGB - Texture": srgb, "Raw": raw}
