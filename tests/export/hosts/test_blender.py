"""The files for Blender, without a Blender: what the starters do, and what the script knows.

tests/test_blender.py runs them in Blender itself.
"""

from __future__ import annotations

import ast
import os
import shutil
import subprocess
import sys
from types import ModuleType, SimpleNamespace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from ledcal.errors import InputError
from ledcal.export.hosts.registry import HOSTS
from ledcal.export.hosts.scripts import script_colours
from ledcal.export.ocio.proof import open_config
from ledcal.lut.interpolate import apply_lut
from tests.export.hosts.scripted import load_script, two_walls, write_folder
from tests.export.ocio.walls import fake_wall

if TYPE_CHECKING:
    from pathlib import Path

SHELL = shutil.which("dash") or shutil.which("sh")
NEEDS_SHELL = pytest.mark.skipif(SHELL is None, reason="no POSIX shell here")
# Says what it was started with, an argument a line.
STAND_IN = """#!/bin/sh
echo "OCIO=$OCIO"
echo "wall=$LEDCAL_WALL"
echo "uncalibrated=$LEDCAL_UNCALIBRATED"
[ -z "$PROVED" ] || rm "$LEDCAL_UNPROVED"
for one in "$@"; do echo "$one"; done
exit ${CODE:-0}
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_folder("blender", tmp_path_factory.mktemp("bühne") / "for blender", two_walls())


@pytest.fixture
def stand_in(tmp_path: Path) -> Path:
    path = tmp_path / "other place" / "blender"
    path.parent.mkdir()
    path.write_text(STAND_IN)
    path.chmod(0o755)
    return path


def start(
    folder: Path, *words: str, starter: Path | None = None, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run start_blender.sh; PATH holds no Blender where none is given."""
    assert SHELL is not None
    return subprocess.run(
        [SHELL, starter or folder / "start_blender.sh", *words],
        env={"PATH": "/usr/bin:/bin", "LC_ALL": "C", **environment},
        cwd="/",
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


def script_names(folder: Path, name: str) -> dict[str, object]:
    """The constants of a script, which is read as Python 3.7."""
    text = (folder / name).read_bytes().decode("ascii")
    tree = ast.parse(text, feature_version=(3, 7))
    constants = {}
    for node in tree.body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            try:
                constants[node.targets[0].id] = ast.literal_eval(node.value)
            except ValueError:
                continue
    return constants


# What Blender's menu calls them.
FORMATS = {
    "PNG": "PNG",
    "TIFF": "TIFF",
    "JPEG2000": "JPEG 2000",
    "JPEG": "JPEG",
    "OPEN_EXR": "OpenEXR",
    "OPEN_EXR_MULTILAYER": "OpenEXR MultiLayer",
    "HDR": "Radiance HDR",
    "DPX": "DPX",
    "CINEON": "Cineon",
    "FFMPEG": "FFmpeg Video",
}


class FakeBlender:
    """As much of bpy as tells how a frame is written, and hears what is said of it."""

    def __init__(self, *, background: bool) -> None:
        self.modules = {name: ModuleType(name) for name in ("bpy", "bpy.app", "mathutils")}
        handlers = ModuleType("bpy.app.handlers")
        self.popups: list[Any] = []
        timers = SimpleNamespace(register=lambda show, **_: self.popups.append(show))
        values = {"background": background, "timers": timers, "version": (4, 5, 0)}
        vars(self.modules["bpy.app"]).update(values, handlers=handlers)
        vars(handlers).update(
            {
                f"{name}_{when}": []
                for name in ("render", "load")
                for when in ("init", "pre", "post")
            },
            persistent=lambda function: function,
        )
        vars(self.modules["bpy"])["app"] = self.modules["bpy.app"]
        vars(self.modules["mathutils"])["Color"] = None
        self.modules["bpy.app.handlers"] = handlers

    @staticmethod
    def scene(file_format: str, depth: str = "16", mode: str = "RGB", name: str = "Scene") -> Any:
        items = {one: SimpleNamespace(name=called) for one, called in FORMATS.items()}
        written = SimpleNamespace(
            file_format=file_format,
            color_depth=depth,
            color_mode=mode,
            bl_rna=SimpleNamespace(properties={"file_format": SimpleNamespace(enum_items=items)}),
        )
        render = SimpleNamespace(image_settings=written, is_movie_format=file_format == "FFMPEG")
        return SimpleNamespace(name=name, render=render)


@pytest.mark.parametrize(
    ("written", "unfit", "doubt"),
    [
        (("PNG",), "", ""),
        (("TIFF",), "", ""),
        (("PNG", "8"), "", "writes 8 bit (PNG): steps on a PQ wall; set PNG or TIFF, 16 bit"),
        # What -F leaves where the file had OpenEXR.
        (("TIFF", ""), "", "writes 8 bit (TIFF): steps on a PQ wall; set PNG or TIFF, 16 bit"),
        (("JPEG", "8"), "", "writes 8 bit (JPEG): steps on a PQ wall; set PNG or TIFF, 16 bit"),
        (("PNG", "16", "BW"), "", "writes BW, PNG without colour; set Color RGB"),
        (("JPEG2000",), "", "writes JPEG 2000, which may change codes; set PNG or TIFF, 16 bit"),
        (("AVIF", "12"), "", "writes AVIF, which may change codes; set PNG or TIFF, 16 bit"),
        (
            ("FFMPEG", "10"),
            "",
            "writes a movie (FFmpeg Video): compression changes codes; set PNG or TIFF, 16 bit",
        ),
        *(
            ((one,), f"writes {FORMATS[one]}: light, without the correction; set PNG or TIFF, ", "")
            for one in ("OPEN_EXR", "OPEN_EXR_MULTILAYER", "HDR", "DPX", "CINEON")
        ),
    ],
)
def test_what_a_frame_is_written_as_is_told_apart(
    folder: Path, written: tuple[str, ...], unfit: str, doubt: str
) -> None:
    fake = FakeBlender(background=True)
    script = load_script(folder / "ledcal_blender.py", fake.modules)
    scene = fake.scene(*written)
    assert script.unfit_in(scene) == unfit + ("16 bit" if unfit else "")
    if not unfit:
        assert script.doubt_in(scene) == doubt


def test_with_a_window_a_render_is_told_of_once(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A message for each frame of many would be one too many; the next render is told again."""
    fake = FakeBlender(background=False)
    script = load_script(folder / "ledcal_blender.py", fake.modules)
    monkeypatch.setattr(script, "wrong_in", lambda _: [])
    scene = fake.scene("OPEN_EXR", "32")
    for count in (1, 2):
        script.ledcal_as_render_starts(scene)
        for _ in range(3):
            script.ledcal_before_render(scene)
        assert len(fake.popups) == count
    said = "ledcal: FAILED: scene 'Scene' writes OpenEXR: light, without the correction; set PNG "
    assert capsys.readouterr().err == 2 * f"{said}or TIFF, 16 bit\n"
    # As a file is opened it is no more than a warning: nothing is written yet.
    script.warn_of([scene, fake.scene("PNG"), fake.scene("PNG", "8", name="other")])
    lines = capsys.readouterr().err.splitlines()
    remedy = "; set PNG or TIFF, 16 bit"
    assert [line.removeprefix("ledcal: WARNING: ") for line in lines] == [
        f"scene 'Scene' writes OpenEXR: light, without the correction{remedy}",
        f"scene 'other' writes 8 bit (PNG): steps on a PQ wall{remedy}",
    ]


def test_what_is_in_the_folder(folder: Path) -> None:
    names = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert names == {
        *("config.ocio", "luts/north-2031_17.cube", "luts/tv_17.cube"),
        *("ledcal_blender.py", "start_blender.sh", "start_blender.bat"),
    }
    # An archive would be refused by 3.4.
    assert not list(folder.rglob("*.ocioz"))
    if os.name == "posix":
        assert (folder / "start_blender.sh").stat().st_mode & 0o111 == 0o111


@pytest.mark.parametrize("host", ["blender", "nuke", "touchdesigner"])
def test_scripts_are_old_python_and_well_formed(host: str, tmp_path: Path) -> None:
    folder = write_folder(host, tmp_path / host, two_walls())
    name = f"ledcal_{host}.py"
    constants = script_names(folder, name)
    assert constants["FILES"] == ["config.ocio", "luts/north-2031_17.cube", "luts/tv_17.cube"]
    rules = ["--isolated", "--select=E,F,W,B,UP,PL,RET,SIM", "--ignore=PLR,E501"]
    done = subprocess.run(
        [sys.executable, "-m", "ruff", "check", *rules, "--target-version=py37", folder / name],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


def test_the_script_knows_what_the_config_gives(folder: Path) -> None:
    walls = script_names(folder, "ledcal_blender.py")["WALLS"]
    assert isinstance(walls, list)
    assert [wall["wall"] for wall in walls] == ["Bühne 3", "tv"]
    assert [wall["table"] for wall in walls] == ["luts/north-2031_17.cube", "luts/tv_17.cube"]
    opened = open_config(folder / "config.ocio")
    for wall in walls:
        for space, key in (("ACEScg", "acescg"), ("ACES2065-1", "aces2065_1")):
            light = np.array([check[key] for check in wall["checks"]])
            for kind in ("calibrated", "uncalibrated"):
                processor = opened.displayed(space, wall[kind], wall["view"])
                code = opened.apply(processor, light)
                wanted = np.array([check[kind] for check in wall["checks"]])
                assert np.abs(code - wanted).max() < 3e-6


def test_check_colours_reach_both_ends_and_beyond() -> None:
    colours = {one["name"]: one for one in script_colours(fake_wall(), apply_lut)}
    assert list(colours)[:3] == ["grey", "skin", "blue"]
    assert colours["black"]["uncalibrated"] == [0.0, 0.0, 0.0]
    peak = colours["peak white"]
    assert peak["acescg"] == [15.0, 15.0, 15.0]
    assert peak["uncalibrated"] == colours["twice the peak"]["uncalibrated"]
    assert min(colours["a green outside of every gamut"]["acescg"]) < 0.0


@NEEDS_SHELL
def test_the_starter_sets_the_config_and_passes_the_rest_on(folder: Path, stand_in: Path) -> None:
    done = start(folder, "my scene.blend", "-f", "3", PATH=f"{stand_in.parent}:/usr/bin:/bin")
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [
        f"OCIO={folder / 'config.ocio'}",
        *("wall=", "uncalibrated="),
        *("--python-exit-code", "1", "--python", str(folder / "ledcal_blender.py")),
        *("my scene.blend", "-f", "3"),
    ]


@NEEDS_SHELL
@pytest.mark.parametrize(
    ("words", "wall", "uncalibrated", "rest"),
    [
        (["--wall", "Bühne 3", "--uncalibrated", "s.blend"], "Bühne 3", "1", ["s.blend"]),
        (["s.blend", "--wall", "Bühne 3", "-F", "PNG"], "Bühne 3", "", ["s.blend", "-F", "PNG"]),
        (["s.blend", "--wall=tv"], "tv", "", ["s.blend"]),
        (
            ["-b", "my scene.blend", "-a", "--uncalibrated"],
            *("", "1", ["-b", "my scene.blend", "-a"]),
        ),
        # Blender does things in their order, and -a without -b before it is its player.
        (["s.blend", "-a", "-b"], "", "", ["-b", "s.blend", "-a"]),
        (["s.blend", "-f", "3", "--background"], "", "", ["-b", "s.blend", "-f", "3"]),
        (["a b.blend", "", "*"], "", "", ["a b.blend", "", "*"]),
        # What comes behind -- is for scripts.
        (
            ["s.blend", "--", "--wall", "x", "-a", "--uncalibrated", "-b"],
            *("", "", ["s.blend", "--", "--wall", "x", "-a", "--uncalibrated", "-b"]),
        ),
    ],
)
def test_own_options_may_stand_anywhere(
    folder: Path, stand_in: Path, words: list[str], wall: str, uncalibrated: str, rest: list[str]
) -> None:
    done = start(folder, *words, BLENDER=str(stand_in))
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert lines[1:3] == [f"wall={wall}", f"uncalibrated={uncalibrated}"]
    first = rest[:1] if rest[0] == "-b" else []
    script = ["--python-exit-code", "1", "--python", str(folder / "ledcal_blender.py")]
    assert lines[3:] == [*first, *script, *rest[len(first) :]]


@NEEDS_SHELL
@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--wall"], "--wall wants a name"),
        (["s.blend", "--wall", "-b"], "--wall wants a name, and -b is none"),
        (
            ["-a", "-b", "my scene.blend"],
            "-a stands before my scene.blend; put the file first: -b my scene.blend -a ...",
        ),
        (["-f", "1", "s.blend", "-b"], "-f stands before s.blend; put the file first: -b s.blend "),
        (["s.blend", "-a"], "-a renders only without a window: add -b"),
    ],
)
def test_arguments_that_blender_would_take_otherwise_are_refused(
    folder: Path, stand_in: Path, words: list[str], said: str
) -> None:
    done = start(folder, *words, BLENDER=str(stand_in))
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(f"ledcal: FAILED: {said}")


@NEEDS_SHELL
def test_the_environment_may_name_the_wall(folder: Path, stand_in: Path) -> None:
    done = start(folder, BLENDER=str(stand_in), LEDCAL_WALL="tv")
    assert done.stdout.splitlines()[1] == "wall=tv"


@NEEDS_SHELL
def test_codes_of_blender_are_passed_on_and_a_crash_is_said(
    folder: Path, stand_in: Path, tmp_path: Path
) -> None:
    done = start(folder, BLENDER=str(stand_in), CODE="3")
    assert (done.returncode, done.stderr) == (3, "")
    place = tmp_path / "temporary"
    place.mkdir()

    def crash(code: str, *, proved: str = "") -> str:
        done = start(folder, BLENDER=str(stand_in), CODE=code, TMPDIR=str(place), PROVED=proved)
        assert done.returncode == 1
        assert list(place.iterdir()) == []
        return done.stderr.removeprefix("ledcal: FAILED: ")

    assert crash("134") == (
        "Blender crashed (code 134): it could not read config.ocio or a table (its own words are "
        "above). Is this folder whole? python3 check_bundle.py says so; if it is, take another "
        "Blender, 3.4 to 5.0\n"
    )
    # Later, when colours were proved, it is not because of them.
    assert crash("139", proved="1") == "Blender crashed (code 139); its own words are above\n"
    assert crash("143") == "Blender was ended from outside (code 143)\n"


@NEEDS_SHELL
def test_a_starter_without_blender_says_so(folder: Path, tmp_path: Path) -> None:
    place = tmp_path / "bin"
    place.mkdir()
    for tool in ("dirname", "sh"):
        path = shutil.which(tool)
        assert path is not None
        (place / tool).symlink_to(path)
    done = start(folder, PATH=str(place))
    assert done.returncode == 1
    assert "ledcal: FAILED: Blender was not found; put its path into BLENDER" in done.stderr
    done = start(folder, BLENDER="/nowhere/blender")
    assert "ledcal: FAILED: BLENDER is /nowhere/blender, and cannot be run" in done.stderr


@NEEDS_SHELL
@pytest.mark.parametrize("name", ["config.ocio", "luts/tv_17.cube", "ledcal_blender.py"])
def test_a_starter_whose_folder_is_not_whole_says_so(
    folder: Path, stand_in: Path, tmp_path: Path, name: str
) -> None:
    copy = shutil.copytree(folder, tmp_path / "copy")
    (copy / name).write_bytes(b"")
    done = start(copy, BLENDER=str(stand_in))
    assert (done.returncode, done.stdout) == (1, "")
    assert f"ledcal: FAILED: {name} is missing or empty in {copy}" in done.stderr


def test_the_batch_file_is_one_that_windows_reads(folder: Path) -> None:
    data = (folder / "start_blender.bat").read_bytes()
    assert data.count(b"\n") == data.count(b"\r\n") > 40
    text = data.decode("ascii")
    assert '"config.ocio" "luts\\north-2031_17.cube" "luts\\tv_17.cube" "ledcal_blender.py"' in text
    assert '--python "%HERE%ledcal_blender.py"' in text
    labels = {line[1:].strip() for line in text.splitlines() if line.startswith(":")}
    jumps = {line.split("goto ")[1].strip() for line in text.splitlines() if "goto " in line}
    assert jumps <= labels
    assert text.count("(") == text.count(")")
    # Both starters know the same options.
    shell = (folder / "start_blender.sh").read_text("ascii")
    for option in ("--wall", "--uncalibrated", "-b", "--background", "-a", "-f", "--", "--render-"):
        assert option in text
        assert option in shell
    # A name in quotes would end this comparison in the middle.
    assert 'if "%REST%"' not in text


def test_names_that_would_crash_blender_are_refused(tmp_path: Path) -> None:
    long = fake_wall("舞" * 16)
    with pytest.raises(InputError, match=r"name of 65 bytes.*shorter name in stage.toml"):
        HOSTS["blender"].write(tmp_path, (long,), apply_lut)
    assert list(tmp_path.iterdir()) == []
    name = "Main Stage LED Volume"
    two = [fake_wall(name, camera=f"Blackmagic URSA Cine 12K {n}", profile=n) for n in "AB"]
    with pytest.raises(InputError, match="export each profile to a folder of its own"):
        HOSTS["blender"].write(tmp_path, tuple(two), apply_lut)
    HOSTS["blender"].write(tmp_path, (fake_wall("舞" * 15),), apply_lut)
