"""What the benchmark needs besides the register, and which version of it there is."""

import importlib.metadata
import shutil
import subprocess
import sys
from pathlib import Path

from bench import nginx

# Installed into an environment of its own: the register needs nothing of it.
DATASETTE = "datasette~=0.65"
DEBIAN = {"wrk": shutil.which("wrk"), "nginx": nginx.NGINX}


def missing() -> list[str]:
    """The programs of Debian that are not there."""
    return [name for name, found in DEBIAN.items() if not found]


def install_datasette(folder: Path) -> Path:
    """Datasette's own program, installed if it is not there yet."""
    program = folder / "bin" / "datasette"
    if not program.exists():
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        subprocess.run(
            [folder / "bin" / "python", "-m", "pip", "install", "--quiet", "--quiet", DATASETTE],
            check=True,
        )
    return program


def versions(datasette: Path) -> dict[str, str]:
    said = {
        "Python": [sys.executable, "--version"],
        "PostgreSQL": ["psql", "--version"],
        "nginx": [nginx.NGINX, "-v"],
        "wrk": ["wrk", "-v"],
        "Datasette": [datasette, "--version"],
    }
    found = {name: _version(command) for name, command in said.items()}
    for name in ("Django", "gunicorn", "Jinja2"):
        found[name] = importlib.metadata.version(name)
    return found


def _version(command: list) -> str:
    """The first number with a dot that a program says of itself."""
    if not shutil.which(command[0]):
        return "not installed"
    told = subprocess.run(command, capture_output=True, text=True)
    words = (told.stdout + told.stderr).replace("/", " ").split()
    return next((word.strip(",") for word in words if word[0].isdigit() or ".1." in word), "?")
