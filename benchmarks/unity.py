"""What Unity's ways cost, in wall code: buffers, tables of 16 bit, HDRP's own grading table.

    OPENBLAS_NUM_THREADS=1 python benchmarks/unity.py [PROFILE]

Light of the profile's target between 0.1 nits and its peak, in linear Rec.709, as a picture has it.
Unity was not run: its public source says how it computes, and that is done here in numpy.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ledcal.colorimetry.space import BT709, BT2020, matrix_rgb_to_aces, matrix_rgb_to_rgb
from ledcal.colorimetry.target import target_code
from ledcal.colorimetry.transfer import eotf, eotf_inverse
from ledcal.lut.interpolate import apply_lut
from ledcal.pipeline.export_source import open_source
from ledcal.values.lut import Lut3d

if TYPE_CHECKING:
    from ledcal.values.arrays import FloatArray

ROOT = Path(__file__).parents[1]
SAMPLE = ROOT / "calibration_profiles" / "pq-wall-sample"
# A step of ten bits.
STEP = 1.0 / 1023.0


def log_c(light: FloatArray) -> FloatArray:
    """LinearToLogC of Unity's Color.hlsl (EI 1000)."""
    return 0.244161 * np.log10(np.maximum(5.555556 * light + 0.047996, 1e-9)) + 0.386036


def from_log_c(code: FloatArray) -> FloatArray:
    return np.asarray((np.power(10.0, (code - 0.386036) / 0.244161) - 0.047996) / 5.555556)


def graded(light: FloatArray, size: int) -> FloatArray:
    """Through HDRP's grading table, which holds linear light at places in LogC and changes none."""
    place = np.clip(log_c(light), 0.0, 1.0) * (size - 1)
    low = np.minimum(np.floor(place), size - 2)
    start, end = (np.maximum(from_log_c(node / (size - 1)), 0.0) for node in (low, low + 1))
    return np.asarray(start + (place - low) * (end - start), np.float64)


def half(values: FloatArray) -> FloatArray:
    return np.asarray(values.astype(np.float16), np.float64)


def packed(values: FloatArray) -> FloatArray:
    """R11G11B10: six bits behind the point, five for blue."""
    bits = np.array([6.0, 6.0, 5.0])
    scale = np.exp2(np.floor(np.log2(np.maximum(values, 1e-9))) - bits)
    return np.asarray(np.round(values / scale) * scale, np.float64)


def sampled(table: Lut3d, code: FloatArray) -> FloatArray:
    """A sampler: trilinear, its weights in 256 steps."""
    size = table.size - 1
    place = code * size
    low = np.minimum(np.floor(place), size - 1)
    weight = np.round((place - low) * 256.0) / 256.0
    return apply_lut(table, (low + weight) / size, interpolation="trilinear")


def row(words: str, got: FloatArray, wanted: FloatArray) -> str:
    away = np.abs(got - wanted).max(axis=-1)
    mean, p99, most = away.mean(), np.percentile(away, 99), away.max()
    return f"{words:<52} {mean:.1e}  {p99:.1e}  {most:.1e}  {most / STEP:5.1f}"


def main() -> None:
    path = Path(sys.argv[1]) if len(sys.argv) > 1 else SAMPLE
    source = open_source(path, root=path.parent)
    assert source.stage is not None
    target = source.stage.target
    tables = {size: source.table(size) for size in (33, 65)}
    table = tables[65]
    rng = np.random.default_rng(5)
    top = target.peak_nits / 100.0
    light = rng.uniform(0.05, 1.0, (200_000, 3)) * np.exp(
        rng.uniform(np.log(0.01), np.log(top), (200_000, 1))
    )

    def content(value: FloatArray) -> FloatArray:
        return target_code(target, value @ matrix_rgb_to_aces(BT709).T)

    def codes(value: FloatArray) -> FloatArray:
        return apply_lut(table, content(value))

    wanted = codes(light)
    print(
        f"{path.name + ', ' + str(len(light)) + ' colours':<52} mean     99 %     largest  of 1023"
    )
    print(
        row("table of 16-bit floats", apply_lut(Lut3d(half(table.table)), content(light)), wanted)
    )
    print(row("33 nodes, against 65", apply_lut(tables[33], content(light)), wanted))
    print(row("65 nodes by a sampler, against tetrahedral", sampled(table, content(light)), wanted))
    for size in (32, 65):
        print(row(f"HDRP's grading table of {size} in front", codes(graded(light, size)), wanted))
    to_rec2020 = matrix_rgb_to_rgb(BT709, BT2020)
    rec2020 = 100.0 * light @ to_rec2020.T
    for name, buffer in (("R16G16B16A16", half), ("R11G11B10", packed)):
        back = buffer(rec2020) @ np.linalg.inv(to_rec2020).T / 100.0
        srgb = buffer(eotf("sRGB", wanted, peak_nits=1.0))
        nits = buffer(eotf("ST 2084", wanted, peak_nits=10000.0))
        for words, got in (
            ("light that comes in", codes(buffer(light))),
            ("light that comes in, HDR output", codes(back)),
            ("codes that go out as they are", buffer(wanted)),
            ("for an sRGB back buffer", eotf_inverse("sRGB", srgb, peak_nits=1.0)),
            ("for HDR output", eotf_inverse("ST 2084", nits, peak_nits=10000.0)),
        ):
            print(row(f"{name}: {words}", got, wanted))


if __name__ == "__main__":
    main()
