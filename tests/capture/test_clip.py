"""What a clip's numbers mean, which of its frames are measured, and how they become light."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from ledcal.capture.clip import linear_frame, open_clip, stated_by
from ledcal.capture.meaning import Stated, declared, settle
from ledcal.capture.read import read_frame
from ledcal.capture.runs import PER_RUN, pick_frames
from ledcal.capture.source import count_captures, open_captures
from ledcal.capture.stream import stream, stream_captures
from ledcal.colorimetry._colour import colour
from ledcal.errors import AmbiguousInputError, InputError, LedcalError, UnreadableFileError
from ledcal.files.clip import Clip, ClipFrame, decode_clip
from ledcal.files.images import write_image
from ledcal.files.ycbcr import Samples
from tests.capture.clips import AVC, EXACT, PRORES_HQ, Codec, encode_light, write_clip

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

    from ledcal.values.arrays import FloatArray
    from ledcal.values.frame import LinearFrame

EIGHT_BIT = Codec("libx264", "yuv420p", ".mp4", {"crf": "1", "preset": "ultrafast"})


def light(seed: int = 1) -> FloatArray:
    """Flat fields of ACES2065-1 within every camera's gamut, 32 x 48."""
    rng = np.random.default_rng(seed)
    fields = rng.uniform(0.05, 1.2, (4, 6, 1)) * rng.uniform(0.8, 1.0, (4, 6, 3))
    return np.asarray(np.kron(fields, np.ones((8, 8, 1))), np.float64)


def scenes(count: int) -> list[FloatArray]:
    """Signals that differ all over the picture."""
    rng = np.random.default_rng(3)
    fields = rng.uniform(0.1, 0.9, (count, 4, 6, 3))
    return [np.asarray(np.kron(field, np.ones((8, 8, 1))), np.float64) for field in fields]


def narrow(code: FloatArray) -> FloatArray:
    """10-bit codes over 1023 as the signal of narrow-range video."""
    return (code * 1023 - 64) / 876


CAMERAS: dict[str, tuple[Callable[..., Any], str, bool]] = {
    "LogC4": (colour.models.log_encoding_ARRILogC4, "ARRI Wide Gamut 4", False),
    "LogC3": (colour.models.log_encoding_ARRILogC3, "ARRI Wide Gamut 3", False),
    "V-Log": (colour.models.log_encoding_VLog, "V-Gamut", True),
    "S-Log3": (colour.models.log_encoding_SLog3, "S-Gamut3.Cine", True),
    "Canon Log 3": (colour.models.log_encoding_CanonLog3, "Cinema Gamut", True),
    "N-Log": (colour.models.log_encoding_NLog, "N-Gamut", True),
    "F-Log2": (colour.models.log_encoding_FLog2, "F-Gamut", True),
    "Log3G10": (colour.models.log_encoding_Log3G10, "REDWideGamutRGB", False),
}


def planes(frame: LinearFrame) -> FloatArray:
    return np.stack([plane.values for plane in frame.planes], axis=-1).astype(np.float64)


@pytest.mark.parametrize("name", CAMERAS)
@pytest.mark.parametrize("is_full", [False, True])
def test_a_clip_is_the_light_that_went_in(tmp_path: Path, name: str, *, is_full: bool) -> None:
    curve, space, is_code = CAMERAS[name]
    code = encode_light(light(), curve, space)
    signal = narrow(code) if is_code and not is_full else code
    path = write_clip(tmp_path / "a", [signal], EXACT, is_full=is_full)
    chosen = space if name == "S-Log3" else None
    frame = read_frame(path, encoding=name, image_space=chosen)
    assert (frame.space, frame.width, frame.height) == (space, 48, 32)
    assert frame.name == "a.mkv#000000"
    wanted = light() @ _to_camera(space).T
    # Half a code of 12 bit in the log, and the same in chroma.
    np.testing.assert_allclose(planes(frame), wanted, rtol=4e-3, atol=2e-4)


