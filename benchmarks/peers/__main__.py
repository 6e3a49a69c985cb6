"""Install the peers one after another: where one has no wheel, the others are still measured."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

PROJECT = Path(__file__).parents[2] / "pyproject.toml"


def main() -> None:
    for peer in tomllib.loads(PROJECT.read_text(encoding="utf-8"))["dependency-groups"]["bench"]:
        done = subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", peer])
        if done.returncode:
            print(f"{peer} cannot be installed here; it will be reported as missing")


if __name__ == "__main__":
    main()
