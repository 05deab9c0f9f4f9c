"""ffmpeg's folder: its filter through PyAV, and its script through ffmpeg where there is one."""

from __future__ import annotations

import contextlib
import re
import shutil
import subprocess
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from ledcal.export.hosts import ffmpeg
from ledcal.files._av import av
from ledcal.files.images import read_image
from ledcal.lut.interpolate import apply_lut, apply_tetrahedral
from tests.export.sealed import fake_wall

if TYPE_CHECKING:
    from pathlib import Path

    from ledcal.export.hosts.host import Page

WIDTH, HEIGHT = 61, 37
TABLE = fake_wall().tables[17]
needs_sh = pytest.mark.skipif(shutil.which("sh") is None, reason="no sh on the PATH")
needs_ffmpeg = pytest.mark.skipif(shutil.which("ffmpeg") is None, reason="no ffmpeg on the PATH")


@pytest.fixture(scope="module")
def page(folder: Path) -> Page:
    return ffmpeg.HOST.write(folder, (fake_wall(),), apply_lut)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder whose own name would break a path inside a filter."""
    return tmp_path_factory.mktemp("host") / "it's C:, [x]"


def filter_of(page: Page) -> str:
    """The filters as the page has them."""
    found = re.search(r'-vf "(.+)"', page.steps[-1])
    assert found is not None
    return found[1]


def test_the_filter_of_the_page_gives_the_codes(page: Page, folder: Path) -> None:
    chain = filter_of(page)
    scripts = [(folder / name).read_text("ascii") for name in ("apply.sh", "apply.bat")]
    assert all(chain in text for text in scripts)
    # PyAV comes without zscale; what goes in here is full-range RGB of 16 bits already.
    zscale, pixels, lut = chain.split(",")
    assert zscale == "zscale=matrix=gbr:range=full"
    assert pixels == "format=gbrp16le"
    code = np.random.default_rng(5).integers(0, 65536, (HEIGHT, WIDTH, 3)).astype(np.uint16)
    got = through([pixels, lut], code, folder)
    away = 65535 * (got / 65535 - apply_tetrahedral(TABLE, code / 65535))
    # lut3d cuts off what is below a step.
    assert -1.01 < away.min() < -0.9
    assert away.max() < 0.01


def through(filters: list[str], code: Any, folder: Path) -> np.ndarray:
    """Send a picture through filters, in a folder."""
    frame = av.VideoFrame.from_ndarray(code, format="rgb48le")
    frame.pts = 0
    graph: Any = av.filter.Graph()
    last = graph.add_buffer(width=WIDTH, height=HEIGHT, format=frame.format.name, time_base="1/25")
    source = last
    with contextlib.chdir(folder):
        for text in filters:
            name, _, options = text.partition("=")
            made = graph.add(name, options)
            last.link_to(made)
            last = made
        sink = graph.add("buffersink")
        last.link_to(sink)
        graph.configure()
        source.push(frame)
        return np.asarray(sink.pull().to_ndarray(), np.float64)


def test_the_batch_file_is_for_windows(page: Page, folder: Path) -> None:
    data = (folder / "apply.bat").read_bytes()
    assert page.steps
    assert data.count(b"\n") == data.count(b"\r\n") > 30
    text = data.decode("ascii").replace("\r\n", "\n")
    # A % of a picture's number is doubled in a batch file; all others stand in pairs.
    assert "%%05d" in text
    assert text.count("(\n") == len(re.findall(r"^\)$", text, re.MULTILINE)) == 6
    assert 'pushd "%~dp0"' in text
    # A path with a bracket, as of Program Files (x86), would end the block that it is named in.
    for line in text.split("\n"):
        if line.startswith("    echo "):
            assert not re.search(r"[()]|%to%|%~dp", re.sub(r'"[^"]*"', "", line)), line


@needs_sh
def test_the_shell_script_is_sound(page: Page, folder: Path) -> None:
    assert page.steps
    done = subprocess.run(["sh", "-n", folder / "apply.sh"], capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, b"")
    usage = run(folder, folder)
    assert usage.returncode == 2
    assert usage.stderr.startswith("Correct a movie or pictures for LED wall Buhne 3 with ffmpeg.")
    assert "tv where it is not given" in usage.stderr


def run(folder: Path, cwd: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run the script as a user does, from another folder."""
    return subprocess.run(
        ["sh", str(folder / "apply.sh"), *words],
        capture_output=True,
        text=True,
        check=False,
        cwd=cwd,
        stdin=subprocess.DEVNULL,
    )


def encode(path: Path, pixels: np.ndarray, pixel_format: str, *options: str) -> None:
    """Make a movie or picture of raw pixels, with ffmpeg itself."""
    size = ("-s", f"{WIDTH}x{HEIGHT}", "-pix_fmt", pixel_format)
    subprocess.run(
        ["ffmpeg", "-v", "error", "-f", "rawvideo", *size, "-i", "-", *options, str(path)],
        input=pixels.tobytes(),
        check=True,
    )


def decode(path: Path) -> np.ndarray:
    """The first frame of a movie as RGB 0..1."""
    with av.open(str(path)) as container:
        frame = next(container.decode(video=0))
        assert frame.format.name == "gbrp16le"
        return np.asarray(frame.to_ndarray(), np.float64) / 65535


