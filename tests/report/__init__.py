"""Tests of ledcal.report."""
