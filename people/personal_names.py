"""What the name of a person is made of: titles, given names, a family name, and the letters of
honours and degrees."""

import re
from itertools import pairwise
from typing import NamedTuple

from records.names import fold

TITLES = {
    "sir", "dame", "dr", "doctor", "prof", "professor", "lord", "lady", "baroness", "cllr",
    "councillor", "rev", "revd", "reverend", "mr", "mrs", "ms", "miss", "mx", "rt", "hon",
    "honourable", "the",
}  # fmt: skip
# Titles that are names too: "Earl" is a given name in "Earl Jones" and a title in "Earl John
# Jones".
TITLES_AND_NAMES = {
    "baron", "viscount", "viscountess", "earl", "countess", "major", "colonel", "captain",
    "general", "admiral", "brigadier", "commander", "lieutenant", "canon", "judge",
    "ald", "alderman", "father", "sister",
}  # fmt: skip
# Only in these capitals: "Jack Ma" has a family name, "Jack MA" may have a degree.
LETTERS = {
    "KG", "KT", "LG", "OM", "CH", "GCB", "KCB", "DCB", "CB", "GCMG", "KCMG", "DCMG", "CMG",
    "GCVO", "KCVO", "DCVO", "CVO", "LVO", "MVO", "GBE", "KBE", "DBE", "CBE", "OBE", "MBE",
    "BEM", "QPM", "KPM", "QFSM", "KFSM", "QAM", "KAM", "QVRM", "VC", "GC", "GM", "MC", "TD",
    "RD", "VR", "PC", "QC", "KC", "JP", "DL", "MP", "MSP", "MS", "AM", "MEP", "FRCP", "FRCPE",
    "FRCPCH", "FRCS", "FRCSEd", "FRCGP", "FRCOG", "FRCA", "FRCN", "FRCR", "FRCPath",
    "FRCPsych", "FRCEM", "MRCP", "MRCS", "MRCGP", "MRCPsych", "MRCOG", "FFPH", "MFPH",
    "FFPHM", "FFCI", "FRPharmS", "MRPharmS", "FRS", "FRSA", "FRSPH", "FBA", "FMedSci", "FCA",
    "ACA", "FCCA", "ACCA", "CPFA", "CIPFA", "FCMA", "ACMA", "CGMA", "FCIPD", "MCIPD", "FIHM",
    "MIHM", "FCMI", "MBA", "MPA", "MPH", "MSc", "MSci", "MA", "MEd", "MPhil", "MRes", "BA",
    "BSc", "BEd", "BN", "LLB", "LLM", "MB", "ChB", "BS", "BCh", "BM", "BChir", "MBBS",
    "MBChB", "MBBCh", "BMBS", "BDS", "MD", "PhD", "DPhil", "DSc", "EdD", "DClinPsy",
    "DClinPsych", "DBA", "DProf", "PGCE", "PGDip", "PGCert", "RN", "RGN", "RMN", "RNT", "RCN",
    "QN", "CEng", "CPsychol", "Hons", "Esq", "Esquire",
}  # fmt: skip
LETTERS_IN_CAPITALS = {letters.upper() for letters in LETTERS}
GENERATIONS = {
    "Jr", "Jnr", "Junior", "Sr", "Snr", "Senior", "II", "III", "IV",
}  # fmt: skip
# Names in capitals may begin with these in small letters: "McDONALD", "FitzGERALD".
SMALL_IN_CAPITALS = re.compile(r"^(Ma?c|Fitz|D[aeu]|L[ae]|Van)")
BRACKETS = re.compile(r"[()\[\]]")


class NameParts(NamedTuple):
    """The given names and the family name of a person, without titles and letters."""

    given: str
    family: str

    @property
    def first_given(self) -> str:
        """The first given name, or the first of several initials."""
        first = self.given.split(" ")[0]
        initials = "." in first.rstrip(".") or (len(first) < 4 and not self.family.isupper())
        return first[0] if first.isupper() and initials else first

    @property
    def in_order(self) -> str:
        return f"{self.given} {self.family}".strip()

    @property
    def family_first(self) -> str:
        return f"{self.family}, {self.given}" if self.given else self.family


