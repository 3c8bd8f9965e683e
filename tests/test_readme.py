"""README's instructions for production, followed as they are written."""

import re
import shlex
import signal
import socket
import subprocess
import sys
import time

import pytest
from django.conf import settings

README = (settings.BASE_DIR / "README.md").read_text()
PRODUCTION = README[README.index("## In production") :]
COMMANDS = [line.strip() for line in PRODUCTION.splitlines() if line.startswith("    ")]


def test_the_folder_that_nginx_keeps_pages_in_is_made_before_nginx_is_asked():
    conf = (settings.BASE_DIR / "docs" / "nginx.conf").read_text()
    (kept,) = re.findall(r"^proxy_cache_path (\S+)/[^/\s]+ ", conf, re.MULTILINE)
    made = next(n for n, line in enumerate(COMMANDS) if f"install --directory {kept} " in line)
    asked = next(n for n, line in enumerate(COMMANDS) if line.startswith("nginx -t"))
    assert made < asked


@pytest.mark.parametrize("command", ["pg_dump", "VACUUM INTO"])
def test_a_backup_is_readable_by_nobody_else(command):
    lines = [line for line in COMMANDS if command in line]
    assert lines
    assert all(line.startswith("(umask 077; ") for line in lines)


def test_the_file_of_sqlite_is_readable_by_nobody_else():
    assert "UMask=0077" in COMMANDS
    assert any(line.startswith("manage() {") and "umask 077;" in line for line in COMMANDS)
    folder = next(line for line in COMMANDS if line.endswith(" var"))
    restored = next(line for line in COMMANDS if line.endswith(" var/register.sqlite3"))
    assert "--mode=700" in folder
    assert "--mode=600" in restored


def test_an_update_reloads():
    update = PRODUCTION[PRODUCTION.index("### Update") : PRODUCTION.index("### Back up")]
    commands = [line.strip() for line in update.splitlines() if line.startswith("    ")]
    assert "systemctl reload register" in commands
    assert "systemctl restart register" not in commands


@pytest.fixture
def gunicorn(tmp_path):
    """Gunicorn with README's own arguments, and a stand-in for the register."""
    (tmp_path / "in_its_place.py").write_text(
        "import os\n"
        "def application(environ, start_response):\n"
        "    start_response('200 OK', [])\n"
        "    return [f'worker {os.getpid()}'.encode()]\n"
    )
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    (line,) = [line for line in COMMANDS if line.startswith("ExecStart=")]
    _, _, *arguments = shlex.split(line)
    arguments[arguments.index("127.0.0.1:8000")] = f"127.0.0.1:{port}"
    command = [sys.executable, "-m", "gunicorn", "in_its_place:application", *arguments]
    with subprocess.Popen(command, cwd=tmp_path, stderr=subprocess.DEVNULL) as process:
        try:
            until = time.monotonic() + 60
            while not answering(port):
                assert process.poll() is None
                assert time.monotonic() < until
                time.sleep(0.05)
            yield process, port
        finally:
            process.terminate()


def answering(port: int) -> str:
    """The worker that answers, or "" if none does."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=30) as asked:
            asked.sendall(b"GET / HTTP/1.0\r\n\r\n")
            answer = b""
            while piece := asked.recv(1000):
                answer += piece
    except OSError:
        return ""
    return answer.decode().rpartition("\r\n\r\n")[2]


def test_a_reload_refuses_nobody(gunicorn):
    process, port = gunicorn
    assert "ExecReload=/bin/kill -HUP $MAINPID" in COMMANDS
    old = {answering(port) for _ in range(50)}
    process.send_signal(signal.SIGHUP)
    new_ones = 0
    while new_ones < 50:
        worker = answering(port)
        assert worker, "nobody answers"
        new_ones = 0 if worker in old else new_ones + 1
