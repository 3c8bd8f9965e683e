"""The Chromium that is installed on this machine."""

import os
import shutil

EXECUTABLE = (
    os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
)

LAUNCH = {
    "executable_path": EXECUTABLE,
    "args": [
        "--no-sandbox",  # which root, and so most continuous integration, cannot have
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--disable-dev-shm-usage",
    ],
}
