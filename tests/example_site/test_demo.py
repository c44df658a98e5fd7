"""`make demo`, as somebody in a hurry would start it."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def start_demo(**environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "example_site.demo"],
        cwd=ROOT,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_a_port_that_is_taken_is_told_in_one_sentence() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        demo = start_demo(PORT=str(port))
    assert demo.returncode == 1
    assert demo.stderr.strip() == (
        f"Port {port} is taken. Choose another one, for example: make demo PORT={port + 1}"
    )


@pytest.mark.parametrize("port", ["eighty", "0", "70000", "-1"])
def test_a_port_that_is_none_is_told_in_one_sentence(port: str) -> None:
    demo = start_demo(PORT=port)
    assert demo.returncode == 1
    assert demo.stderr.strip() == f"PORT is {port!r}; it must be a number from 1 to 65535."
