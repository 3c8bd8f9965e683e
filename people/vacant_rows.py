"""The vacancies of posts and seats as rows, read with their documents in one query for all."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Exists, F, OuterRef, QuerySet

from people.vacancies import Vacancy
from records.prepared import prepared
from records.stated import EVIDENCE, PERIOD, DatedStated, document_columns


@dataclass(kw_only=True)
class StatedVacancy(DatedStated):
    """One vacancy of a post or a seat, as a row."""

    id: int
    held_id: int
    places: int


def has_vacancies(model: type[Vacancy], of: str) -> Exists:
    """Whether a vacancy is recorded of the post or seat whose key is in the column `of`."""
    return Exists(model.objects.filter(**{model.vacant_field: OuterRef(of)}))


def vacancies_by_key(
    model: type[Vacancy], keys: Iterable[int]
) -> defaultdict[int | None, list[StatedVacancy]]:
    """The vacancies of posts or seats, by the key of each."""
    found: defaultdict[int | None, list[StatedVacancy]] = defaultdict(list)
    keys = tuple(sorted(set(keys)))
    for row in _vacancies_of(keys, model=model) if keys else ():
        found[row["held_id"]].append(StatedVacancy(**row))
    return found


@prepared
def _vacancies_of(keys: tuple[int, ...], model: type[Vacancy]) -> QuerySet:
    return (
        model.objects.filter(**{f"{model.vacant_field}__in": keys})
        .order_by("pk")
        .values(
            "id",
            "places",
            *PERIOD,
            *EVIDENCE,
            held_id=F(f"{model.vacant_field}_id"),
            **document_columns(),
        )
    )
