"""Ten attackers, each with an address of its own on this machine. They stop when they are told to.

Four try passwords at one account after another. The others ask for one of the two dearest lists,
each time for other days, so that it is not the one that was made before, and hang up half a second
later: they want the work done, and not the list.
"""

import collections
import contextlib
import http.client
import itertools
import json
import sys
import threading
from urllib.parse import urlencode

SIGNING_IN, LISTING = 4, 6
PAUSE = 0.05  # seconds
HANGS_UP = 0.5

DEAREST = ("/changes/recorded.csv?from={day}", "/changes.csv?from={day}&to=2030-01-01")

over = threading.Event()
answers: dict[str, collections.Counter] = {
    "sign-in": collections.Counter(),
    "lists": collections.Counter(),
}


def ask(port: int, source: str, method: str, address: str, timeout: float, body=None, **headers):
    reader = http.client.HTTPConnection(
        "127.0.0.1", port, timeout=timeout, source_address=(source, 0)
    )
    with contextlib.closing(reader):
        reader.request(method, address, body, {"Host": "127.0.0.1", **headers})
        answer = reader.getresponse()
        answer.read()
        return answer


def sign_in(port: int, source: str) -> None:
    token = None
    for number in itertools.count():
        if over.wait(PAUSE):
            return
        with contextlib.suppress(OSError, http.client.HTTPException):
            if token is None:
                page = ask(port, source, "GET", "/admin/login/", 60)
                token = page.headers["Set-Cookie"].partition("csrftoken=")[2].partition(";")[0]
            typed = {"username": f"somebody-{number}", "password": "guessed"}
            answer = ask(
                port, source, "POST", "/admin/login/", 60,
                urlencode({**typed, "csrfmiddlewaretoken": token}),
                **{
                    "Cookie": f"csrftoken={token}",
                    "Content-Type": "application/x-www-form-urlencoded",
                },
            )  # fmt: skip
            answers["sign-in"][answer.status] += 1


def list_all(port: int, source: str, dearest: str) -> None:
    for number in itertools.count():
        if over.wait(PAUSE):
            return
        day = f"19{10 + number % 80}-{1 + number // 80 % 12:02}-{source.rpartition('.')[2]:0>2}"
        try:
            answer = ask(port, source, "GET", dearest.format(day=day), HANGS_UP)
            answers["lists"][answer.status] += 1
        except (OSError, http.client.HTTPException):
            answers["lists"]["hung up"] += 1


def main() -> None:
    port = int(sys.argv[1])
    sources = (f"127.0.0.{number}" for number in itertools.count(11))
    work = [(sign_in, port, next(sources)) for _ in range(SIGNING_IN)]
    work += [(list_all, port, next(sources), DEAREST[n % 2]) for n in range(LISTING)]
    attackers = [threading.Thread(target=what, args=how) for what, *how in work]
    for attacker in attackers:
        attacker.start()
    sys.stdin.read()
    over.set()
    for attacker in attackers:
        attacker.join()
    print(json.dumps(answers))


if __name__ == "__main__":
    main()
