"""One sample of each frame: for the tests, and for the reference page."""

import json
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent


def sample(kind: str, tag: str) -> dict[str, Any]:
    """The sample of a frame: ``sample("commands", "message.send")``."""
    body: dict[str, Any] = json.loads((FOLDER / kind / f"{tag}.json").read_text("utf-8"))
    return body


def tags(kind: str) -> set[str]:
    """The frames of a kind that have a sample."""
    return {path.stem for path in (FOLDER / kind).glob("*.json")}
