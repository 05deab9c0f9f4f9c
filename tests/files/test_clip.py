"""Clips as the codec stored them: range, matrix, chroma, tags; and clips that are damaged."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from tests.capture.clips import (
    AVC,
    DNXHR,
    EXACT,
    HEVC,
    PRORES_4444,
    PRORES_HQ,
    Codec,
    make_frame,
    to_codes,
    write_clip,
)

from ledcal.errors import UnreadableFileError
from ledcal.files._av import av
from ledcal.files.clip import decode_clip, read_clip
from ledcal.files.ycbcr import MATRICES, Samples, signal_rows

if TYPE_CHECKING:
    from pathlib import Path

    from ledcal.values.arrays import FloatArray


def bars(size: tuple[int, int] = (48, 64), seed: int = 3) -> FloatArray:
    """Flat fields of 8 x 8 pixels, some beyond nominal white and black."""
    levels = np.random.default_rng(seed).uniform(0.0, 0.9, (size[0] // 8, size[1] // 8, 3))
    levels[0, 0], levels[0, 1], levels[0, 2] = 1.05, 0.0, -0.03
    return np.asarray(np.kron(levels, np.ones((8, 8, 1))), np.float64)


def decoded(path: Path) -> list[FloatArray]:
    clip = read_clip(path)
    return [
        np.stack(signal_rows(frame.samples, 0, frame.samples.shape[0]), axis=-1)
        for frame in decode_clip(clip)
    ]


@pytest.mark.parametrize(
    ("codes", "bits", "matrix", "is_full", "expected"),
    [
        # By hand: BT.709 has R = Y + 1.5748 Cr, B = Y + 1.8556 Cb, and G what Y leaves.
        ((940, 512, 512), 10, 1, False, (1.0, 1.0, 1.0)),
        ((64, 512, 512), 10, 1, False, (0.0, 0.0, 0.0)),
        ((502, 512, 736), 10, 1, False, (0.5 + 0.3937, 0.5 - 0.11703, 0.5)),
        ((502, 736, 512), 10, 1, False, (0.5, 0.5 - 0.04683, 0.5 + 0.4639)),
        # BT.2020: 1.4746 and 1.8814.
        ((502, 736, 512), 10, 9, False, (0.5, 0.5 - 0.04114, 0.5 + 0.47035)),
        ((126, 128, 184), 8, 6, False, (0.50228 + 0.3505, 0.50228 - 0.17853, 0.50228)),
        ((1023, 512, 512), 10, 1, True, (1.0, 1.0, 1.0)),
        ((2048, 2048, 4095), 12, 1, True, (0.50012 + 0.78721, 0.50012 - 0.23400, 0.50012)),
        ((100, 200, 300), 10, 0, True, (100 / 1023, 200 / 1023, 300 / 1023)),
        ((1019, 512, 512), 10, 1, False, (1.09018, 1.09018, 1.09018)),
    ],
)
def test_codes_become_what_the_standard_says(
    codes: tuple[int, ...], bits: int, matrix: int, *, is_full: bool, expected: tuple[float, ...]
) -> None:
    dtype = np.uint16 if bits > 8 else np.uint8
    planes = tuple(np.full((2, 2), code, dtype) for code in codes)
    found = signal_rows(Samples(planes, bits, matrix, is_full), 0, 2)  # type: ignore[arg-type]
    assert [float(channel[1, 1]) for channel in found] == pytest.approx(expected, abs=2e-5)


@pytest.mark.parametrize("matrix", sorted(MATRICES))
def test_a_matrix_is_undone_exactly(matrix: int) -> None:
    _, kr, kb = MATRICES[matrix]
    rgb = np.random.default_rng(1).uniform(0, 1, (4, 6, 3))
    y = rgb @ [kr, 1 - kr - kb, kb]
    cb, cr = (rgb[..., 2] - y) / (2 * (1 - kb)), (rgb[..., 0] - y) / (2 * (1 - kr))
    codes = [65535 * y, 32768 + 65535 * cb, 32768 + 65535 * cr]
    planes = tuple(np.rint(code).astype(np.uint16) for code in codes)
    found = signal_rows(Samples(planes, 16, matrix, True), 0, 4)  # type: ignore[arg-type]
    np.testing.assert_allclose(np.stack(found, axis=-1), rgb, atol=4e-5)


@pytest.mark.parametrize("layout", ["yuv444p10le", "yuv422p10le", "yuv420p10le", "yuv420p"])
@pytest.mark.parametrize("is_full", [False, True])
@pytest.mark.parametrize("matrix", ["709", "2020"])
def test_it_is_what_swscale_makes_of_it(layout: str, matrix: str, *, is_full: bool) -> None:
    picture = np.clip(bars(), 0.02, 0.98)
    frame = make_frame(picture, layout, matrix, is_full=is_full)
    code = {"709": 1, "2020": 9}[matrix]
    theirs = frame.reformat(
        format="gbrp16le",
        src_colorspace=code,
        dst_colorspace=code,
        src_color_range=2 if is_full else 1,
        dst_color_range=2,
    )
    order = [part.plane for part in theirs.format.components]
    swscale = np.stack(
        [
            np.frombuffer(theirs.planes[index], "<u2").reshape(theirs.planes[index].height, -1)[
                :, : picture.shape[1]
            ]
            for index in order
        ],
        axis=-1,
    )
    parts = frame.format.components
    dtype = np.dtype("<u2") if parts[0].bits > 8 else np.dtype(np.uint8)
    planes = tuple(
        np.frombuffer(plane, dtype).reshape(plane.height, -1)[:, : plane.width]
        for plane in frame.planes
    )
    found = signal_rows(Samples(planes, parts[0].bits, code, is_full), 0, 48)  # type: ignore[arg-type]
    # Inside the flat fields: at their borders swscale interpolates chroma, which is not repeated.
    inside = np.zeros(picture.shape[:2], bool)
    inside.reshape(6, 8, 8, 8)[:, 3:5, :, 3:5] = True
    ours = np.stack(found, axis=-1)[inside]
    # swscale's white of 16 bit is a shifted one of 8 bit, or of the full range's own bits, and
    # not 65535; and it rounds in 15 bit on the way.
    bits = parts[0].bits
    white = ((1 << bits) - 1) << (16 - bits) if is_full else 255 << 8
    np.testing.assert_allclose(ours, swscale[inside] / white, atol=3e-4)


@pytest.mark.parametrize(
    ("codec", "is_full", "tolerance"),
    [
        (EXACT, False, 5e-4),
        (EXACT, True, 5e-4),
        (Codec("ffv1", "yuv422p10le", ".mkv"), False, 2e-3),
        (PRORES_4444, False, 5e-3),
        (PRORES_HQ, False, 8e-3),
        (DNXHR, False, 8e-3),
        (AVC, False, 2e-2),
        (AVC, True, 2e-2),
        (HEVC, False, 2e-2),
    ],
    ids=lambda value: getattr(value, "name", value),
)
def test_flat_fields_come_back(
    tmp_path: Path, codec: Codec, tolerance: float, *, is_full: bool
) -> None:
    pictures = [bars((128, 256), seed) for seed in (1, 2, 3)]
    if is_full:
        pictures = [np.clip(picture, 0, 1) for picture in pictures]
    path = write_clip(tmp_path / "a", pictures, codec, is_full=is_full)
    found = decoded(path)
    assert len(found) == 3
    for picture, frame in zip(pictures, found, strict=True):
        inside = np.zeros((128, 256), bool)
        inside.reshape(16, 8, 32, 8)[:, 3:5, :, 3:5] = True
        worst = np.abs(frame - picture)[inside].reshape(-1, 4, 3).mean(axis=1).max()
        assert worst < tolerance, worst


def test_packed_samples_are_taken_apart_without_loss(tmp_path: Path) -> None:
    rng = np.random.default_rng(2)
    rgb = rng.integers(0, 256, (16, 32, 3), dtype=np.uint8)
    path = tmp_path / "a.avi"
    with av.open(str(path), "w") as container:
        stream: Any = container.add_stream("rawvideo", rate=24)
        stream.width, stream.height, stream.pix_fmt = 32, 16, "bgr24"
        container.mux(stream.encode(av.VideoFrame.from_ndarray(rgb[..., ::-1], format="bgr24")))
        container.mux(stream.encode(None))
    clip = read_clip(path)
    (frame,) = decode_clip(clip)
    assert (frame.samples.matrix, frame.samples.bits, frame.samples.is_full) == (0, 8, True)
    for plane, expected in zip(frame.samples.planes, np.moveaxis(rgb, -1, 0), strict=True):
        np.testing.assert_array_equal(plane, expected)
    assert frame.remarks == ("the range of the clip is full: it does not say",)


def test_what_a_clip_does_not_say_is_remarked(tmp_path: Path) -> None:
    path = tmp_path / "a.mkv"
    with av.open(str(path), "w") as container:
        stream: Any = container.add_stream("ffv1", rate=24)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv422p10le"
        container.mux(stream.encode(av.VideoFrame(64, 48, "yuv422p10le")))
        container.mux(stream.encode(None))
    (frame,) = decode_clip(read_clip(path))
    assert frame.samples.matrix == 6
    assert frame.remarks == (
        "the matrix of the clip is BT.601: it does not say",
        "the range of the clip is narrow (10-bit codes 64 to 940): it does not say",
    )


@pytest.mark.parametrize("codec", [PRORES_HQ, DNXHR, AVC], ids=lambda codec: codec.name)
def test_a_clip_is_described(tmp_path: Path, codec: Codec) -> None:
    path = write_clip(tmp_path / "a", [bars((128, 256))] * 4, codec, transfer=18, primaries=9)
    clip = read_clip(path)
    assert (clip.n_frames, clip.width, clip.height, clip.bits) == (4, 256, 128, 10)
    assert (clip.transfer, clip.primaries) == (18, 9)
    assert clip.is_counted == (codec.suffix != ".mxf")


def with_index_first(path: Path) -> Path:
    """The same clip with its index before its frames, as ``fast.mov``."""
    fast = path.with_name("fast.mov")
    options = {"movflags": "faststart"}
    with av.open(str(path)) as source, av.open(str(fast), "w", options=options) as target:
        stream = target.add_stream_from_template(source.streams.video[0])
        for packet in source.demux(video=0):
            if packet.dts is not None:
                packet.stream = stream
                target.mux(packet)
    return fast


def test_a_cut_clip_gives_what_is_there_and_says_how_much_is_missing(tmp_path: Path) -> None:
    fast = with_index_first(
        write_clip(tmp_path / "a", [bars(seed=k) for k in range(12)], PRORES_HQ)
    )
    fast.write_bytes(fast.read_bytes()[: int(0.7 * fast.stat().st_size)])
    clip = read_clip(fast)
    found: list[int] = []
    with pytest.raises(UnreadableFileError, match=r"fast\.mov: .*12.*copy it again"):
        found.extend(frame.number for frame in decode_clip(clip))
    assert found == list(range(len(found)))
    assert 4 <= len(found) <= 9


def test_a_clip_cut_between_two_frames_says_how_many_are_missing(tmp_path: Path) -> None:
    whole = write_clip(tmp_path / "a", [bars(seed=k) for k in range(12)], PRORES_HQ)
    fast = with_index_first(whole)
    with av.open(str(fast)) as container:
        at = [packet.pos for packet in container.demux(video=0) if packet.pos]
    fast.write_bytes(fast.read_bytes()[: at[8]])
    found: list[int] = []
    with pytest.raises(UnreadableFileError, match=r"fast\.mov: .* 12 .*copy it again"):
        found.extend(frame.number for frame in decode_clip(read_clip(fast)))
    assert found == [*range(8)]


def test_the_containers_matrix_comes_before_the_frames_own(tmp_path: Path) -> None:
    # The encoder leaves BT.709 in the frames, whatever it is told.
    path = write_clip(tmp_path / "a", [bars((128, 256))], DNXHR, matrix="2020")
    (frame,) = decode_clip(read_clip(path))
    assert frame.samples.matrix == 9
    assert frame.remarks == (
        "the matrix of the clip is BT.2020, as its head says; its frames say BT.709",
    )


def test_a_clip_cut_before_its_index_is_refused(tmp_path: Path) -> None:
    path = write_clip(tmp_path / "a", [bars()] * 4, PRORES_HQ)
    path.write_bytes(path.read_bytes()[:-600])
    with pytest.raises(UnreadableFileError, match=r"a\.mov: .*cut short.*copy it again"):
        read_clip(path)


def test_a_clip_without_a_picture_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "sound.mov"
    with av.open(str(path), "w") as container:
        stream: Any = container.add_stream("pcm_s16le", rate=48000)
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 4800), np.int16), "s16", "mono")
        frame.rate = 48000
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    with pytest.raises(UnreadableFileError, match=r"sound\.mov: holds sound only"):
        read_clip(path)


def test_a_clip_without_frames_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "empty.mkv"
    with av.open(str(path), "w") as container:
        stream: Any = container.add_stream("ffv1", rate=24)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv422p10le"
        container.start_encoding()
    with pytest.raises(
        UnreadableFileError, match=r"empty\.mkv: cannot be opened as a clip .*copy it again"
    ):
        list(decode_clip(read_clip(path)))


def test_an_interlaced_clip_is_refused_with_the_remedy(tmp_path: Path) -> None:
    codec = Codec("prores_ks", "yuv422p10le", ".mov", {"profile": "hq", "flags": "+ildct"})
    path = write_clip(tmp_path / "a", [bars()] * 2, codec)
    with pytest.raises(UnreadableFileError, match=r"is interlaced.*record progressive.*PsF"):
        list(decode_clip(read_clip(path)))


def _with_box(path: Path, box: bytes, body: bytes) -> None:
    size = (8 + len(body)).to_bytes(4, "big")
    path.write_bytes(path.read_bytes() + size + box + body)


SONY = (
    b'<?xml version="1.0"?><NonRealTimeMeta><Device manufacturer="Sony" modelName="ILME-FX6V" '
    b'serialNo="1"/><AcquisitionRecord><Group name="CameraUnitMetadataSet">'
    b'<Item name="CaptureGammaEquation" value="s-log3-cine"/>'
    b'<Item name="CaptureColorPrimaries" value="s-gamut3-cine"/></Group></AcquisitionRecord>'
    b"</NonRealTimeMeta>"
)


def test_sonys_document_is_read_in_the_file_and_beside_it(tmp_path: Path) -> None:
    path = write_clip(tmp_path / "C0001", [bars()], AVC)
    assert "sony:CaptureGammaEquation" not in read_clip(path).tags
    beside = tmp_path / "C0001M01.XML"
    beside.write_bytes(SONY)
    assert read_clip(path).tags["sony:CaptureGammaEquation"] == "s-log3-cine"
    beside.unlink()
    _with_box(path, b"meta", bytes(12) + SONY)
    tags = read_clip(path).tags
    assert tags["sony:CaptureColorPrimaries"] == "s-gamut3-cine"
    assert (tags["make"], tags["model"]) == ("Sony", "ILME-FX6V")


def test_the_formulas_of_the_tests_agree_with_the_standard() -> None:
    y, cb, cr = to_codes(np.array([[[1.0, 0.0, 0.0]]]), 10)
    assert (y[0, 0], cb[0, 0], cr[0, 0]) == pytest.approx((250.2, 409.3, 960.0), abs=0.1)


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        (b"brhq", "Blackmagic RAW is not read by ledcal: transcode to linear EXR in ACES2065-1"),
        (b"aprn", "is ProRes RAW, of which ledcal cannot say how its numbers follow light"),
        (b"zraw", "Z CAM ZRAW is not read"),
        (b"qqqq", "its codec (qqqq) is read by no open library, as ARRIRAW, X-OCN, N-RAW"),
    ],
)
def test_raw_in_a_mov_is_named_and_what_transcode_is_honest(
    tmp_path: Path, entry: bytes, said: str
) -> None:
    path = write_clip(tmp_path / "a", [bars()], PRORES_HQ)
    path.write_bytes(path.read_bytes().replace(b"apch", entry))
    with pytest.raises(UnreadableFileError) as caught:
        read_clip(path)
    assert said in str(caught.value)
    assert "without highlight recovery, noise reduction, sharpening" in str(caught.value)
