"""Unity's folder: tables as its importer reads them, shaders that compile and compute right."""

from __future__ import annotations

import ctypes
import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from ledcal.colorimetry.space import BT709, BT2020, matrix_rgb_to_aces, matrix_rgb_to_rgb
from ledcal.colorimetry.target import target_code
from ledcal.colorimetry.transfer import eotf_inverse
from ledcal.errors import ExportError
from ledcal.export.check_colours import best_table
from ledcal.export.hosts.unity import ASSETS, CORE, HOST
from ledcal.lut.interpolate import apply_lut
from tests.export.ocio.walls import fake_wall, several_walls
from tests.profile.fake import fake_table

if TYPE_CHECKING:
    from collections.abc import Callable

    from ledcal.export.hosts.host import Page
    from ledcal.values.arrays import FloatArray
    from ledcal.values.export import WallCorrection

    Shade = Callable[..., FloatArray]

HERE = Path(__file__).parent
SRGB, HDR10, CODES = 0, 1, 2
PQ_WALL = fake_wall()
# The curves: ST 2084 (two gamuts), BT.1886, sRGB, gamma 2.6 and another white, linear.
WALLS = {f"{one.target.eotf} {one.target.gamut.name}": one for one in several_walls()[1:]}


def tool(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        pytest.skip(f"{name} is not installed")
    return found


def write(folder: Path, wall: WallCorrection) -> Page:
    folder.mkdir(parents=True, exist_ok=True)
    return HOST.write(folder, (wall,), apply_lut)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("unity") / "folder"
    write(made, PQ_WALL)
    return made


@pytest.fixture(scope="module")
def shaders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Shade]:
    """What the shader of each wall makes of colours, in float32."""
    compiler = tool("g++")
    made = {}
    for number, (name, wall) in enumerate(WALLS.items()):
        folder = tmp_path_factory.mktemp(f"wall{number}")
        write(folder, wall)
        library = folder / "core.so"
        subprocess.run(
            [
                *(compiler, "-x", "c++", "-O1", "-shared", "-fPIC", "-fsingle-precision-constant"),
                *(f'-DLEDCAL_CORE="{folder / CORE}"', HERE / "hlsl.hpp", "-o", library),
            ],
            check=True,
        )
        made[name] = shade_by(library, wall)
    return made


def shade_by(library: Path, wall: WallCorrection) -> Shade:
    function = ctypes.CDLL(str(library)).shade
    pointer = ctypes.POINTER(ctypes.c_float)
    function.argtypes = [
        *(pointer, ctypes.c_long, ctypes.c_float, ctypes.c_int, ctypes.c_int),
        *(pointer, ctypes.c_int, pointer),
    ]
    function.restype = None
    table = best_table(wall)
    # Red fastest, as a Texture3D has it: x is red.
    nodes = np.ascontiguousarray(table.table.transpose(2, 1, 0, 3), np.float32)

    def shade(
        value: FloatArray, *, nits: float = 100.0, output: int = CODES, calibrated: bool = True
    ) -> FloatArray:
        given = np.ascontiguousarray(value, np.float32)
        shown = np.empty_like(given)
        function(
            *(given.ctypes.data_as(pointer), len(given), nits, output, int(calibrated)),
            *(nodes.ctypes.data_as(pointer), table.size, shown.ctypes.data_as(pointer)),
        )
        return shown.astype(np.float64)

    return shade


def colours() -> FloatArray:
    """Linear light, 1.0 = 100 nits: greys, mixes, more than any peak, less than none."""
    rng = np.random.default_rng(77)
    grey = np.repeat(np.geomspace(1e-4, 200.0, 400)[:, None], 3, axis=1)
    mixed = rng.uniform(-0.1, 1.0, (6000, 3)) * 10.0 ** rng.uniform(-3.0, 2.0, (6000, 1))
    return np.concatenate([grey, mixed, np.zeros((1, 3))]).astype(np.float32).astype(np.float64)


