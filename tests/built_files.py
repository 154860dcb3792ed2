"""Files that are served as they are built, and committed: they must be what their sources give."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


def expect_built(script):
    """Fail where the committed files are not what the sources give; skip without the tools."""
    done = subprocess.run(
        [sys.executable, ROOT / "scripts" / script, "--check"],
        capture_output=True,
        text=True,
        timeout=110,
    )
    if done.returncode == 2:
        pytest.fail(done.stderr) if os.environ.get("CI") else pytest.skip(done.stderr.strip())
    assert done.returncode == 0, done.stdout + done.stderr
