"""The organisations of England: those of the reference files, or as many that are made up."""

import csv
import datetime
import math
import random
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from bench.england.made_up_names import TOWNS
from organisations.models import OrganisationKind as Kind

ICBS_BEGAN = datetime.date(2022, 7, 1)
NETWORKS_BEGAN = datetime.date(2019, 7, 1)
CCGS_BEGAN = datetime.date(2013, 4, 1)
FILES = (
    "icb_names_codes_dec_2024.csv",
    "etr_2022-03.csv",
    "etr_2025-12.csv",
    "eccg_2025-12.csv",
    "epcn_details_2019-12-04.csv",
    "epcn_details_2022-04-27.csv",
    "epcn_details_2025-01-20.csv",
    "epcn_core_partners_2019-12-04.csv",
    "epcn_core_partners_2022-04-27.csv",
    "epcn_core_partners_2025-01-20.csv",
    "uk_local_authorities_future.csv",
)


@dataclass
class ListedBody:
    """An organisation, and where it belongs."""

    name: str
    kind: Kind
    system: int
    code: str = ""
    opened: datetime.date | None = None
    closed: datetime.date | None = None
    former: str = ""
    place: str = ""
    # The networks that a practice belongs to, by their codes, and since and until when.
    networks: list[tuple[str, datetime.date, datetime.date | None]] = field(default_factory=list)


@dataclass
class England:
    """Systems by name, with the code of each one's board and its region; and what is in them."""

    systems: list[tuple[str, str, str]]
    bodies: list[ListedBody]
    source: str

    def places(self) -> list[tuple[str, int]]:
        """The places that have an upper-tier council of their own, and their systems."""
        return [(b.place, b.system) for b in self.bodies if b.kind == Kind.UPPER_TIER_COUNCIL]

    def scaled(self, scale: float) -> "England":
        """The same with fewer systems, and of each kind of organisation as much fewer."""
        if scale == 1:
            return self
        systems = max(2, round(len(self.systems) * scale))
        by_kind = defaultdict(list)
        for body in self.bodies:
            by_kind[body.kind].append(body)
        kept = []
        for bodies in by_kind.values():
            # In turn from each system, so that none is left without.
            near = sorted(
                (turn, body.system, number, body)
                for number, (turn, body) in enumerate(in_turn(bodies))
                if body.system < systems
            )
            kept += [each[-1] for each in near[: math.ceil(len(bodies) * scale)]]
        return England(self.systems[:systems], kept, self.source)


def in_turn(bodies: list[ListedBody]) -> Iterator[tuple[int, ListedBody]]:
    turns = defaultdict(int)
    for body in bodies:
        yield turns[body.system], body
        turns[body.system] += 1


def read_england(folder: Path) -> England:
    """England of the reference files. Raises FileNotFoundError if one of them is missing."""
    icbs = sorted(rows_of(folder / FILES[0]), key=lambda row: row["ICB24NM"])
    number = {row["ICB24CDH"]: at for at, row in enumerate(icbs)}
    regions = {}
    trusts: dict[str, ListedBody] = {}
    for name in FILES[1:3]:
        for row in lines_of(folder / name):
            if row[3] in number:
                regions[number[row[3]]] = row[2]
                kind = Kind.FOUNDATION_TRUST if "FOUNDATION" in row[1] else Kind.NHS_TRUST
                dates = (day_of(row[10]), day_of(row[11]))
                trusts[row[0]] = ListedBody(
                    as_written(row[1]), kind, number[row[3]], row[0], *dates
                )
    systems = [
        (row["ICB24NM"].removeprefix("NHS ").removesuffix(" Integrated Care Board"), code, region)
        for at, row in enumerate(icbs)
        for code, region in [(row["ICB24CDH"], REGIONS.get(regions.get(at), "Midlands"))]
    ]
    locations = {row[0]: row for row in lines_of(folder / "eccg_2025-12.csv") if row[3] in number}
    system_of = {code: number[row[3]] for code, row in locations.items()}
    networks = read_networks(folder, system_of)
    bodies = [
        *trusts.values(),
        *read_ccgs(folder, locations, system_of),
        *networks.values(),
        *read_practices(folder, networks),
        *read_councils(folder, systems),
    ]
    return England(systems, bodies, "Organisation Data Service extract")


