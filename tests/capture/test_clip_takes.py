"""Whole takes as clips, by the command line: the measurements of their EXR, and exit codes."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from ledcal.colorimetry._colour import colour
from ledcal.files.images import read_image
from ledcal.files.measurements import read_measurements
from tests.capture.clips import (
    AVC,
    DNXHR,
    HEVC,
    PRORES_4444,
    PRORES_HQ,
    Codec,
    encode_light,
    write_clip,
)
from tests.conftest import run_quietly

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

    from ledcal.values.arrays import FloatArray
    from tests.conftest import Run, SmallTake

    Ledcal = Callable[..., Run]

EXPOSURE = 4.0  # the EXR's white is 0.7: two stops more is where a camera has it in log
HOLD = 3


@pytest.fixture(scope="module")
def exr(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Six EXR of 768 x 512, with plan.json and stage.toml."""
    root = tmp_path_factory.mktemp("exr")
    run_quietly("patterns", root / "p", "--set", "quick", "--layout", "grid")
    run_quietly(
        *("simulate", root / "take", "--patterns", root / "p", "--format", "exr"),
        *("--seed", 5, "--sensor", "768x512"),
    )
    return root / "take"


@pytest.fixture(scope="module")
def reference(exr: Path) -> FloatArray:
    run_quietly("measure", exr, "-o", exr.parent / "m.csv")
    return read_measurements(exr.parent / "m.csv").camera


def make_take(exr: Path, folder: Path, codec: Codec, name: str) -> Path:
    """The clip of a take in a folder of its own, with what lay beside the EXR."""
    curve: Callable[..., Any]
    curve, space, is_code = {
        "LogC4": (colour.models.log_encoding_ARRILogC4, "ARRI Wide Gamut 4", False),
        "S-Log3": (colour.models.log_encoding_SLog3, "S-Gamut3.Cine", True),
        "HLG": (colour.models.oetf_BT2100_HLG, "BT.2020", False),
    }[name]
    folder.mkdir()
    for beside in ("plan.json", "stage.toml"):
        shutil.copy(exr / beside, folder)
    is_hlg = name == "HLG"

    def pictures() -> Iterator[FloatArray]:
        for path in sorted(exr.glob("*.exr")):
            light = read_image(path)[0].astype(np.float64) * (1.0 if is_hlg else EXPOSURE)
            signal = encode_light(light, curve, space)
            for _ in range(HOLD):
                yield (signal * 1023 - 64) / 876 if is_code else signal

    colours = {"matrix": "2020", "transfer": 18, "primaries": 9} if is_hlg else {}
    return write_clip(folder / "A001C001", pictures(), codec, **colours)  # type: ignore[arg-type]


S_LOG3 = ("--encoding", "slog3", "--camera-space", "S-Gamut3.Cine")


@pytest.mark.parametrize(
    ("codec", "name", "options", "median", "worst"),
    [
        # Median of the patches above 5 % of white, and the worst of all over white.
        (PRORES_4444, "LogC4", ("--encoding", "LogC4"), 2e-3, 4e-3),
        (PRORES_HQ, "S-Log3", S_LOG3, 3e-3, 6e-3),
        (DNXHR, "S-Log3", S_LOG3, 3e-3, 6e-3),
        (AVC, "LogC4", ("--encoding", "LogC4"), 5e-3, 1.5e-2),
        (HEVC, "S-Log3", S_LOG3, 5e-3, 1.5e-2),
        (PRORES_4444, "HLG", (), 3e-3, 2e-2),
    ],
    ids=["prores4444", "prores422hq", "dnxhr", "avc", "hevc", "hlg"],
)
def test_a_clip_measures_as_the_exr_of_the_same_take(
    ledcal: Ledcal,
    exr: Path,
    reference: FloatArray,
    tmp_path: Path,
    codec: Codec,
    name: str,
    options: tuple[str, ...],
    median: float,
    worst: float,
) -> None:
    take = make_take(exr, tmp_path / "take", codec, name)
    run = ledcal("measure", take.parent, "-o", tmp_path / "m.csv", *options)
    assert run.code == 0, run.err
    assert f"patches from {6 * HOLD} frames" in run.out
    found = read_measurements(tmp_path / "m.csv")
    assert found.header["exposure"] == "unknown"
    bright = reference > 0.05 * reference.max()
    scale = float(np.median(found.camera[bright] / reference[bright]))
    assert scale == pytest.approx(1.0 if name == "HLG" else EXPOSURE, rel=5e-3)
    error = np.abs(found.camera / scale - reference)
    assert np.median(error[bright] / reference[bright]) < median
    assert error.max() / reference.max() < worst
    how = "as the file says (transfer characteristic 18)" if name == "HLG" else "as declared"
    assert f"assumed captures: {name}, {how}" in run.out


