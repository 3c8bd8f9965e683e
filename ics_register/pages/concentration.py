"""People who chair more than one forum or organisation, and which of those answers to which."""

from collections import Counter
from collections.abc import Callable, Iterator

from django.core.exceptions import BadRequest
from django.http import HttpRequest

from forums.concentration import Chairing, several_chaired, those_who_chair
from forums.models import Forum
from ics_register.pages import csv_rows, facts
from ics_register.pages.chairs import forums_by_chair
from ics_register.pages.choose_place import place_first, systems_as_json
from ics_register.pages.filters import FiltersOfDay, ForumPlaceFilter, within
from ics_register.pages.formats import CsvTable, Here
from ics_register.pages.frame import AskedDay
from ics_register.pages.lists import (
    Counted,
    filtered,
    many_in_words,
    page_of,
    to_the_end,
    up_to_many,
)
from ics_register.pages.names_on_day import earliest_day, names_then, say_posts_then, spoken_for
from ics_register.pages.page import public_page
from organisations.models import HEAD_KINDS, Organisation, Place
from people.standing import Standing
from records.namesakes import told_apart_by_key

# Parts of the list: the word in the address, and who is then in it.
SHOWN = {
    "forums": lambda each: len(each.forum_ids) > 1,
    "organisations": lambda each: bool(each.forums and each.organisations),
    "lines": lambda each: bool(each.lines),
}


def several(each: Chairing) -> bool:
    return each.number > 1


def number_of(everybody: list[Chairing], has: Callable[[Chairing], bool]) -> Counted:
    """How many people it is so of, and how many of these only as a source foresaw."""
    those = [each for each in everybody if has(each)]
    return Counted(len(those), len(those), sum(not has(each.as_known) for each in those))


class ConcentrationFilter(FiltersOfDay):
    """Filters of the people, by what they chair."""

    place = ForumPlaceFilter()


def concentration_as_json(context: dict, here: Here) -> dict:
    if "systems" in context:
        return systems_as_json(context, here)
    results = [_as_data(each, here) for each in context["page"]]
    silent = to_the_end(context["without_a_chair"], context["silent"])
    return {
        **here.paged(context["page"], results),
        "count_foreseen": context["count_foreseen"],
        "without_a_chair": silent,
    }


def _as_data(each: Chairing, here: Here) -> dict:
    """The forums somebody chairs, the posts they hold, and the lines between what they chair."""
    return {
        "person": {"id": here.id("person", each.holder.person_slug), "name": each.holder.person},
        "forums": [
            {
                "forum": facts.record(here, "forum", seat.forum_slug, seat.forum_name),
                "title": seat.title,
                "held": facts.holder(seat, holder, here),
            }
            for seat, holder in each.forums
        ],
        "posts": [
            {
                "organisation": facts.record(
                    here, "organisation", post.organisation_slug, post.organisation_name
                ),
                "title": post.title,
                "kind": post.kind,
                "held": facts.holder(post, holder, here),
            }
            for post, holder in each.posts
        ],
        "lines": [
            {
                "from": facts.named(line.from_forum, here),
                "kind": line.kind,
                "to": facts.named(line.to_forum or line.to_organisation, here),
                "by_exception": line.by_exception,
                **facts.dated(line, here),
            }
            for line in each.lines
        ],
    }


COLUMNS_OF_FILE = (
    "person",
    "person_name",
    "what",
    "id",
    "name",
    "title",
    "basis",
    "ex_officio",
    "line",
    "to",
    "to_name",
    *csv_rows.DATED_COLUMNS,
)


def concentration_as_csv(context: dict, here: Here) -> CsvTable:
    """A row for each forum somebody chairs, each post they hold and each line between those."""

    def rows():
        for each in context["page"].paginator.object_list:
            of = {
                **dict.fromkeys(COLUMNS_OF_FILE),
                "person": here.id("person", each.holder.person_slug),
                "person_name": each.holder.person,
            }
            yield from ({**of, **cells} for cells in _cells(each, here))

    return CsvTable(COLUMNS_OF_FILE, rows())


