"""A movie holds the codes that went in, says what it is, and is not kept where it does not."""

from __future__ import annotations

import itertools
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from ledcal.errors import ExportError, InputError, SystemFault
from ledcal.files import movie as movie_module
from ledcal.files._av import av
from ledcal.files._movie_pixels import fill_rgb
from ledcal.files.atomic import atomic_file
from ledcal.files.movie import Movie, write_movie
from ledcal.files.movie_format import FORMATS, movie_format

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

SIZE = 104, 160
HOLDS = (5, 2, 3)


def blocks(seed: int, levels: list[int] | None = None) -> NDArray[np.uint16]:
    """Random colours in blocks of 8 x 8 px; no two pictures are alike."""
    rng = np.random.default_rng(seed)
    shape = (SIZE[0] // 8, SIZE[1] // 8, 3)
    codes = rng.integers(0, 1024, shape) if levels is None else rng.choice(levels, shape)
    return np.kron(codes, np.ones((8, 8, 1), int)).astype(np.uint16)


PICTURES = (blocks(1), blocks(2, [0, 1, 2, 511, 512, 1021, 1022, 1023]), blocks(3))


def write(path: Path, pictures: Any = PICTURES, holds: Any = HOLDS) -> Movie:
    with atomic_file(path) as temporary:
        return write_movie(
            temporary,
            lambda place: pictures[place],
            holds=holds,
            fps=Fraction(24000, 1001),
            name=path.name,
            progress=lambda *_: None,
        )


def codes_of(frame: Any) -> NDArray[np.float64]:
    """Full-range 10-bit R'G'B' of a decoded frame, by the figures printed in BT.709."""
    if frame.format.name == "gbrp10le":
        return np.asarray(frame.to_ndarray(), np.float64)
    assert frame.format.name == "yuv444p12le"
    planes = [
        np.frombuffer(memoryview(plane), np.uint16).reshape(frame.height, -1)[:, : frame.width]
        for plane in frame.planes
    ]
    y, cb, cr = (plane.astype(float) for plane in planes)
    y, cb, cr = (y / 16 - 16) / 219, (cb / 16 - 128) / 224, (cr / 16 - 128) / 224
    red, blue = y + 1.5748 * cr, y + 1.8556 * cb
    green = (y - 0.2126 * red - 0.0722 * blue) / 0.7152
    return 1023 * np.stack([red, green, blue], axis=-1)


@pytest.mark.parametrize("suffix", sorted(FORMATS))
def test_every_frame_decodes_to_its_ten_bit_code(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"wall{suffix}"
    made = write(path)
    with av.open(str(path)) as container:
        frames = [codes_of(frame) for frame in container.decode(video=0)]
    shown = [p for p, hold in zip(PICTURES, HOLDS, strict=True) for _ in range(hold)]
    assert len(frames) == len(shown) == made.n_frames == 10
    for found, image in zip(frames, shown, strict=True):
        np.testing.assert_array_equal(np.rint(found), image)
    worst = max(np.abs(found - image).max() for found, image in zip(frames, shown, strict=True))
    assert made.deviation == pytest.approx(worst, abs=2e-3)
    assert made.deviation <= (0.0 if made.format.is_exact else 0.45)
    assert (made.width_px, made.height_px) == (160, 104)
    assert made.seconds == pytest.approx(10 * 1001 / 24000)
    assert made.n_bytes == path.stat().st_size


@pytest.mark.parametrize(("suffix", "tags"), [(".mov", (1, 1)), (".mp4", (2, 0)), (".mkv", (2, 0))])
def test_it_says_its_levels_and_no_transfer_function(
    tmp_path: Path, suffix: str, tags: tuple[int, int]
) -> None:
    path = tmp_path / f"wall{suffix}"
    write(path)
    with av.open(str(path)) as container:
        stream: Any = container.streams.video[0]
        context = stream.codec_context
        # Range (1 limited, 2 full), matrix (0 RGB, 1 BT.709); 2 is "unspecified".
        assert (context.color_range, context.colorspace) == tags
        assert (context.color_primaries, context.color_trc) == (2, 2)
        assert stream.average_rate == Fraction(24000, 1001)
        keys = [bool(packet.is_keyframe) for packet in container.demux(stream) if packet.size]
    assert keys == [True] * 10


def test_edges_are_told_apart_from_flat_areas(tmp_path: Path) -> None:
    image = np.full((*SIZE, 3), 100, np.uint16)
    image[20:60, 20:60] = 900
    made = write(tmp_path / "wall.mov", [image], [2])
    assert made.deviation < 0.5 < made.edge_deviation
    exact = write(tmp_path / "wall.mkv", [image], [2])
    assert exact.deviation == exact.edge_deviation == 0.0


@pytest.mark.parametrize("size", [(103, 161), (102, 102)])
def test_walls_that_no_block_divides(tmp_path: Path, size: tuple[int, int]) -> None:
    image = np.full((*size, 3), 417, np.uint16)
    image[30:60, 30:60] = (1000, 3, 517)
    for suffix in FORMATS:
        made = write(tmp_path / f"wall{suffix}", [image], [1])
        assert (made.height_px, made.width_px) == size


def test_what_is_off_by_more_than_half_a_step_is_not_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def plainly_rounded(image: NDArray[np.uint16], pixels: str) -> Any:
        yuv = fill_rgb(image, "gbrp10le").reformat(
            format=pixels, dst_colorspace=1, src_color_range=2, dst_color_range=1
        )
        yuv.pts = None
        return yuv

    monkeypatch.setattr(movie_module, "fill_yuv", plainly_rounded)
    with pytest.raises(ExportError, match=r"wall\.mov: ProRes 4444 .* limit 0\.5.*\.mp4 or \.mkv"):
        write(tmp_path / "wall.mov")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("suffix", [".mp4", ".mkv"])
def test_one_wrong_pixel_is_not_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, suffix: str
) -> None:
    def spoiled(image: NDArray[np.uint16], pixels: str) -> Any:
        image = image.copy()
        image[50, 77, 1] ^= 1
        return fill_rgb(image, pixels)

    monkeypatch.setattr(movie_module, "fill_rgb", spoiled)
    with pytest.raises(ExportError, match=r"picture 1 of 3 decodes 1\.00 of 1/1023 away"):
        write(tmp_path / f"wall{suffix}")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("suffix", sorted(FORMATS))
def test_pictures_in_the_wrong_place_or_missing_are_not_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, suffix: str
) -> None:
    encode = movie_module._encode

    def swapped(path: Path, kind: Any, draw: Any, *rest: Any) -> Any:
        return encode(path, kind, lambda place: draw((1, 0, 2)[place]), *rest)

    def shorter(path: Path, kind: Any, draw: Any, holds: Any, *rest: Any) -> Any:
        return encode(path, kind, draw, holds[:2], *rest)

    def early(path: Path, kind: Any, draw: Any, _holds: Any, *rest: Any) -> Any:
        return encode(path, kind, draw, (4, 3, 3), *rest)

    def slow(path: Path, kind: Any, draw: Any, holds: Any, _fps: Any, *rest: Any) -> Any:
        return encode(path, kind, draw, holds, Fraction(12), *rest)

    for change, said in (
        (swapped, "picture 1 of 3"),
        (shorter, "7 of 10 frames"),
        (early, "frame 4 is not where it belongs"),
        (slow, "frame 1 is not where it belongs"),
    ):
        monkeypatch.setattr(movie_module, "_encode", change)
        with pytest.raises(ExportError, match=said):
            write(tmp_path / f"wall{suffix}")
    assert list(tmp_path.iterdir()) == []


