"""What Unreal asks of a config, tried without Unreal: shaders, textures, version, roles.

Of its OpenColorIO plug-in it is known that it generates HLSL without dynamic properties, that
older ones take eight textures a transform, and that 5.1 holds OpenColorIO 2.1. Settings of a
project are not seen here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ledcal.export._ocio import faults
from ledcal.export.ocio.proof import views_of

if TYPE_CHECKING:
    from typing import Any

    from ledcal.export.ocio.proof import Opened

NEWEST_VERSION = (2, 1)
MOST_TEXTURES = 8
_ROLES = ("aces_interchange", "cie_xyz_d65_interchange", "scene_linear", "default")


@dataclass(frozen=True, slots=True)
class Preflight:
    """What was found.

    Attributes
    ----------
    version : str
        Of the config's format.
    n_shaders : int
        How many were generated: every display and view, and every scene space, from every
        scene space that is linear.
    most_textures : int
        Of one shader.
    """

    version: str
    n_shaders: int
    most_textures: int


def preflight(opened: Opened) -> Preflight:
    """Generate the shaders that Unreal would, and count what they need.

    Raises
    ------
    ExportError
        If the config is too new, a role is missing, a shader cannot be made, has more than
        `MOST_TEXTURES` textures, or properties that change while it runs.
    """
    config, ocio = opened.config, opened.ocio
    version = (config.getMajorVersion(), config.getMinorVersion())
    if version > NEWEST_VERSION:
        raise opened.refusal(
            f"its format is {version[0]}.{version[1]}, the newest that Unreal 5.1 reads is "
            f"{NEWEST_VERSION[0]}.{NEWEST_VERSION[1]}"
        )
    missing = [role for role in _ROLES if not config.hasRole(role)]
    if missing:
        raise opened.refusal(f"the role {missing[0]} is missing, which Unreal needs")
    names = config.getColorSpaceNames(ocio.SEARCH_REFERENCE_SPACE_SCENE, ocio.COLORSPACE_ALL)
    linear = [name for name in names if config.getColorSpace(name).getEncoding() == "scene-linear"]
    counts = [
        _textures(opened, opened.displayed(name, display, view), f"{name} to {display}, {view}")
        for display, view in views_of(opened)
        for name in linear
    ]
    counts += [
        _textures(opened, opened.processor(start, end), f"{start} to {end}")
        for start in linear
        for end in names
        if start != end
    ]
    return Preflight(".".join(map(str, version)), len(counts), max(counts, default=0))


def _textures(opened: Opened, processor: Any, words: str) -> int:
    """How many textures the shader of a processor needs."""
    ocio = opened.ocio
    shader = ocio.GpuShaderDesc.CreateShaderDesc(
        language=ocio.GPU_LANGUAGE_HLSL_DX11, functionName="OCIOConvert", resourcePrefix="Ocio"
    )
    try:
        # Unreal takes dynamic properties off; here there must be none to take off.
        processor.getDefaultGPUProcessor().extractGpuShaderInfo(shader)
    except faults(ocio) as error:
        raise opened.refusal(f"no shader from {words} ({error})") from error
    if "OCIOConvert" not in shader.getShaderText():
        raise opened.refusal(f"the shader from {words} is empty")
    if len(shader.getDynamicProperties()) or len(shader.getUniforms()):
        raise opened.refusal(f"the shader from {words} has properties that change while it runs")
    textures = len(shader.getTextures()) + len(shader.get3DTextures())
    if textures > MOST_TEXTURES:
        raise opened.refusal(
            f"the shader from {words} needs {textures} textures, limit {MOST_TEXTURES} in Unreal"
        )
    return textures
