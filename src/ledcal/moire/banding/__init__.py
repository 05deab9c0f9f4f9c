"""Bands and flicker: what the refresh of LEDs makes of rows that are read one after the other."""

from ledcal.moire.banding.explain import explain_bands
from ledcal.moire.banding.find import find_bands
from ledcal.moire.banding.predict import missing_keys, predict_bands
from ledcal.moire.banding.rows import row_profiles
from ledcal.moire.banding.theory import safe_shutter_angles

__all__ = [
    "explain_bands",
    "find_bands",
    "missing_keys",
    "predict_bands",
    "row_profiles",
    "safe_shutter_angles",
]