def parts_of(name: str) -> NameParts:
    """The given names and the family name in a name that a source gives in any of the usual
    ways: "Sir David Nicholson CBE", "Nicholson, David", "NICHOLSON David"."""
    first, *others = [part.split() for part in name.split(",") if part.strip()] or [[]]
    # After a comma come letters, or the given names.
    others = [part for part in others if not all(map(_is_no_name, part))]
    if others:
        family = _without_letters(_without_titles(first))
        given = [word for part in others for word in _without_titles(part)]
        return NameParts(" ".join(_without_letters(given)), " ".join(family))
    words = _without_letters(_without_titles(first))
    number = _words_of_family_first(words)
    if number:
        return NameParts(" ".join(words[number:]), " ".join(words[:number]))
    number = max(_words_of_family_first(words[::-1]), 1)
    return NameParts(" ".join(words[:-number]), " ".join(words[-number:]))


def parts_of_person(name: str, sort_name: str) -> NameParts:
    """The given names and the family name, which may be of several words if `sort_name` says so."""
    return parts_of(sort_name if "," in sort_name else name)


def in_any_order(name: str) -> str:
    """The folded names in `name`, the same whichever of them comes first."""
    return " ".join(sorted(fold(parts_of(name).in_order).split()))


def corrected_sort_name(sort_name: str, before: str, name: str) -> str:
    """The sort name after the name `before` became `name`.

    A sort name that was made from the name is made from the new one; one that staff chose stays.
    """
    family, _, given = sort_name.partition(",")
    old, new = parts_of(before), parts_of(name)
    as_before = fold(f"{given} {family}")
    if as_before not in (fold(before), fold(old.in_order)):
        return sort_name
    words, number = new.in_order.split(), len(family.split())
    same_family = fold(" ".join(words[-number:])) == fold(family)
    if len(words) > number and (same_family or len(words) == len(old.in_order.split())):
        new = NameParts(" ".join(words[:-number]), " ".join(words[-number:]))
    return new.family_first


def _without_titles(words: list[str]) -> list[str]:
    while len(words) > 1:
        title = words[0].rstrip(".").casefold()
        if title not in TITLES and not (title in TITLES_AND_NAMES and len(words) > 2):
            break
        words = words[1:]
    return words


def _without_letters(words: list[str]) -> list[str]:
    while len(words) > 1:
        *before, last = words
        is_generation = last.removesuffix(".") in GENERATIONS
        if not (_is_no_name(last) or is_generation):
            break
        # After one given name, letters may be the family name: "Jack MA", "JACK MBE".
        doubtful = not _is_letters(last) or len(_letters(last)) < 3 or before[0].isupper()
        if len(before) == 1 and doubtful:
            break
        words = before
    return words


def _letters(word: str) -> str:
    return word.replace(".", "").strip("()")


def _is_letters(word: str) -> bool:
    letters = _letters(word)
    return letters in LETTERS or (letters.isupper() and letters in LETTERS_IN_CAPITALS)


def may_be_letters(word: str) -> bool:
    """Whether a word may be an honour or a degree that is not in `LETTERS`, or no name at all:
    "DipHSM", "(Chair)"."""
    has_capitals = any(one.isupper() and other.isupper() for one, other in pairwise(word))
    return not _is_letters(word) and (has_capitals or bool(BRACKETS.search(word)))


def _is_no_name(word: str) -> bool:
    """Whether a word after a name is letters, in `LETTERS` or not; "LEE" is a name in capitals."""
    if _is_letters(word) or BRACKETS.search(word):
        return True
    in_capitals = "-" in word or SMALL_IN_CAPITALS.sub("", word).isupper()
    return may_be_letters(word) and not in_capitals


def _words_of_family_first(words: list[str]) -> int:
    """How many words at the start are a family name in capitals, if given names or an initial
    follow: 1 of "NICHOLSON David"."""
    number = 0
    while number < len(words) and _is_in_capitals(words[number]):
        number += 1
    given = words[number:]
    if all(word.isupper() for word in given) and any(len(_letters(word)) > 1 for word in given):
        return 0  # the whole name is in capitals
    return number if given else 0


def _is_in_capitals(word: str) -> bool:
    """Whether a word is a name in capitals, and no initials: "NICHOLSON", not "JRR" or "J."."""
    letters = re.sub(r"[^\w]", "", word)
    return len(letters) > 3 and "." not in word and letters.isupper()