def read_ccgs(folder: Path, locations: dict, system_of: dict[str, int]) -> Iterator[ListedBody]:
    """CCGs. The code of one whose area is now part of a board has outlived it, so that its name
    is that by which the networks' file of April 2022 knows it."""
    names = {
        row["commissioner_code"]: row["commissioner_name"]
        for row in rows_of(folder / "epcn_details_2022-04-27.csv")
    }
    for code, row in locations.items():
        opened, closed = day_of(row[10]) or CCGS_BEGAN, day_of(row[11])
        if row[1].endswith("CCG") and closed is not None:
            yield ListedBody(as_written(row[1]), Kind.CCG, system_of[code], code, opened, closed)
        elif names.get(code, "").endswith("CCG"):
            last = ICBS_BEGAN - datetime.timedelta(days=1)
            yield ListedBody(as_written(names[code]), Kind.CCG, system_of[code], code, opened, last)
            name = as_written(row[1])
            yield ListedBody(name, Kind.OTHER, system_of[code], code, ICBS_BEGAN, None)


def read_networks(folder: Path, system_of: dict[str, int]) -> dict[str, ListedBody]:
    found: dict[str, ListedBody] = {}
    for name in FILES[4:7]:
        for row in rows_of(folder / name):
            code, known = row["pcn_code"], found.get(row["pcn_code"])
            system = system_of.get(row["commissioner_code"], known and known.system)
            if system is None:
                continue
            body = ListedBody(as_written(row["pcn_name"]), Kind.PCN, system, code)
            body.opened = day_of(row["open_date"]) or NETWORKS_BEGAN
            body.closed = day_of(row["close_date"])
            if known is not None:
                body.former = known.former if known.name == body.name else known.name
            found[code] = body
    return found


def read_practices(folder: Path, networks: dict[str, ListedBody]) -> Iterator[ListedBody]:
    found: dict[str, ListedBody] = {}
    times: dict[str, dict] = defaultdict(dict)
    for name in FILES[7:10]:
        for row in rows_of(folder / name):
            code, network = row["practice_code"], networks.get(row["pcn_code"])
            since, until = day_of(row["rel_start"]), day_of(row["rel_end"])
            if network is None or since is None or (until is not None and until < since):
                continue
            found[code] = ListedBody(
                as_written(row["practice_name"]), Kind.PRACTICE, network.system, code
            )
            # One time in each network: the last in the file.
            times[code][row["pcn_code"]] = (row["pcn_code"], since, until)
    for code, body in found.items():
        body.networks = list(times[code].values())
        yield body


def read_councils(folder: Path, systems: list[tuple[str, str, str]]) -> Iterator[ListedBody]:
    """Councils of today. No file says which system one is in, so that those of a region are dealt
    to its systems in turn, and a district goes with its county."""
    by_region = defaultdict(list)
    for at, (_, _, region) in enumerate(systems):
        by_region[region].append(at)
    rows = [
        row
        for row in rows_of(folder / "uk_local_authorities_future.csv")
        if row["nation"] == "England" and row["current-authority"] == "True"
    ]
    counties: dict[str, tuple[int, str]] = {}
    turn = 0
    for row in rows:
        if row["local-authority-type-name"] in UPPER_TIER:
            choice = by_region[COUNCIL_REGIONS.get(row["region"], "Midlands")]
            system = choice[turn % len(choice)] if choice else turn % len(systems)
            turn += 1
            place = row["nice-name"]
            counties[row["local-authority-code"]] = (system, place)
            yield ListedBody(row["official-name"], Kind.UPPER_TIER_COUNCIL, system, place=place)
            yield ListedBody(f"Healthwatch {place}", Kind.HEALTHWATCH, system, place=place)
    for row in rows:
        if row["local-authority-type-name"] == "Non-metropolitan district":
            system, place = counties.get(row["county-la"], (turn % len(systems), ""))
            yield ListedBody(row["official-name"], Kind.LOWER_TIER_COUNCIL, system, place=place)