def _to_camera(space: str) -> FloatArray:
    from ledcal.colorimetry.space import ACES, gamut, matrix_rgb_to_rgb

    return matrix_rgb_to_rgb(ACES, gamut(space))


def test_codes_above_nominal_white_are_light_and_only_the_top_is_saturated(tmp_path: Path) -> None:
    signal = np.full((32, 48, 3), 0.5)
    signal[:, 24:] = 1.05
    frame = read_frame(
        write_clip(tmp_path / "a", [signal], EXACT), encoding="S-Log3", image_space="S-Gamut3"
    )
    bright = float(frame.planes[1].values[0, 40])
    assert bright == pytest.approx(
        colour.models.log_decoding_SLog3((64 + 876 * 1.05) / 1023), rel=0.02
    )
    assert bright < frame.planes[1].saturation < 38.5
    signal[:, 24:] = 1.0
    frame = read_frame(
        write_clip(tmp_path / "b", [signal], EXACT), encoding="S-Log3", image_space="S-Gamut3"
    )
    saturated = [bool((plane.values[0, 40] >= plane.saturation).all()) for plane in frame.planes]
    assert saturated == [True, True, True]
    assert (frame.planes[1].values[0, 4] < frame.planes[1].saturation).all()


@pytest.mark.parametrize("suffix", [".tif", ".dpx", ".exr", ".png"])
def test_a_sequence_of_pictures_is_read_as_a_clip_is(tmp_path: Path, suffix: str) -> None:
    code = encode_light(light(), colour.models.log_encoding_ARRILogC4, "AWG4")
    if suffix == ".dpx":
        code = np.rint(code * 1023) / 1023
    path = tmp_path / f"a{suffix}"
    write_image(path, np.asarray(code, np.float32), bits=10 if suffix == ".dpx" else None)
    frame = read_frame(path, encoding="logc4")
    assert frame.space == "ARRI Wide Gamut 4"
    tolerance = 8e-3 if suffix == ".dpx" else 2e-4  # half a code of 10 bit is 0.5 % and more
    np.testing.assert_allclose(planes(frame), light() @ _to_camera("AWG4").T, rtol=tolerance)
    assert frame.assumptions[0] == (
        "captures: LogC4, as declared, in ARRI Wide Gamut 4, the gamut that goes with it"
    )
    if suffix != ".exr":
        full = np.ones((8, 8, 3), np.float32)
        full[0, 0] = 0.5
        write_image(path, full, bits=10 if suffix == ".dpx" else None)
        frame = read_frame(path, encoding="logc4")
        top = frame.planes[0]
        assert top.values[4, 4] >= top.saturation > top.values[0, 0]


def clip(**changes: Any) -> Clip:
    fields: dict[str, Any] = {
        "path": Path("C1.mov"),
        "codec": "prores",
        "pixel_format": "yuv422p10le",
        "width": 1920,
        "height": 1080,
        "bits": 10,
        "n_frames": 1,
        "is_counted": True,
        "primaries": 1,
        "transfer": 1,
        "matrix": 1,
        "levels": 1,
        "tags": {},
    }
    return Clip(**{**fields, **changes})


NOTHING = declared(None, None)


