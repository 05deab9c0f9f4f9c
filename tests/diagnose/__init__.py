"""Tests of ledcal.diagnose."""
