"""Tests, laid out as src/ledcal."""
