"""Small files in the formats of the lists that the Organisation Data Service publishes."""

DETAILS = "pcn_code,pcn_name,commissioner_code,commissioner_name,open_date,close_date,postcode"
PARTNERS = (
    "practice_code,practice_name,practice_commissioner_code,practice_commissioner_name,"
    "pcn_code,pcn_name,pcn_commissioner_code,pcn_commissioner_name,rel_start,rel_end,codes_match"
)
GROUP = "00X,NHS EXAMPLE CCG"


def as_file(name: str, *lines: str, encoding: str = "utf-8") -> tuple[str, bytes]:
    return name, "".join(f"{line}\n" for line in lines).encode(encoding)


def networks(day: str, *rows: tuple, name: str = "") -> tuple[str, bytes]:
    """A list of networks, each (code, name, open date, close date or "")."""
    lines = [
        f"{code},{called},{GROUP},{opened},{closed},AB1 2CD"
        for code, called, opened, closed in rows
    ]
    return as_file(name or f"epcn_details_{day}.csv", DETAILS, *lines)


def partners(day: str, *rows: tuple, name: str = "") -> tuple[str, bytes]:
    """A list of practices in networks, each (code, name, network, start, end or "")."""
    lines = [
        f"{code},{called},{GROUP},{network},A NETWORK PCN,{GROUP},{start},{end},True"
        for code, called, network, start, end in rows
    ]
    return as_file(name or f"epcn_core_partners_{day}.csv", PARTNERS, *lines)


def headless(name: str, *rows: tuple, setting: str = "") -> tuple[str, bytes]:
    """A list without headings, each row (code, name, open date, close date or "")."""
    lines = []
    for code, called, opened, closed in rows:
        cells = [code, called, "Y60", "QXX", "1 HIGH STREET", "", "", "TOWN", "", "AB1 2CD"]
        cells += [opened, closed, *[""] * 15]
        cells[25] = setting
        lines.append(",".join(f'"{cell}"' for cell in cells))
    return as_file(name, *lines)
