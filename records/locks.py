"""Records that others may not change before this transaction ends."""

from typing import Any

from django.db import connections, models, router


def locked(model: type[models.Model], *, to_cite: bool = False) -> models.QuerySet[Any]:
    """Records of `model`, kept from everybody else until the transaction ends, if there is one.
    With `to_cite`, others may still add records that name them.

    In no order, which could lock the records that the order is by.
    """
    alias = router.db_for_write(model)
    records = model._base_manager.using(alias).order_by()
    if connections[alias].in_atomic_block:
        return records.select_for_update(of=("self",), no_key=to_cite)
    return records
