"""The vacancies of posts and seats as rows, read with their documents in one query for all."""

import datetime
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Exists, F, OuterRef, QuerySet, Value

from people.standing import Standing
from people.vacant_places import Vacancy, vacant_places
from records.periods import perhaps_so
from records.prepared import prepared
from records.stated import EVIDENCE, PERIOD, DatedStated, document_columns


@dataclass(kw_only=True)
class StatedVacancy(DatedStated):
    """One vacancy of a post or a seat, as a row."""

    id: int
    model: type[Vacancy]
    held_id: int
    places: int

    def perhaps_in_words(self, day: datetime.date) -> str:
        """ "perhaps vacant; began some time in May 2024"."""
        what = "vacant" if self.places == 1 else f"{self.places} places vacant"
        return perhaps_so(self.why_perhaps(day), what)


@dataclass(kw_only=True)
class MayBeVacant(DatedStated):
    """A post or a seat on a day, with what sources say of its being vacant."""

    day: datetime.date
    has_vacancies: bool
    # Everybody recorded for it, past and to come.
    recorded: list[Any] = field(default_factory=list)
    # What sources say of its being vacant, at any time.
    vacancies: list[StatedVacancy] = field(default_factory=list)

    @property
    def capacity(self) -> int | None:
        """How many may hold it at once; None if no source says."""
        raise NotImplementedError

    @property
    def unfilled(self) -> int:
        """How many of its places nobody fills or may."""
        raise NotImplementedError

    def vacant_on(self, day: datetime.date) -> int:
        """How many places a source says are vacant on `day`, as far as nobody has come since. If it
        may not have existed, it was not vacant, as far as is recorded."""
        return 0 if self.is_openly_perhaps(day) else self.vacant_by_sources(day)

    def vacant_by_sources(self, day: datetime.date) -> int:
        return vacant_places(self.vacancies, [self.recorded], self.capacity, day)

    def is_vacant_by(self, vacancy: StatedVacancy) -> bool | None:
        """Whether some of it is vacant on the day by one of its vacancies; None for perhaps."""
        holds = vacancy.holds(self.day)
        return False if holds and not self.still_vacant_by(vacancy) else holds

    def still_vacant_by(self, vacancy: StatedVacancy) -> bool:
        """Whether, by the day, nobody has come to all the places of one vacancy."""
        return vacant_places([vacancy], [self.recorded], self.capacity, self.day) > 0

    @property
    def shown_vacancies(self) -> list[StatedVacancy]:
        """The vacancies by which it is vacant on the day, if it is."""
        return [each for each in self.vacancies if self.is_vacant_by(each)]

    @property
    def is_stated_with_vacancy(self) -> bool:
        """Whether one place in one document states it and that it is vacant."""
        own = self.document_slug, self.locator
        return any((x.document_slug, x.locator) == own for x in self.shown_vacancies)

    def may_be_vacant_by(self, day: datetime.date) -> list[StatedVacancy]:
        """The vacancies by which places that nobody fills may be vacant on `day`, and are not
        certainly."""
        return [each for each in self.vacancies if each.holds(day) is None]

    @property
    def perhaps_vacant(self) -> list[StatedVacancy]:
        """The same on the day, if a place is not recorded then."""
        return self.may_be_vacant_by(self.day) if self.not_recorded else []

    @property
    def perhaps_vacant_in_words(self) -> list[str]:
        """ "perhaps vacant; began some time in May 2024", for each of these vacancies."""
        return [each.perhaps_in_words(self.day) for each in self.perhaps_vacant]

    @property
    def number_perhaps_vacant(self) -> int:
        """How many of the places that are not recorded may be vacant."""
        return min(self.not_recorded, sum(each.places for each in self.perhaps_vacant))

    @classmethod
    def read_vacancies(cls, holdings: Iterable["MayBeVacant"]) -> None:
        """Give each of `holdings` the vacancies recorded of it."""
        raise NotImplementedError

    @property
    def vacant(self) -> int:
        """How many of the places that nobody fills a source says are vacant."""
        return min(self.unfilled, self.vacant_on(self.day))

    @property
    def not_recorded(self) -> int:
        """How many of the places that nobody fills no source says are vacant."""
        return self.unfilled - self.vacant

    @property
    def empty_places(self) -> list[tuple[int, Standing]]:
        """How many places are vacant, and of how many it is not recorded who fills them, if any."""
        both = (self.vacant, Standing.VACANT), (self.not_recorded, Standing.NOT_RECORDED)
        return [(number, standing) for number, standing in both if number]

    @property
    def more_in_words(self) -> list[str]:
        """The empty places beside those that somebody fills: "2 more vacant"."""
        return [f"{number} more {standing.label}" for number, standing in self.empty_places]


def has_vacancies(model: type[Vacancy], of: str) -> Exists:
    """Whether a vacancy is recorded of the post or seat whose key is in the column `of`."""
    return Exists(model.objects.filter(**{model.vacant_field: OuterRef(of)}))


def vacancies_by_key(
    keys_of: Mapping[type[Vacancy], Iterable[int]],
) -> dict[type[Vacancy], defaultdict[int | None, list[StatedVacancy]]]:
    """The vacancies of posts, of seats or of both, of each kind by the key of the post or seat; in
    one query."""
    found: dict = {model: defaultdict(list) for model in keys_of}
    wanted = {model: tuple(sorted(set(keys))) for model, keys in keys_of.items()}
    wanted = {model: keys for model, keys in wanted.items() if keys}
    models = tuple(wanted)
    for row in _vacancies_of(*wanted.values(), models=models) if models else ():
        model = models[row.pop("nth")]
        found[model][row["held_id"]].append(StatedVacancy(model=model, **row))
    return found


@prepared
def _vacancies_of(*keys: tuple[int, ...], models: tuple[type[Vacancy], ...]) -> QuerySet:
    parts = [
        model.objects.filter(**{f"{model.vacant_field}__in": those})
        .order_by()
        .values(
            "id",
            "places",
            *PERIOD,
            *EVIDENCE,
            nth=Value(nth),
            held_id=F(f"{model.vacant_field}_id"),
            **document_columns(),
        )
        for nth, (model, those) in enumerate(zip(models, keys, strict=True))
    ]
    return parts[0].union(*parts[1:], all=True).order_by("id")
