"""Tests of ledcal.profile, and the fake profile that export and report share."""  # noqa: A005