def test_a_profile_is_fitted_from_a_clip_that_stage_toml_declares(
    ledcal: Ledcal, exr: Path, tmp_path: Path
) -> None:
    take = make_take(exr, tmp_path / "take", PRORES_HQ, "S-Log3")
    stage = take.parent / "stage.toml"
    stage.write_text(
        f'{stage.read_text()}\n[camera]\nencoding = "S-Log3"\nspace = "sgamut3.cine"\n'
    )
    run = ledcal("fit", take.parent, "-o", tmp_path / "profile")
    assert run.code == 0, run.err
    assert "S-Log3, as declared, in S-Gamut3.Cine, as declared" in run.out
    assert (tmp_path / "profile" / "profile.json").exists()


def refused(run: Run, code: int, *texts: str) -> None:
    assert (run.code, run.out) == (code, ""), run.err
    assert "Traceback" not in run.err
    for text in texts:
        assert text in run.err


def test_exit_codes(ledcal: Ledcal, exr: Path, tmp_path: Path) -> None:
    take = make_take(exr, tmp_path / "take", PRORES_HQ, "S-Log3")
    folder, out = take.parent, ("-o", tmp_path / "m.csv")
    refused(ledcal("measure", folder, *out), 5, "BT.709, made for a display", "--encoding LogC4")
    refused(
        ledcal("measure", folder, *out, "--encoding", "S-Log3"),
        5,
        "--camera-space S-Gamut3.Cine or --camera-space S-Gamut3",
    )
    refused(ledcal("measure", folder, *out, "--camera-space", "S-Gamut3"), 5, "add --encoding NAME")
    refused(ledcal("measure", folder, *out, "--encoding", "slog4"), 2, "nearest is 'S-Log3'")
    whole = take.read_bytes()
    take.write_bytes(whole[: len(whole) // 2])
    refused(ledcal("measure", folder, *out, *S_LOG3), 3, "copy it again from the card")
    take.write_bytes(b"\0\0\0\x14ftypqt  not a clip at all")
    refused(ledcal("measure", folder, *out, *S_LOG3), 3, "cannot be opened as a clip")
    assert not (tmp_path / "m.csv").exists()


def test_an_encoding_without_effect_is_refused(
    ledcal: Ledcal, exr: Path, reference: FloatArray, tmp_path: Path
) -> None:
    assert reference.shape[1] == 3
    out = ("-o", tmp_path / "p")
    table = exr.parent / "m.csv"
    refused(ledcal("fit", table, *out, "--encoding", "LogC4"), 2, "columns of a table are linear")
    raw = tmp_path / "a.dng"
    raw.write_bytes(b"II*\0" + bytes(100))
    refused(ledcal("fit", raw, *out, "--encoding", "LogC4"), 2, "has no effect", "camera raw")


def test_raw_under_another_name_has_no_use_for_an_encoding_either(
    ledcal: Ledcal, small_take: SmallTake, tmp_path: Path
) -> None:
    folder = Path(shutil.copytree(small_take.captures, tmp_path / "captures"))
    for path in folder.glob("*.dng"):
        path.rename(path.with_suffix(".tif"))
    out = ("-o", tmp_path / "m.csv")
    refused(ledcal("measure", folder, *out, "--encoding", "LogC4"), 2, "has no effect")
    stage = folder / "stage.toml"
    stage.write_text(f'{stage.read_text()}\n[camera]\nencoding = "LogC4"\n')
    run = ledcal("measure", folder, *out)
    assert run.code == 0, run.err


def test_a_clip_under_a_wrong_name_is_read_by_its_first_bytes(
    ledcal: Ledcal, exr: Path, tmp_path: Path
) -> None:
    take = make_take(exr, tmp_path / "take", PRORES_HQ, "LogC4")
    renamed = take.rename(take.with_suffix(".mxf"))
    run = ledcal("measure", renamed, "-o", tmp_path / "m.csv", "--encoding", "LogC4")
    assert run.code == 0, run.err


def test_threads_change_nothing(
    ledcal: Ledcal, exr: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    take = make_take(exr, tmp_path / "take", AVC, "LogC4")
    texts = []
    for count in (1, 5):
        monkeypatch.setattr("ledcal.capture.stream._cpu_count", lambda count=count: count)
        out = tmp_path / f"m{count}.csv"
        assert ledcal("measure", take.parent, "-o", out, "--encoding", "LogC4").code == 0
        texts.append(out.read_text())
    assert texts[0] == texts[1]
