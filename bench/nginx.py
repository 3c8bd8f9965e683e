"""nginx as the sample configuration has it, without root's folders."""

import os
import shutil
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
SAMPLE = PROJECT / "docs" / "nginx.conf"
NGINX = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin:/usr/local/sbin")

AROUND = """
daemon off;
{user}
worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{}}
http {{
    access_log off;
    sendfile on;
    types {{ text/html html; application/json json; }}
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    scgi_temp_path {folder}/scgi;
    uwsgi_temp_path {folder}/uwsgi;
    include {folder}/register.conf;
    {besides}
}}
"""


def command(folder: Path, *, port: int, register: int, besides: str = "") -> list:
    """Write the configuration into `folder`: the sample, listening on `port` in front of the
    register on port `register`, and in it nothing else changed. Gives what starts it."""
    text = SAMPLE.read_text()
    for there, instead in (
        ("listen 80;", f"listen 127.0.0.1:{port};"),
        ("server 127.0.0.1:8000;", f"server 127.0.0.1:{register};"),
        ("/var/cache/nginx/register", f"{folder}/cache"),
    ):
        if text.count(there) != 1:
            raise ValueError(f"{SAMPLE} does not say “{there}” once.")
        text = text.replace(there, instead)
    (folder / "register.conf").write_text(text)
    user = "user root;" if os.geteuid() == 0 else ""
    written = AROUND.format(folder=folder, user=user, besides=besides)
    (folder / "nginx.conf").write_text(written)
    return [NGINX, "-p", folder, "-e", "stderr", "-c", folder / "nginx.conf"]