def test_pictures_are_asked_for_one_by_one(tmp_path: Path) -> None:
    asked: list[int] = []
    done: list[tuple[int, int]] = []

    def draw(place: int) -> NDArray[np.uint16]:
        asked.append(place)
        return PICTURES[place]

    with atomic_file(tmp_path / "wall.mkv") as temporary:
        write_movie(
            temporary,
            draw,
            holds=HOLDS,
            fps=Fraction(25),
            name="wall.mkv",
            progress=lambda now, total: done.append((now, total)),
        )
    assert asked[:6] == [0, 1, 2, 0, 1, 2]
    assert done == list(zip(range(1, 7), itertools.repeat(6), strict=False))


@pytest.mark.parametrize("name", ["wall.avi", "wall", "wall.mxf"])
def test_other_suffixes_are_refused_by_name(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError, match=r"name it \.mov \(ProRes 4444\), \.mp4 .*\.mkv"):
        movie_format(tmp_path / name)


@pytest.mark.parametrize("suffix", sorted(FORMATS))
def test_a_full_disk_is_named(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"wall{suffix}"
    path.symlink_to("/dev/full")
    with pytest.raises(SystemFault, match="the disk is full"):
        write_movie(
            path,
            lambda place: PICTURES[place],
            holds=HOLDS,
            fps=Fraction(25),
            name="wall",
            progress=lambda *_: None,
        )
