"""The addresses of our own files."""

from pathlib import Path

import pytest
from django.test import override_settings

from wagtail_livechat import assets
from wagtail_livechat.assets import asset


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(assets, "FOLDER", tmp_path)
    return tmp_path


def test_the_address_changes_with_the_file(folder: Path) -> None:
    (folder / "chat.js").write_text("old")
    old = asset("chat.js")
    (folder / "chat.js").write_text("newer")
    new = asset("chat.js")

    assert old.startswith("/static/wagtail_livechat/chat.js?v=")
    assert old != new
    assert asset("chat.js") == new


def test_a_file_that_was_not_built_still_has_an_address(folder: Path) -> None:
    assert asset("chat.js") == "/static/wagtail_livechat/chat.js"


def test_a_storage_that_hashes_names_is_left_alone(folder: Path, tmp_path: Path) -> None:
    (folder / "chat.js").write_text("old")
    storages = {
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"},
    }
    with override_settings(STORAGES=storages, STATIC_ROOT=tmp_path, DEBUG=True):
        assert asset("chat.js") == "/static/wagtail_livechat/chat.js"
