"""The memory of one worker, after it has answered for more and more of England."""

import http.client

from bench.cores import resident
from bench.in_process import inside
from bench.registers import Register
from bench.served import gunicorn

EVERY = 1_000


def memory(register: Register, requests: int) -> dict[int, float]:
    """In MB, after so many requests for different pages, kept as they are where it is deployed."""
    with inside(register) as asked:
        paths = asked.ask("some", number=requests)
    found = {}
    with gunicorn(register, keep=True) as server:
        host = server.address.removeprefix("http://")
        for number, path in enumerate(paths, start=1):
            connection = http.client.HTTPConnection(host, timeout=120)
            connection.request("GET", path)
            answer = connection.getresponse()
            answer.read()
            connection.close()
            # A small England has fewer pages of lists.
            if answer.status not in (200, 404):
                raise RuntimeError(f"{path} answers {answer.status}.")
            if number in (1, 100) or number % EVERY == 0:
                found[number] = resident(server.worker)
    return found