def made_up_england(chance: random.Random) -> England:
    """Made-up organisations, as many as England has."""
    regions = list(REGIONS.values())
    towns = [f"{b} {a}".strip() for b in ("", "North", "South", "East", "West") for a in TOWNS]
    chance.shuffle(towns)
    town = iter(towns * 10)
    systems = [(f"{next(town)} and {next(town)}", f"Q{at:02}", regions[at % 7]) for at in range(42)]
    bodies = []
    for at in range(250):
        kind = chance.choice([Kind.NHS_TRUST, Kind.FOUNDATION_TRUST])
        name = f"{next(town)} NHS {'Foundation ' if kind == Kind.FOUNDATION_TRUST else ''}Trust"
        bodies.append(ListedBody(name, kind, at % 42, f"R{at:03}", datetime.date(2008, 4, 1)))
    last = ICBS_BEGAN - datetime.timedelta(days=1)
    for at in range(248):
        name, code = f"NHS {next(town)} CCG", f"0{at:03}"
        early = at >= 106 and chance.random() < 0.9
        closed = datetime.date(2020, 3, 31) if early else last
        bodies.append(ListedBody(name, Kind.CCG, at % 42, code, CCGS_BEGAN, closed))
    practices = []
    for at in range(1_370):
        code = f"U{at:05}"
        network = ListedBody(f"{next(town)} PCN", Kind.PCN, at % 42, code, NETWORKS_BEGAN)
        network.former = f"{next(town)} PCN" if at % 13 == 0 else ""
        bodies.append(network)
        for turn in range(5 + at % 2):
            name = f"{next(town)} {chance.choice(['Surgery', 'Medical Centre', 'Health Centre'])}"
            practice = ListedBody(name, Kind.PRACTICE, at % 42, f"P{at:04}{turn}")
            practice.networks = [(code, NETWORKS_BEGAN, None)]
            practices.append(practice)
    bodies += practices
    for at in range(153):
        place = next(town)
        name = f"{place} {chance.choice(['County', 'City', 'Borough'])} Council"
        bodies.append(ListedBody(name, Kind.UPPER_TIER_COUNCIL, at % 42, place=place))
        bodies.append(ListedBody(f"Healthwatch {place}", Kind.HEALTHWATCH, at % 42, place=place))
    for at in range(164):
        name = f"{next(town)} District Council"
        bodies.append(ListedBody(name, Kind.LOWER_TIER_COUNCIL, at % 42))
    return England(systems, bodies, "Made-up list of organisations")


REGIONS = {
    "Y56": "London",
    "Y58": "South West",
    "Y59": "South East",
    "Y60": "Midlands",
    "Y61": "East of England",
    "Y62": "North West",
    "Y63": "North East and Yorkshire",
}
COUNCIL_REGIONS = {
    "London": "London",
    "South West": "South West",
    "South East": "South East",
    "East Midlands": "Midlands",
    "West Midlands": "Midlands",
    "East of England": "East of England",
    "North West": "North West",
    "North East": "North East and Yorkshire",
    "Yorkshire and The Humber": "North East and Yorkshire",
}
UPPER_TIER = {
    "Unitary authority",
    "Metropolitan district",
    "London borough",
    "County",
    "City corporation",
}


def rows_of(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8-sig", newline="") as opened:
        return list(csv.DictReader(opened))


def lines_of(file: Path) -> list[list[str]]:
    with file.open(encoding="utf-8-sig", newline="") as opened:
        return list(csv.reader(opened))


def day_of(text: str) -> datetime.date | None:
    """A day written as 20191001; None for none."""
    digits = text.strip().removesuffix(".0")
    if not re.fullmatch(r"\d{8}", digits):
        return None
    return datetime.date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))


CAPITALS = {"NHS", "CCG", "PCN", "ICB", "GP", "GPS", "HMG", "BANES", "II", "III"}
SMALL = {"AND", "OF", "THE", "IN", "AT", "ON", "FOR", "UPON"}


def as_written(name: str) -> str:
    """A name that a file has in capitals, as it is written elsewhere."""
    words = []
    for word in name.split():
        if word in CAPITALS or any(letter.isdigit() for letter in word):
            words.append(word)
        elif word in SMALL and words:
            words.append(word.lower())
        else:
            words.append(re.sub(r"[A-Z]+('S\b)?", lambda m: m[0].capitalize(), word))
    return " ".join(words)