@needs_ffmpeg
@pytest.mark.parametrize("bits", [8, 16])
@pytest.mark.parametrize("out", ["out.png", "out.tif", "out.mkv", "OUT.MKV"])
@pytest.mark.usefixtures("page")
def test_a_picture_is_corrected(bits: int, out: str, folder: Path, tmp_path: Path) -> None:
    kind = np.dtype(f"u{bits // 8}")
    code = np.random.default_rng(bits).integers(0, 2**bits, (HEIGHT, WIDTH, 3)).astype(kind)
    encode(tmp_path / "in.png", code, "rgb24" if bits == 8 else "rgb48le", "-frames:v", "1")
    done = run(folder, tmp_path, "in.png", out)
    assert (done.returncode, done.stderr) == (0, "")
    path = tmp_path / out
    got = decode(path) if out.lower().endswith("mkv") else read_image(path)[0]
    away = 65535 * (got - apply_tetrahedral(TABLE, code / (2**bits - 1)))
    assert away.min() > -1.01
    assert away.max() < 0.01


def yuv_and_rgb(*, full: bool) -> tuple[np.ndarray, np.ndarray]:
    """Codes of 10-bit YUV 4:4:4, BT.2020, and the RGB that they stand for."""
    low, high = (0, 1024) if full else (64, 941)
    yuv = np.random.default_rng(9).integers(low, high, (3, HEIGHT, WIDTH)).astype(np.uint16)
    scale, offset, chroma = (1023.0, 0.0, 1023.0) if full else (876.0, 64.0, 896.0)
    y, u, v = (yuv[0] - offset) / scale, (yuv[1] - 512.0) / chroma, (yuv[2] - 512.0) / chroma
    red, blue = y + 1.4746 * v, y + 1.8814 * u
    green = (y - 0.2627 * red - 0.0593 * blue) / 0.6780
    return yuv, np.stack([red, green, blue], axis=-1)


@needs_ffmpeg
@pytest.mark.parametrize(
    ("tagged", "words"),
    [
        ("tv", ()),
        ("pc", ()),
        ("", ("bt2020nc",)),
        ("", ("bt2020nc", "pc")),
    ],
    ids=["tagged", "tagged full", "told", "told full"],
)
@pytest.mark.usefixtures("page")
def test_a_movie_of_yuv_is_corrected(
    tagged: str, words: tuple[str, ...], folder: Path, tmp_path: Path
) -> None:
    yuv, rgb = yuv_and_rgb(full="pc" in {tagged, *words})
    # The options that tag would convert the picture in newer builds; so would FFV1, to tv.
    x265 = ("-c:v", "libx265", "-x265-params", "lossless=1:log-level=none")
    tags = ("-vf", f"setparams=colorspace=bt2020nc:range={tagged}", *x265)
    encode(tmp_path / "in.mkv", yuv, "yuv444p10le", *(tags if tagged else ("-c:v", "ffv1")))
    done = run(folder, tmp_path, "in.mkv", "out.mkv", *words)
    assert done.returncode == 0, done.stderr
    away = 65535 * (decode(tmp_path / "out.mkv") - apply_tetrahedral(TABLE, rgb))
    # Rounded to 16 bits before and after, and the table is up to some steps steep.
    assert np.abs(away).max() < 16


@needs_ffmpeg
@pytest.mark.usefixtures("page")
def test_what_would_go_wrong_is_refused(folder: Path, tmp_path: Path) -> None:
    yuv, _ = yuv_and_rgb(full=False)
    encode(tmp_path / "in.mkv", yuv, "yuv444p10le", "-c:v", "ffv1")
    untold = run(folder, tmp_path, "in.mkv", "out.mkv")
    assert untold.returncode != 0
    assert "no path between colorspaces" in untold.stderr
    assert "nothing was kept" in untold.stderr
    lossy = run(folder, tmp_path, "in.mkv", "out.mp4", "bt2020nc")
    assert (lossy.returncode, "must end in .mkv, .png or .tif" in lossy.stderr) == (2, True)
    (tmp_path / "mine.mkv").write_bytes(b"mine")
    there = run(folder, tmp_path, "in.mkv", "mine.mkv", "bt2020nc")
    assert (there.returncode, "exists already" in there.stderr) == (2, True)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.mkv", "mine.mkv"]
    assert (tmp_path / "mine.mkv").read_bytes() == b"mine"


def numbered(folder: Path, code: np.ndarray) -> dict[str, bytes]:
    """Three pictures, all alike."""
    folder.mkdir()
    encode(folder / "1.png", code, "rgb48le", "-frames:v", "1")
    for number in (2, 3):
        (folder / f"{number}.png").write_bytes((folder / "1.png").read_bytes())
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@needs_ffmpeg
@pytest.mark.usefixtures("page")
def test_pictures_of_a_series_never_go_over_others(folder: Path, tmp_path: Path) -> None:
    code = np.random.default_rng(4).integers(0, 65536, (HEIGHT, WIDTH, 3)).astype(np.uint16)
    before = numbered(tmp_path / "frames", code)
    over = run(folder, tmp_path, "frames/%d.png", "frames/%d.png")
    assert over.returncode == 2
    assert "frames/1.png is there already; give the pictures an empty folder" in over.stderr
    nowhere = run(folder, tmp_path, "frames/%d.png", "out/%d.png")
    assert (nowhere.returncode, f"no folder {tmp_path}/out; make it" in nowhere.stderr) == (2, True)
    (tmp_path / "out").mkdir()
    done = run(folder, tmp_path, "frames/%d.png", "out/%d.png")
    assert (done.returncode, done.stderr) == (0, "")
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == sorted(before)
    away = read_image(tmp_path / "out" / "3.png")[0] - apply_tetrahedral(TABLE, code / 65535)
    assert np.abs(away).max() < 1.01 / 65535
    # A single picture may stand beside others.
    assert run(folder, tmp_path, "frames/1.png", "out/single.png").returncode == 0
    assert {path.name: path.read_bytes() for path in (tmp_path / "frames").iterdir()} == before
