"""Pages that many read put few queries together: Django takes longer for that than the database
takes to answer them, and so do the many tests that read these pages."""

import pytest
from django.db.models.sql.compiler import SQLCompiler

from tests.pages.reading import read

# How many queries, those within others too, a page may compile when it is read a second time.
MOST = {
    "/chairs/": 20,
    "/representation/": 30,
    "/changes/": 40,
}


@pytest.mark.parametrize("address", MOST)
def test_a_page_that_was_read_before_compiles_few_queries_anew(cast, monkeypatch, address):
    compiled = []

    def as_sql(self, *args, **kwargs):
        compiled.append(self.query.model.__name__)
        return compile_(self, *args, **kwargs)

    compile_ = SQLCompiler.as_sql
    read(address, {"as_at": "2019-05-01"})
    monkeypatch.setattr(SQLCompiler, "as_sql", as_sql)
    read(address, {"as_at": "2019-05-02"})

    assert len(compiled) <= MOST[address], compiled
