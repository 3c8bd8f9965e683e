"""The JSON and CSV of pages, as a program reads them."""

import csv
import json
from io import StringIO

from django.test import Client


class Data:
    """A response in JSON or CSV."""

    def __init__(self, response):
        self.response = response
        self.status = response.status_code
        self.media_type = response.headers["Content-Type"].partition(";")[0]
        self.text = response.getvalue().decode()

    @property
    def said(self) -> dict:
        assert self.media_type == "application/json"
        return json.loads(self.text)

    @property
    def rows(self) -> list[dict[str, str]]:
        assert self.media_type == "text/csv"
        return list(csv.DictReader(StringIO(self.text.removeprefix("\ufeff")), strict=True))


def read_data(address: str, parameters: dict | None = None, **headers) -> Data:
    """The JSON or CSV at `address`, as somebody who is not signed in gets it."""
    client = Client(headers={"host": "localhost", **headers})
    return Data(client.get(address, query_params=parameters))


def parts(said):
    """Every object in the JSON."""
    if isinstance(said, dict):
        yield said
        said = list(said.values())
    if isinstance(said, list):
        for each in said:
            yield from parts(each)
