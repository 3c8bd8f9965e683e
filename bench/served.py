"""The servers that are measured, started on a port of 127.0.0.1 and stopped again."""

import contextlib
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bench import nginx
from bench.cores import MEASURED, children, on_core
from bench.load import ask
from bench.registers import Register

PROJECT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Server:
    address: str
    process: int

    @property
    def worker(self) -> int:
        """The process of gunicorn that answers."""
        return children(self.process)[0]


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


def wait_for(port: int, process: subprocess.Popen) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        if process.poll() is not None:
            raise RuntimeError(f"{process.args[0]} ended with {process.returncode}.")
        with contextlib.suppress(OSError):
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        time.sleep(0.02)
    raise RuntimeError(f"{process.args[0]} does not listen on port {port}.")


@contextlib.contextmanager
def running(
    command: list, port: int, *, core: int | None = MEASURED, **options
) -> Iterator[Server]:
    """A server that runs on one core, or on all."""
    if core is not None:
        options["preexec_fn"] = on_core(core)
    process = subprocess.Popen(command, **options)
    try:
        wait_for(port, process)
        yield Server(f"http://127.0.0.1:{port}", process.pid)
    finally:
        process.terminate()
        try:
            process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@contextlib.contextmanager
def gunicorn(
    register: Register,
    *,
    keep: bool,
    workers: int = 1,
    core: int | None = MEASURED,
    **environment: str,
) -> Iterator[Server]:
    """The register with one worker or more, which keep pages or have to make each."""
    port = free_port()
    command = [
        *(sys.executable, "-m", "gunicorn", "ics_register.wsgi", f"--bind=127.0.0.1:{port}"),
        *(f"--workers={workers}", "--timeout=900", "--limit-request-line=8190"),
        "--no-control-socket",
        "--log-level=warning",
    ]
    env = {
        **register.environment,
        **environment,
        "BENCH_KEEP_NOTHING": "0" if keep else "1",
    }
    with running(command, port, core=core, cwd=PROJECT, env=env) as server:
        yield server


def cold_start(register: Register, path: str) -> float:
    """The seconds from starting the register to having its first page."""
    began = time.monotonic()
    with gunicorn(register, keep=True) as server:
        ask(server.address + path)
        return time.monotonic() - began


@contextlib.contextmanager
def proxied(
    register: Server, folder: Path, files: dict[str, bytes]
) -> Iterator[tuple[Server, Server]]:
    """nginx in front of the register, and the same nginx with `files`."""
    folder.mkdir(parents=True)
    port, static = free_port(), free_port()
    public = folder / "files"
    public.mkdir()
    for name, content in files.items():
        (public / name).write_bytes(content)
    # It keeps its files open, as the sample has nginx do with pages.
    kept_open = "open_file_cache max=300 inactive=1m;"
    besides = f"server {{ listen 127.0.0.1:{static}; root {public}; {kept_open} }}"
    upstream = int(register.address.rpartition(":")[2])
    command = nginx.command(folder, port=port, register=upstream, besides=besides)
    with running(command, port) as server:
        yield server, Server(f"http://127.0.0.1:{static}", server.process)


@contextlib.contextmanager
def datasette(program: Path, database: Path) -> Iterator[Server]:
    port = free_port()
    command = [program, "serve", database, "--host=127.0.0.1", f"--port={port}"]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    with running(command, port, **quiet) as server:
        yield server