def _cells(each: Chairing, here: Here) -> Iterator[dict]:
    chaired = [
        ("forum", here.id("forum", seat.forum_slug), seat.forum_name, seat, holder)
        for seat, holder in each.forums
    ]
    posts = [
        (
            "organisation" if post.kind in HEAD_KINDS else "post",
            here.id("organisation", post.organisation_slug),
            post.organisation_name,
            post,
            holder,
        )
        for post, holder in each.posts
    ]
    for what, record, name, seat_or_post, holder in [*chaired, *posts]:
        yield {
            "what": what,
            "id": record,
            "name": name,
            "title": seat_or_post.title,
            "basis": holder.basis,
            "ex_officio": holder.ex_officio,
            **csv_rows.dated_cells(holder, here),
        }
    for line in each.lines:
        to = facts.named(line.to_forum or line.to_organisation, here)
        yield {
            "what": "line",
            "id": here.id_of(line.from_forum),
            "name": line.from_forum.name,
            "line": line.kind,
            "to": to["id"],
            "to_name": to["name"],
            **csv_rows.dated_cells(line, here),
        }


@public_page(
    reads=["page", "show", *ConcentrationFilter.base_filters],
    as_json=concentration_as_json,
    as_csv=concentration_as_csv,
)
def concentration(request: HttpRequest, asked: AskedDay):
    chosen = chosen_part(request)
    narrowed = ConcentrationFilter(
        request.GET, queryset=Forum.objects.certainly(asked.day), asked=asked
    )
    forums, place = filtered(narrowed), narrowed.form.cleaned_data["place"]
    if (asks := place_first(request, narrowed.form, forums)) is not None:
        return "concentration_by_place.html", asks
    everybody = several_chaired(asked.day, who_chairs_in(place, forums, asked))
    shown = [each for each in everybody if SHOWN[chosen](each)] if chosen else everybody
    page = page_of(request, shown)
    silent = forums_by_chair(forums, asked.day, Standing.NOT_RECORDED)
    without_a_chair = up_to_many(silent)
    seats = [seat for each in page for seat, _ in each.forums]
    names_of_day = names_then(
        asked,
        organisations={post.organisation_id for each in page for post, _ in each.posts}
        | spoken_for(seats),
        forums={seat.forum_id for seat in seats},
    )
    say_posts_then({seat.id: seat for seat in seats}.values(), names_of_day)
    return "concentration.html", {
        "page": page,
        "place": place,
        "filters": narrowed.form,
        "chosen": chosen,
        "counts": {word: number_of(everybody, has) for word, has in SHOWN.items()},
        "everybody": number_of(everybody, several),
        "count_foreseen": number_of(everybody, SHOWN.get(chosen, several)).foreseen,
        "silent": silent,
        "without_a_chair": without_a_chair,
        "without_a_chair_said": many_in_words(without_a_chair, "forum"),
        "names_then": names_of_day,
        "apart": told_apart_by_key(
            Forum,
            {(seat.forum_id, seat.forum_name) for seat in seats},
            asked.day,
        ),
        "of_one_name": of_one_name(list(page)),
        "earliest": None if everybody else earliest_day(),
    }


def of_one_name(people: list[Chairing]) -> set[int]:
    """The keys of `people` who share a name with another of them."""
    times = Counter(each.holder.person.casefold() for each in people)
    return {each.person_id for each in people if times[each.holder.person.casefold()] > 1}


def who_chairs_in(place: Place | None, forums, asked: AskedDay) -> set[int] | None:
    """The keys of people who may chair one of `forums` or an organisation of `place`; None for
    everybody."""
    if place is None:
        return None
    organisations = Organisation.objects.certainly(asked.day).filter(within(place))
    return those_who_chair(forums, organisations, asked.day)


def chosen_part(request: HttpRequest) -> str:
    """The part of the list that `?show=` names; "" for all of it. Raises BadRequest."""
    word = request.GET.get("show", "")
    if word and word not in SHOWN:
        raise BadRequest(
            f"show: there is no “{word[:60]}” to choose. Write show=forums, show=organisations or "
            "show=lines, or leave it out."
        )
    return word
