"""Tests of ledcal.export."""
