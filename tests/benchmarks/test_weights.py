"""Weights are measured as they travel: gzipped, with the styles."""

import gzip
import os
from pathlib import Path

import pytest

from tests.benchmarks.scenarios import weights


def test_a_bundle_weighs_what_travels_with_its_styles(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(weights, "FOLDER", tmp_path)
    script, styles = os.urandom(3_000), b"a{}" * 1_000
    (tmp_path / "chat.js").write_bytes(script)
    (tmp_path / "chat.css").write_bytes(styles)
    files = weights.with_styles("chat")
    assert [file.name for file in files] == ["chat.js", "chat.css"]
    expected = len(gzip.compress(script, 9)) + len(gzip.compress(styles, 9))
    assert weights.kilobytes(*files) == expected / 1000