@pytest.mark.parametrize(
    ("changes", "encoding", "space", "by"),
    [
        ({"transfer": 18, "primaries": 9}, "HLG", "BT.2020", "transfer characteristic 18"),
        ({"transfer": 16, "primaries": 12}, "PQ", "P3-D65", "transfer characteristic 16"),
        ({"transfer": 8, "primaries": 9}, "linear", "BT.2020", "transfer characteristic 8"),
        (
            {
                "tags": {
                    "sony:CaptureGammaEquation": "s-log3-cine",
                    "sony:CaptureColorPrimaries": "s-gamut3-cine",
                }
            },
            "S-Log3",
            "S-Gamut3.Cine",
            "Sony CaptureGammaEquation s-log3-cine",
        ),
        (
            {
                "tags": {
                    "com.arri.camera.ColorGammaSxS": "LOG-C",
                    "com.arri.camera.ExposureIndexAsa": "400",
                }
            },
            "LogC3 EI 400",
            "ARRI Wide Gamut 3",
            "ARRI ColorGammaSxS LOG-C, exposure index 400",
        ),
        (
            {
                "tags": {
                    "com.apple.proapps.customgamma": "com.blackmagic-design.camera.filmlog",
                    "com.blackmagic-design.camera.colorScience": "Blackmagic Design Gen 5",
                }
            },
            "Blackmagic Film Gen 5",
            "Blackmagic Wide Gamut",
            "Blackmagic filmlog, colour science Gen 5",
        ),
    ],
)
def test_what_the_file_says_is_used_and_said(
    changes: dict[str, Any], encoding: str, space: str, by: str
) -> None:
    meaning = settle("C1.mov", NOTHING, stated_by(clip(**changes)), kind="clip")
    assert (meaning.encoding.name, meaning.space) == (encoding, space)
    assert meaning.assumptions[0] == (
        f"captures: {encoding}, as the file says ({by}), in {space}, as the file says ({by})"
    )


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (
            {"tags": {"com.apple.quicktime.make": "Sony"}},
            (
                "C1.mov: this clip says that its numbers are BT.709, made for a display; cameras "
                "write that on log too. If it was recorded in log, say in which, such as "
                "--encoding S-Log3 --camera-space S-Gamut3.Cine; a Rec.709 look that is baked in "
                "cannot be undone: record log or raw"
            ),
        ),
        (
            {"transfer": 2},
            (
                "C1.mov: this clip does not say how its numbers encode light. If it was recorded "
                "in log, say in which, such as --encoding LogC4, or --encoding S-Log3 "
                "--camera-space S-Gamut3.Cine; a Rec.709 look that is baked in cannot be undone: "
                "record log or raw"
            ),
        ),
        ({"transfer": 13}, "its numbers are sRGB, made for a display"),
        ({"transfer": 4, "tags": {"make": "Panasonic"}}, "gamma 2.2.*--encoding V-Log;"),
        (
            {"transfer": 18, "primaries": 2},
            (
                "C1.mov: HLG does not say in which gamut the light is; add --camera-space NAME, "
                "such as BT.2020"
            ),
        ),
        (
            {"tags": {"sony:CaptureGammaEquation": "s-log3"}},
            (
                "C1.mov: S-Log3 is recorded in more than one gamut; say which: --camera-space "
                "S-Gamut3.Cine or --camera-space S-Gamut3"
            ),
        ),
        (
            {"tags": {"com.arri.camera.ColorGammaSxS": "REC-709"}, "transfer": 2},
            "does not say how",
        ),
    ],
)
def test_what_nothing_says_is_refused_with_the_option(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(AmbiguousInputError, match=said.replace("(", r"\(")) as caught:
        settle("C1.mov", NOTHING, stated_by(clip(**changes)), kind="clip")
    assert caught.value.exit_code == 5


def test_a_gamut_alone_does_not_make_a_clip_linear() -> None:
    with pytest.raises(AmbiguousInputError, match=r"add --encoding NAME .linear, LogC4"):
        settle("C1.mov", declared("S-Gamut3", None), stated_by(clip()), kind="clip")


def test_what_is_declared_wins_and_the_files_word_is_said() -> None:
    said = declared("S-Gamut3", "S-Log3")
    meaning = settle("C1.mov", said, stated_by(clip()), kind="clip")
    assert "the BT.709 that the file names is left aside" in meaning.assumptions[1]
    stated = Stated("LogC3 EI 400", "ARRI Wide Gamut 3", "ARRI ColorGammaSxS LOG-C")
    meaning = settle("C1.mov", said, stated, kind="clip")
    assert "the LogC3 EI 400 that the file names" in meaning.assumptions[1]
    # 'LogC3' leaves the index open, and the file knows it.
    meaning = settle("C1.mov", declared(None, "LogC3"), stated, kind="clip")
    assert meaning.encoding.exposure_index == 400
    meaning = settle("C1.mov", declared(None, "LogC3 EI 800"), stated, kind="clip")
    assert meaning.encoding.exposure_index == 800


@pytest.mark.parametrize(
    ("encoding", "space", "said"),
    [
        ("S-Log4", None, "--encoding: unknown encoding 'S-Log4'; the nearest is 'S-Log3'"),
        (None, "S-Gamut4", "--camera-space: unknown gamut 'S-Gamut4'"),
    ],
)
def test_unknown_names_are_the_callers_mistake(
    encoding: str | None, space: str | None, said: str
) -> None:
    with pytest.raises(InputError, match=said):
        declared(space, encoding)


@pytest.mark.parametrize("space", ["ARRI Wide Gamut 4", "V-Gamut"])
def test_a_gamut_of_log_does_not_make_a_picture_linear(tmp_path: Path, space: str) -> None:
    path = tmp_path / "a.tif"
    write_image(path, np.asarray(light() / 2, np.float32))
    expected = {"ARRI Wide Gamut 4": "LogC4", "V-Gamut": "V-Log"}[space]
    with pytest.raises(
        AmbiguousInputError, match=f"add --encoding '{expected}', or --encoding lin"
    ):
        read_frame(path, image_space=space)
    assert read_frame(path, image_space=space, encoding="linear").space == space


def test_an_8_bit_clip_says_so(tmp_path: Path) -> None:
    path = write_clip(tmp_path / "a", [np.full((32, 48, 3), 0.4)], EIGHT_BIT)
    frame = read_frame(path, encoding="V-Log")
    assert "8-bit: its steps are coarser than dark patches need" in frame.assumptions
    assert any("18 % grey is 433" in line for line in frame.assumptions)


def shown(contents: list[int], *, noise: float = 3.0) -> Iterator[ClipFrame]:
    """Frames of 10 bit; each number of `contents` stands for one picture."""
    rng = np.random.default_rng(5)
    for number, content in enumerate(contents):
        luma = np.full((270, 480), 200.0)
        luma[:30, 10 * content : 10 * content + 20] = 320.0
        luma += rng.normal(0, noise, luma.shape)
        plane = np.rint(luma).astype(np.uint16)
        yield ClipFrame(number, Samples((plane, plane, plane), 10, 1, False), ())


@pytest.mark.parametrize("noise", [0.0, 3.0, 12.0])
def test_of_long_runs_the_first_some_and_the_last_are_picked(noise: float) -> None:
    contents = [0] * 25 + [1] * 3 + [2] + [3] * 8 + [4] * 9 + [5, 6, 7] + [8] * 30
    picked = [frame.number for frame in pick_frames(shown(contents, noise=noise))]
    expected: list[int] = []
    start = 0
    for content in dict.fromkeys(contents):
        length = contents.count(content)
        own = [*range(start, start + length)]
        expected += own if length <= PER_RUN else [*own[: PER_RUN - 1], own[-1]]
        start += length
    assert picked == expected


def test_two_pattern_frames_never_become_one() -> None:
    """The smallest change of a strip: two cells of a small, dim, defocused wall, noisy."""
    rng = np.random.default_rng(6)
    base = np.full((540, 960), 150.0)
    other = base.copy()
    base[100:110, 300:306] = other[100:110, 312:318] = 175.0

    def frames() -> Iterator[ClipFrame]:
        for number, content in enumerate([base] * 12 + [other] * 12):
            noisy = content + rng.normal(0, 4.0, content.shape)
            plane = np.rint(noisy).astype(np.uint16)
            yield ClipFrame(number, Samples((plane, plane, plane), 10, 1, False), ())

    picked = [frame.number for frame in pick_frames(frames())]
    assert {11, 12, 23} <= {*picked}
    assert len(picked) == 2 * PER_RUN


def test_clips_and_stills_stream_in_order_whatever_the_threads(tmp_path: Path) -> None:
    pictures = [
        encode_light(light(k), colour.models.log_encoding_ARRILogC4, "AWG4") for k in (1, 2)
    ]
    take = write_clip(tmp_path / "take", [p for p in pictures for _ in range(12)], PRORES_HQ)
    still = tmp_path / "still.tif"
    write_image(still, pictures[0].astype(np.float32))

    def means(workers: int) -> list[tuple[str, str, float]]:
        found = []
        for path, result in stream(
            [still, take, still],
            lambda f: (f.name, planes(f).mean()),
            workers=workers,
            encoding="LogC4",
        ):
            assert not isinstance(result, LedcalError)
            found.append((path.name, *result))
        return found

    one = means(1)
    assert [name for _, name, _ in one] == [
        "still.tif",
        *(f"take.mov#{n:06d}" for n in [*range(7), 11, *range(12, 19), 23]),
        "still.tif",
    ]
    assert means(4) == one
    assert (count_captures(take), count_captures(still)) == (24, 1)


def test_frames_before_a_cut_are_kept_and_the_cut_is_reported(tmp_path: Path) -> None:
    signal = [
        encode_light(light(k), colour.models.log_encoding_ARRILogC4, "AWG4") for k in range(9)
    ]
    path = write_clip(tmp_path / "a", signal, AVC)
    moved = path.read_bytes()
    at = moved.index(b"mdat")
    path.write_bytes(moved[: at + 1500] + bytes(len(moved[at + 1500 : -2500])) + moved[-2500:])
    results = list(stream([path], lambda frame: frame.name, encoding="LogC4"))
    assert isinstance(results[-1][1], UnreadableFileError)
    assert "copy it again from the card" in str(results[-1][1])


def test_a_clip_that_says_nothing_gives_one_error_not_one_for_each_frame(tmp_path: Path) -> None:
    path = write_clip(tmp_path / "a", [np.full((32, 48, 3), 0.4)] * 5, PRORES_HQ)
    ((_, error),) = stream([path], lambda frame: frame.name)
    assert isinstance(error, AmbiguousInputError)


def test_no_more_frames_of_a_clip_are_decoded_than_are_needed(tmp_path: Path) -> None:
    pictures = scenes(30)
    path = write_clip(tmp_path / "a", pictures, PRORES_HQ)
    drawn = 0
    lock = threading.Lock()

    def counted() -> Iterator[Any]:
        nonlocal drawn
        for capture in open_captures([path], encoding="LogC4"):
            with lock:
                drawn += 1
            yield capture

    results = stream_captures(counted(), lambda frame: frame.name, workers=2, in_flight=3)
    for _ in range(5):
        next(results)
    assert drawn <= 5 + 3
    results.close()  # type: ignore[attr-defined]


def test_one_by_one_leaves_the_rest_to_another_call(tmp_path: Path) -> None:
    pictures = scenes(6)
    path = write_clip(tmp_path / "a", pictures, PRORES_HQ)
    captures = open_captures([path], encoding="LogC4")
    names = []
    for capture, _ in stream_captures(captures, lambda f: f.name, workers=1, in_flight=1):
        names.append(capture.number)
        if capture.number == 2:
            break
    names += [capture.number for capture, _ in stream_captures(captures, lambda f: f.name)]
    assert names == [0, 1, 2, 3, 4, 5]


def test_the_camera_of_a_clip_is_named(tmp_path: Path) -> None:
    tags = {"make": "Panasonic", "model": "AU-EVA1", "com.apple.proapps.cameraname": "x"}
    path = write_clip(tmp_path / "a", [np.full((32, 48, 3), 0.4)], PRORES_HQ, tags=tags)
    assert open_clip(path, declared(None, "V-Log")).camera_model == "Panasonic AU-EVA1"
    bare = write_clip(tmp_path / "b", [np.full((32, 48, 3), 0.4)], PRORES_HQ)
    opened = open_clip(bare, declared(None, "V-Log"))
    assert opened.camera_model == ""
    (frame,) = decode_clip(opened.clip)
    assert linear_frame(opened, frame).camera_model == ""