def bounds(wall: WallCorrection, value: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Content codes that float32 may make: of light that is off by its rounding, and of powers."""
    matrix = matrix_rgb_to_rgb(BT709, wall.target.gamut)
    light = value @ matrix.T
    off = np.abs(value) @ np.abs(matrix).T * 8 * 2.0**-24
    low, high = (
        eotf_inverse(wall.target.eotf, 100.0 * shifted, peak_nits=wall.target.peak_nits)
        for shifted in (light - off, light + off)
    )
    # ST 2084 raises a number that is rounded to the power of 78.8.
    return low - 1.5e-5, high + 1.5e-5


@pytest.mark.parametrize("name", WALLS)
def test_the_shader_does_what_our_chain_does(shaders: dict[str, Shade], name: str) -> None:
    wall, shade, value = WALLS[name], shaders[name], colours()
    content = target_code(wall.target, value @ matrix_rgb_to_aces(BT709).T)
    low, high = bounds(wall, value)
    got = shade(value, calibrated=False)
    assert (got >= low).all()
    assert (got <= high).all()
    # Away from black no bound is needed.
    bright = (content > 0.1).all(axis=1)
    assert bright.sum() > 1000
    assert np.abs(got - content)[bright].max() < 2e-5
    assert np.abs(shade(value) - apply_lut(best_table(wall), got)).max() < 2e-6
    # Half the nits for 1.0 is half the light.
    assert shade(value, nits=50.0, calibrated=False) == pytest.approx(
        shade(value / 2, calibrated=False), abs=1e-5
    )


@pytest.mark.parametrize("name", WALLS)
def test_the_code_leaves_the_display_output(shaders: dict[str, Shade], name: str) -> None:
    shade, value = shaders[name], colours()
    code = shade(value)
    back_buffer = eotf_inverse("sRGB", shade(value, output=SRGB), peak_nits=1.0)
    assert np.abs(back_buffer - code).max() < 2e-6
    # Unity hands over nits in Rec.2020, and encodes what it gets.
    nits = 100.0 * value @ matrix_rgb_to_rgb(BT709, BT2020).T
    hdr = shade(nits, output=HDR10)
    low, high = bounds(WALLS[name], value)
    got = unity_encode(shade(nits, output=HDR10, calibrated=False))
    # Next to black Unity's curve has no inverse.
    slack = np.where(high < 0.001, 3e-4, 2e-5)
    assert (got >= low - slack).all()
    assert (got <= high + slack).all()
    bright = (code > 0.1).all(axis=1)
    assert np.abs(unity_encode(hdr) - code)[bright].max() < 5e-5


def unity_encode(nits: FloatArray) -> FloatArray:
    """GTS_APPROX_PQ of Unity's HDROutput.hlsl: its output's curve, near ST 2084."""
    k = np.power(np.maximum(nits, 0.0) / 10000.0, 2610 / 16384)
    above = 3.61972e-8 + k * (0.00102859 + k * (-0.101284 + 2.05784 * k))
    return np.asarray(above / (0.0495245 + k * (0.135214 + k * (0.772669 + k))))


@pytest.mark.parametrize("name", WALLS)
def test_what_is_no_colour_gives_a_code_of_the_table(shaders: dict[str, Shade], name: str) -> None:
    odd = np.array([np.nan, np.inf, -np.inf, -5.0, 1e30, 0.0, 0.5])
    value = np.stack(np.meshgrid(odd, odd, odd, indexing="ij"), axis=-1).reshape(-1, 3)
    table = best_table(WALLS[name]).table
    for output in (CODES, SRGB, HDR10):
        shown = shaders[name](value, output=output)
        assert np.isfinite(shown).all()
    code = shaders[name](value)
    assert code.min() >= table.min() - 1e-6
    assert code.max() <= table.max() + 1e-6


def test_a_table_of_16_bit_floats_costs_less_than_a_step() -> None:
    table = best_table(PQ_WALL)
    half = fake_table(table.size).table.astype(np.float16).astype(np.float64)
    assert 1e-5 < np.abs(half - table.table).max() < 0.5 / 1023


def test_tables_are_as_unitys_importer_wants_them(folder: Path) -> None:
    (path,) = folder.glob("*.cube")
    table = unity_import(path.read_text("ascii"))
    wanted = best_table(PQ_WALL).table.transpose(2, 1, 0, 3).reshape(-1, 3)
    assert np.abs(table - wanted).max() < 1e-7


def unity_import(text: str) -> FloatArray:
    """What HDRP's importer takes: TITLE and DOMAIN pass by, every other line is three numbers."""
    size, rows = 0, []
    for line in text.splitlines():
        words = line.strip()
        if not words or words.startswith(("#", "TITLE", "DOMAIN_")):
            continue
        if words.startswith("LUT_3D_SIZE"):
            size = int(words.removeprefix("LUT_3D_SIZE"))
            assert 16 <= size <= 65
            continue
        rows.append([float(part) for part in words.split()])
        assert len(rows[-1]) == 3, line
    assert len(rows) == size**3
    return np.array(rows)


def test_a_table_that_unity_does_not_import_is_refused(tmp_path: Path) -> None:
    wall = fake_wall()
    small = type(wall)(
        wall.identity, wall.label, wall.wall, wall.camera, wall.target, {9: fake_table(9)}
    )
    with pytest.raises(ExportError, match="9 nodes along an edge: Unity takes 16 to 65"):
        write(tmp_path / "small", small)


def test_texts_are_plain_and_filled(folder: Path) -> None:
    names = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert names == {
        f"{ASSETS}/Editor/LedcalTable.cs",
        f"{ASSETS}/HDRP/LedcalCorrection.cs",
        f"{ASSETS}/HDRP/LedcalCorrection.shader",
        f"{ASSETS}/LedcalCorrection.hlsl",
        f"{ASSETS}/URP/LedcalCorrectionURP.shader",
        "north-2031_17.cube",
    }
    for name in names:
        text = (folder / name).read_bytes().decode("ascii")
        assert "$" not in text
        assert "\r" not in text
        assert text.count("{") == text.count("}")


def test_the_page_says_what_is_entered_and_what_comes_out(tmp_path: Path) -> None:
    page = write(tmp_path / "folder", PQ_WALL)
    steps = "\n".join(page.steps)
    assert "It must leave the GPU as 527 520 520 of 1023 calibrated, 520 520 520 not." in steps
    assert "Paper White 100" in steps
    assert (page.is_scene_linear, page.light) == (True, "Linear Rec.709 (sRGB)")
    assert "Mode External): wrong" in "\n".join(page.traps)


@pytest.mark.parametrize(
    ("eotf", "by_hdr", "without"),
    [
        ("ST 2084", "10 bit, the right one for this wall.", "8 bit, bands on this wall."),
        (
            "BT.1886",
            "calls itself ST 2084, and this wall is BT.1886: set the processor's input EOTF by",
            "8 bit, the usual one for this wall;",
        ),
    ],
)
def test_the_page_names_the_output_for_the_walls_own_curve(
    tmp_path: Path, eotf: str, by_hdr: str, without: str
) -> None:
    wall = replace(PQ_WALL, wall=replace(PQ_WALL.wall, eotf=eotf))
    steps = write(tmp_path, wall).steps
    assert by_hdr in next(step for step in steps if step.startswith("Output by HDR: "))
    assert without in next(step for step in steps if step.startswith("Output without HDR: "))


STUBS = """
#define TEXTURE3D(name) Texture3D<float4> name
#define LOAD_TEXTURE3D_LOD(name, at, mip) name.Load(int4(at, mip))
#define SAMPLE_TEXTURE2D_X_LOD(name, sampler_, uv, mip) name.SampleLevel(sampler_, uv, mip)
#define UNITY_SETUP_STEREO_EYE_INDEX_POST_VERTEX(input)
struct Varyings { float4 positionCS : SV_Position; float2 texcoord : TEXCOORD0; };
Texture2D<float4> _BlitTexture;
SamplerState sampler_PointClamp;
float3 CustomPassLoadCameraColor(uint2 at, float mip) { return _BlitTexture.Load(int3(at, 0)).rgb; }
"""


@pytest.mark.parametrize("name", ["HDRP/LedcalCorrection.shader", "URP/LedcalCorrectionURP.shader"])
def test_shaders_compile_as_hlsl(folder: Path, tmp_path: Path, name: str) -> None:
    compiler = tool("glslangValidator")
    text = (folder / ASSETS / name).read_text("ascii")
    assert '#include "../LedcalCorrection.hlsl"' in text
    block = re.search(r"HLSL(?:INCLUDE|PROGRAM)\n(.*?)ENDHLSL", text, re.DOTALL)
    assert block
    body = re.sub(r"^\s*#(pragma .*|include \"Packages.*)$", "", block[1], flags=re.MULTILINE)
    body = body.replace('#include "../LedcalCorrection.hlsl"', (folder / CORE).read_text("ascii"))
    source = tmp_path / "shader.hlsl"
    source.write_text(STUBS + body, "ascii")
    done = subprocess.run(
        [*(compiler, "-D", "-V", "-S", "frag", "-e", "Correct", "-o", tmp_path / "x.spv"), source],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


def test_scripts_compile_and_the_table_is_read_in_any_language(
    folder: Path, tmp_path: Path
) -> None:
    compiler, runner = tool("mcs"), tool("mono")
    program = tmp_path / "x.exe"
    sources = [*(folder / ASSETS).rglob("*.cs"), HERE / "unity_stubs.cs"]
    subprocess.run(
        [compiler, "-nologo", "-warnaserror", "-nowarn:649,169,414", f"-out:{program}", *sources],
        check=True,
    )
    (path,) = folder.glob("*.cube")
    done = subprocess.run([runner, program, path], capture_output=True, text=True, check=True)
    size, *rows = done.stdout.split("\n")[:-1]
    assert size == "17"
    nodes = np.array([[float(part) for part in row.split()] for row in rows])
    assert np.abs(nodes - unity_import(path.read_text("ascii"))).max() < 1e-7
    text = path.read_text("ascii").splitlines()
    for defect, words in (
        (text[:-1], "4912 nodes, 4913 expected"),
        ([*text, "0 0 0"], f"line {len(text) + 1} is not of a .cube"),
        ([*text[:-1], "LUT_3D_INPUT_RANGE 0.0 1.0"], "not in a correct format"),
    ):
        other = tmp_path / "other.cube"
        other.write_text("\n".join(defect), "ascii")
        done = subprocess.run([runner, program, other], capture_output=True, text=True, check=False)
        assert done.returncode == 1
        assert words in done.stdout
