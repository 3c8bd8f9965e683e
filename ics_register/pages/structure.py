"""How forums report: as a chart and a list, and the path of one forum to the top."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from django.core.exceptions import BadRequest
from django.db.models import Case, IntegerField, When
from django.http import Http404, HttpRequest
from django.urls import reverse
from django.utils.text import capfirst

from forums.forum_states import as_they_were
from forums.models import ANSWERS, Forum, ForumStatus, ReportingLine
from forums.reporting_lines import loops
from forums.seat_holders import HeldSeat
from forums.structure import (
    ends_of,
    lines_of,
    pairs_above,
    says_it_reports_to_nobody,
    standpoint,
    upper_end,
)
from ics_register.pages import csv_rows, facts, known_later
from ics_register.pages.chairs import LEVELS
from ics_register.pages.chart import Box, Chart, ChartLine, chart
from ics_register.pages.filters import FiltersOfDay, ForumPlaceFilter
from ics_register.pages.formats import (
    DATA,
    CsvTable,
    Here,
    address_in,
    form_of,
    site,
    whole,
    whole_list,
)
from ics_register.pages.forums import chairs_of
from ics_register.pages.frame import AskedDay
from ics_register.pages.joins import with_state
from ics_register.pages.lists import filtered, page_of_day
from ics_register.pages.names_on_day import earliest_day, names_then
from ics_register.pages.page import public_page
from ics_register.pages.record_addresses import Moved, record_at
from organisations.models import Organisation, Place, PlaceLevel
from people.standing import Standing
from records.models import DatedRecordQuerySet, read_documents_of
from records.names import fold
from records.namesakes import told_apart
from records.periods import both, perhaps_so

# A chart with more boxes than this is not readable.
MOST_BOXES = 150
TOO_MUCH = (
    f"There are more forums, or lines between them, than the {MOST_BOXES} that fit on a chart."
)


class StructureFilter(FiltersOfDay):
    """Filters of the structure."""

    place = ForumPlaceFilter()


@dataclass
class ForumEntry:
    """A forum in the list, with its lines and the forums listed beneath it."""

    forum: Forum
    chairs: list[HeldSeat]
    way_round: list[Forum]  # if it is in a loop
    up: list[ReportingLine] = field(default_factory=list)
    beside: list[ReportingLine] = field(default_factory=list)
    down: list[ReportingLine] = field(default_factory=list)  # from forums listed elsewhere
    beneath: list["ForumEntry"] = field(default_factory=list)

    @property
    def alone(self) -> bool:
        """Whether no line of any kind leads from it or to it."""
        return not (self.up or self.beside or self.down or self.beneath)

    @property
    def to_nobody(self) -> bool:
        return says_it_reports_to_nobody(self.forum)


def forums_in_order() -> DatedRecordQuerySet:
    """All forums, the largest places first."""
    level = Case(
        *[When(place__level=name, then=rank) for name, rank in LEVELS.items()],
        default=len(LEVELS),
        output_field=IntegerField(),
    )
    return with_state(Forum.objects.all()).order_by(level, "place__folded", "folded", "pk")


def structure_as_json(context: dict, here: Here) -> dict:
    names = context["names_then"]["forum"]

    def said(forum: Forum) -> dict:
        chairs = context["chairs"].get(forum.pk, [])
        rounds = context["rounds"].get(forum.pk, [])
        return {
            **facts.forum(forum, here, names.get(forum.pk)),
            "in_force": forum.holds(here.asked.day),
            "chairs": [facts.seat(seat, here) for seat in chairs],
            "in_a_loop_with": [facts.named(each, here) for each in rounds],
        }

    if "stands" in context:
        whole = {"results": [said(context["forum"])]}
    else:
        page = context["page"]
        whole = here.paged(page, [said(forum) for forum in page])
        whole |= known_later.as_json(context["later"], said)
    return {**whole, "reporting_lines": [_line(line, here) for line in context["lines"]]}


def _line(line: ReportingLine, here: Here) -> dict:
    day = here.asked.day
    in_force = both(line.holds(day), line.from_forum.holds(day))
    return {**facts.reporting_line(line, here), "in_force": in_force}


LINE_COLUMNS = (
    "from_forum",
    "from_forum_name",
    "kind",
    "to_forum",
    "to_forum_name",
    "to_organisation",
    "to_organisation_name",
    "by_exception",
    "in_force",
    *csv_rows.DATED_COLUMNS,
)


def structure_as_csv(context: dict, here: Here) -> CsvTable:
    """A row for each line from a forum, and one for each forum without a line."""

    def parts():
        if "stands" in context:
            yield [context["forum"]], context["lines"]
            return
        for forums in whole_list(context["page"]):
            lines, _ = lines_of([forum.pk for forum in forums], here.asked.day, whole=True)
            own = {forum.pk for forum in forums}
            yield forums, [line for line in lines if line.from_forum_id in own]
        for forums in whole(context["later"].records):
            yield forums, []

    def rows():
        for forums, lines in parts():
            for line in lines:
                yield dict.fromkeys(LINE_COLUMNS) | csv_rows.flat(_line(line, here))
            for forum in forums:
                if forum.pk not in {line.from_forum_id for line in lines}:
                    yield dict.fromkeys(LINE_COLUMNS) | {
                        "from_forum": here.id_of(forum),
                        "from_forum_name": forum.name,
                        "in_force": forum.holds(here.asked.day),
                    }

    return CsvTable(LINE_COLUMNS, rows())


def structure_as_svg(context: dict, here: Here) -> tuple[str, dict]:
    if context["chart"] is None:
        raise BadRequest(f"place: {TOO_MUCH} Choose a place, such as place=herefordshire.")
    subject = context.get("forum") or context.get("place")
    return "structure/chart.svg", {
        "chart": context["chart"],
        "title": f"How {'forums report' if subject is None else f'{subject} reports'}, "
        f"as at {here.asked.in_words}",
        "alone": True,
        "origin": site(here.request),
    }


@public_page(
    reads=["page", "forum", *StructureFilter.base_filters],
    as_json=structure_as_json,
    as_csv=structure_as_csv,
    as_svg=structure_as_svg,
)
def structure(request: HttpRequest, asked: AskedDay):
    if "forum" in request.GET:
        return one_forum(request, asked)
    in_order = forums_in_order()
    chosen = StructureFilter(request.GET, queryset=in_order.listed(asked.day), asked=asked)
    page = page_of_day(request, filtered(chosen), asked.day)
    later = known_later.after(page, chosen.filter_queryset(in_order.openly_perhaps(asked.day)))
    forums = list(page)
    as_they_were([*forums, *later.rows], asked.day)
    keys = {forum.pk for forum in forums}
    lines, all_lines = lines_of(keys, asked.day, whole=is_data(request))
    rounds = loops(pairs_above(keys | ends_of(lines), asked.day))
    shown = joined(forums, lines, rounds, asked, later.rows)
    fits = page.paginator.num_pages == 1 and all_lines
    return "structure/structure.html", {
        **shown,
        "page": page,
        "later": later,
        "choices": choices_of(forums, asked),
        "filters": chosen.form,
        "place": chosen.form.cleaned_data["place"],
        "chart": drawn_chart(forums, shown, asked) if fits else None,
        "too_much": TOO_MUCH if forums else "",
        "all_lines": all_lines,
        "levels": levels(entries(forums, shown)),
        "picture": picture(asked, request),
        "earliest": None if forums else earliest_day(),
    }


def is_data(request: HttpRequest) -> bool:
    """Whether a data file is asked for. It has all lines."""
    return form_of(request.path) in DATA


def choices_of(forums: list[Forum], asked: AskedDay) -> list[tuple[str, str]]:
    """The choices of a forum, as (words, slug)."""
    apart = told_apart(forums, asked.day)
    choices = []
    for forum in forums:
        words = listed_as(forum)
        if forum.pk in apart:
            words = f"{words} ({apart[forum.pk]})"
        choices.append((words, forum.slug))
    return sorted(choices, key=lambda choice: (fold(choice[0]), choice[1]))


def listed_as(forum: Forum) -> str:
    """A forum in words for a choice, by the name that people use."""
    return f"{forum.short_name} – {forum.name}" if forum.short_name else forum.name


def one_forum(request: HttpRequest, asked: AskedDay):
    """One forum: who it reports to, up to the top, and what is beneath it."""
    for name in ("place", "page"):
        if request.GET.get(name):
            raise BadRequest(f"{name}: This goes with all forums. Take it or “forum” out.")
    forum = forum_named(request.GET["forum"])
    as_they_were([forum], asked.day)
    stands = standpoint(forum, asked.day, whole=is_data(request))
    shown = joined([forum], stands.lines, stands.rounds, asked)
    return "structure/forum.html", {
        **shown,
        "forum": forum,
        "stands": stands,
        "cannot_say": cannot_say(forum, asked),
        "chart": drawn_chart([forum], shown, asked, asked_for=forum),
        "picture": picture(asked, request),
    }


def cannot_say(forum: Forum, asked: AskedDay) -> str:
    """Why no lines are shown of a forum that has no place in lists on the day."""
    if forum.is_listed(asked.day):
        return ""
    if forum.possibly(asked.day):
        return (
            f"Who it reported to on {asked.in_words} is not recorded: the sources name it only from"
            " a later day."
        )
    return f"As far as is recorded, it reports to nobody on {asked.in_words}, as it is not there."


def forum_named(slug: str) -> Forum:
    """The forum that the address names by its slug of today or an earlier one."""
    try:
        return record_at(with_state(Forum.objects.all()), slug)
    except Moved as moved:
        return moved.record
    except Http404:
        raise BadRequest(
            f"forum: There is no forum “{slug[:60]}”. Give the last part of the address of a "
            "forum’s page, such as forum=hipcs, or choose one on the page “Structure”."
        ) from None


def picture(asked: AskedDay, request: HttpRequest) -> str:
    """The address of the chart as a picture."""
    kept = [(name, request.GET[name]) for name in ("place", "forum") if request.GET.get(name)]
    return asked.link(address_in(reverse("structure"), "svg"), kept)


def joined(
    forums: list[Forum], lines: list[ReportingLine], rounds, asked: AskedDay, later=()
) -> dict:
    """The entries of `forums` and of the forums and organisations at the ends of `lines`.

    Each has its chairs, its name on the day, and the way round if it is in a loop. Those known
    from a `later` day have only their names.
    """
    known = {end.pk: end for line in lines for end in (line.from_forum, line.to_forum) if end}
    known |= {forum.pk: forum for forum in forums}
    ways_round = {
        key: [known[each] for each in rounds.get(key, []) if each in known] for key in known
    }
    organisations = {line.to_organisation_id for line in lines} - {None}
    # The page says of a start or an end whether it was only foreseen.
    ends = (end for line in lines for end in (line.from_forum, upper_end(line)))
    read_documents_of(end for end in ends if not end.certainly(asked.day))
    return {
        "lines": lines,
        "chairs": chairs_of(list(known.values()), asked),
        "rounds": ways_round,
        "names_then": names_then(
            asked, organisations=organisations, forums={*known, *(each.pk for each in later)}
        ),
    }


# The chart


def drawn_chart(
    forums: list[Forum], shown: dict, asked: AskedDay, asked_for: Forum | None = None
) -> Chart | None:
    """The chart of `forums` and all that lines join them to; None if that is too much."""
    lines = shown["lines"]
    ends = dict.fromkeys(forums)
    ends |= dict.fromkeys(end for line in lines for end in (line.from_forum, upper_end(line)))
    if len(ends) > MOST_BOXES:
        return None
    return chart(
        tuple(box_of(end, shown, asked, asked_for=end == asked_for) for end in ends),
        tuple(
            ChartLine(
                key_of(line.from_forum), key_of(upper_end(line)), line.kind, line.by_exception
            )
            for line in lines
        ),
    )


def key_of(end: Forum | Organisation) -> str:
    return f"{end._meta.model_name}-{end.pk}"


def box_of(end: Forum | Organisation, shown: dict, asked: AskedDay, *, asked_for: bool) -> Box:
    """The box of a forum or an organisation."""
    is_forum = isinstance(end, Forum)
    over = end.has_ended(asked.day)
    proposed = is_forum and end.status == ForumStatus.PROPOSED
    short = f" ({end.short_name})" if is_forum and end.short_name else ""
    return Box(
        key=key_of(end),
        name=f"{end.name}{short}",
        address=asked.link(reverse(end._meta.model_name, args=[end.slug])),
        level=end.place.level if end.place else "",
        place=(end.place.name, end.place.slug) if end.place else ("", ""),
        said=tuple(_said_in_box(end, shown, asked)),
        look="over" if over else "proposed" if proposed else end._meta.model_name,
        asked_for=asked_for,
        called_then=shown["names_then"][end._meta.model_name].get(end.pk, ""),
    )


def _said_in_box(end: Forum | Organisation, shown: dict, asked: AskedDay) -> Iterator[str]:
    is_forum = isinstance(end, Forum)
    names = shown["names_then"][end._meta.model_name]
    if end.pk in names:
        yield names[end.pk]
    if end.has_ended(asked.day):
        yield capfirst(end.told_end(end.verb_of_end))
    elif not end.possibly(asked.day):
        yield f"Not yet in force: {end.start_in_words()}"
    elif end.is_openly_perhaps(asked.day):
        yield f"Known from a later day: {end.why_perhaps(asked.day)}"
    elif is_forum:
        yield from chair_in_words(shown["chairs"].get(end.pk, []))
    else:
        yield "Organisation"
    if end.is_listed(asked.day) and (why := end.why_perhaps(asked.day)):
        yield capfirst(perhaps_so(why))
    if is_forum and end.status == ForumStatus.PROPOSED:
        yield "Proposed"
    if is_forum and shown["rounds"].get(end.pk):
        yield "In a loop"


def chair_in_words(seats: list[HeldSeat]) -> list[str]:
    """The chair of a forum, and whether that is only perhaps so or was only planned; or “vacant” or
    “not recorded”. Withheld people have no name here either."""
    said = []
    for seat in seats:
        for holder in seat.holders:
            sure = "perhaps " if holder.perhaps else ""
            planned = " (planned)" if holder.start_is_told_as_foreseen(seat.day) else ""
            said.append(f"Chair: {sure}{holder.person_and_basis}{planned}")
        if seat.holders:
            said += seat.more_in_words
        if not seat.holders:
            vacant = seat.standing == Standing.VACANT
            said.append("Chair vacant" if vacant else "Chair not recorded")
            said += seat.perhaps_vacant_in_words
    return said or ["Chair not recorded"]


# The list


def entries(forums: list[Forum], shown: dict) -> list[ForumEntry]:
    """Every forum once, beneath the forum that it reports to if that serves the same place and is
    on the same page."""
    own = {
        forum.pk: ForumEntry(forum, shown["chairs"].get(forum.pk, []), shown["rounds"][forum.pk])
        for forum in forums
    }
    for line in shown["lines"]:
        below, above = own.get(line.from_forum_id), own.get(line.to_forum_id)
        if line.kind not in ANSWERS:
            for entry in (below, above):
                if entry is not None:
                    entry.beside.append(line)
            continue
        if below is not None:
            below.up.append(line)
        if above is not None:
            above.down.append(line)
    parents = parents_of(own)
    for key, entry in own.items():
        if key in parents:
            own[parents[key]].beneath.append(entry)
    for entry in own.values():
        told = {beneath.forum.pk for beneath in entry.beneath}
        entry.down = [line for line in entry.down if line.from_forum_id not in told]
    return [entry for key, entry in own.items() if key not in parents]


def parents_of(own: dict[int, ForumEntry]) -> dict[int, int]:
    """The forum that each forum is listed beneath, if any. No forum is beneath itself, however
    indirectly."""
    parents: dict[int, int] = {}
    for key, entry in own.items():
        for line in entry.up:
            above = own.get(line.to_forum_id)
            if above is None or above.forum.place_id != entry.forum.place_id:
                continue
            on_the_way = line.to_forum_id
            while on_the_way in parents and on_the_way != key:
                on_the_way = parents[on_the_way]
            if on_the_way != key:
                parents[key] = line.to_forum_id
                break
    return parents


def levels(tops: list[ForumEntry]) -> list[tuple[str, list[tuple[Place | None, list[ForumEntry]]]]]:
    """The entries by level and place, in the given order."""
    found: dict[str, dict[Place | None, list[ForumEntry]]] = {}
    for entry in tops:
        place = entry.forum.place
        level = PlaceLevel(place.level).label if place else ""
        found.setdefault(level, {}).setdefault(place, []).append(entry)
    return [(level, list(places.items())) for level, places in found.items()]
