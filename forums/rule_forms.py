"""The form that builds a rule of quoracy: one row for each branch, which may be in a group.

It takes a JSON value and gives one. It works without JavaScript: there are always some empty rows,
and a row says in which other row it is. It keeps what was typed when something is wrong.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, cast

from django import forms

from forums.choices import SeatCategory
from forums.quoracy import QuoracyForum
from forums.rule_checks import problems_with
from forums.rule_rows import (
    ALL,
    ANY,
    DIFFERENT,
    ORGANISATIONS,
    PEOPLE,
    SHARE,
    SOME,
    Json,
    Rows,
    rows_of,
)
from forums.rule_sentences import NamesInRules, both, branch_in_words, in_one_sentence
from forums.rule_trees import (
    EACH,
    IN_POST,
    MEMBERS,
    MOST_BRANCHES,
    PLACES,
    Branch,
    NotARule,
    RuleProblem,
    below,
    from_json,
    number_below,
    numbered,
    to_json,
)

EMPTY_ROWS = 8
# More than a rule may have, so that what is typed is kept when it is refused.
MOST_ROWS = 1_000
MOST_SHOWN = MOST_BRANCHES + EMPTY_ROWS
CHAIR, EACH_SEAT = "chair", "each-seat"  # shorter ways to ask for people
GROUPS = {
    ANY: "either … or …: any of the conditions put in it",
    ALL: "all of the conditions put in it",
    DIFFERENT: "all of the conditions put in it, each met by different people",
    SOME: "a number of the conditions put in it",
}
KINDS = {
    PEOPLE: "a number of members, or of other people",
    SHARE: "a share of the members",
    CHAIR: "the chair or a vice-chair",
    EACH_SEAT: "one from each of several seats, as for each place",
    ORGANISATIONS: "member organisations: each, or a number",
    **GROUPS,
}
WHOLE = {
    ALL: "all of the conditions below",
    DIFFERENT: "all of the conditions below, each met by different people",
    ANY: "any of the conditions below",
    SOME: "a number of the conditions below",
}
WAYS_ASKED = {
    "remote": "takes part remotely",
    "substitute": "is somebody nominated for the meeting",
    "deputy": "is a deputy",
    "proxy": "sends a proxy vote",
}
SEATS, CATEGORY, ORGANISATION = "seats", "category", "organisation"


class ShareField(forms.CharField):
    """A share as it is written: "1/3" or "60%"."""

    def clean(self, value: Any) -> list[int] | None:
        text = "".join(str(super().clean(value)).split())
        if not text:
            return None
        try:
            share = Fraction(text.removesuffix("%")) / (100 if text.endswith("%") else 1)
        except (ValueError, ZeroDivisionError):
            share = Fraction(0)
        if not 0 < share <= 1 or share.denominator > 100:
            raise forms.ValidationError("Write a fraction or a percentage: 1/3, or 60%.")
        return [share.numerator, share.denominator]


class BranchForm(forms.Form):
    """One row: a branch, and what it asks for."""

    asks = forms.ChoiceField(
        label="It asks for",
        required=False,
        choices=[("", "nothing: leave the row out"), *KINDS.items()],
    )
    inside = forms.IntegerField(
        label="It is put in", required=False, min_value=1, widget=forms.Select
    )
    number = forms.IntegerField(
        label="How many",
        required=False,
        help_text="Of people, organisations or conditions. Leave empty for each organisation.",
    )
    share = ShareField(label="Share", required=False, max_length=12, help_text="1/3, or 60%.")
    more_than = forms.BooleanField(label="More than this share", required=False)
    of = forms.ChoiceField(
        label="Share of",
        required=False,
        choices=[(PLACES, "all places, vacant ones too"), (IN_POST, "the people in post")],
    )
    whom = forms.ChoiceField(
        label="Whom it counts",
        required=False,
        choices=[
            (MEMBERS, "all members"),
            (SEATS, "the seats chosen"),
            (CATEGORY, "members of the category"),
            (ORGANISATION, "people for the organisation"),
        ],
    )
    seats = forms.TypedMultipleChoiceField(
        label="Seats",
        required=False,
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "invalid_choice": "The forum has no seat %(value)s on this day. Choose among its "
            "seats, or add the seat first."
        },
    )
    category = forms.ChoiceField(
        label="Category", required=False, choices=[("", "---------"), *SeatCategory.choices]
    )
    organisation = forms.ChoiceField(label="Organisation", required=False)
    one_for_several = forms.BooleanField(
        label="One person may attend for several organisations", required=False
    )
    counting = forms.MultipleChoiceField(
        label="It also counts whoever",
        required=False,
        choices=list(WAYS_ASKED.items()),
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(
        self,
        *args: Any,
        row: int,
        names: NamesInRules,
        chairs: Sequence[int] = (),
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.label_suffix = ""
        self.row, self.names, self.chairs = row, names, chairs
        self.branch = ""  # the number of the branch, as errors and the sentence have it
        self.words = ""  # what it asks, once that is known
        fields = cast("Any", self.fields)
        if not chairs:
            fields["asks"].choices = [each for each in fields["asks"].choices if each[0] != CHAIR]
        fields["seats"].choices = list(names.seats.items())
        fields["organisation"].choices = [("", "---------"), *names.organisations.items()]

    def as_json(self, inner: Sequence[Json]) -> Json:
        """What the row asks for, with the branches that are in it."""
        data = self.cleaned_data
        match data["asks"]:
            case "all" | "different" | "any" | "some" as kind:
                return group_of(kind, data["number"], inner)
            case "chair":
                return one_from(self.chairs, data["counting"])
            case "each-seat" if len(data["seats"]) > 1:
                return {"all": [one_from([seat], data["counting"]) for seat in data["seats"]]}
            case "each-seat":
                return one_from(data["seats"], data["counting"])
            case "organisations":
                several = {"one_for_several": True} if data["one_for_several"] else {}
                number = EACH if data["number"] is None else data["number"]
                return {"organisations": number, **several, "counting": data["counting"]}
            case "share":
                more_than = {"more_than": True} if data["more_than"] else {}
                return {
                    "share": data["share"],
                    "in": self._whom(),
                    "of": data["of"] or PLACES,
                    **more_than,
                    "counting": data["counting"],
                }
        return {"people": data["number"], "in": self._whom(), "counting": data["counting"]}

    def _whom(self) -> str | Json:
        whom = self.cleaned_data["whom"] or MEMBERS
        return MEMBERS if whom == MEMBERS else {whom: self.cleaned_data[whom]}

    @property
    def summary(self) -> str:
        """What the row asks for, as far as it can be said."""
        return self.words or KINDS.get(str(self["asks"].value()), "")

    @property
    def is_deep(self) -> bool:
        return bool(self["inside"].value())

    def say(self) -> None:
        """Say what the row asks for, if it is filled in and no group."""
        data = self.cleaned_data
        if self.errors or not data["asks"] or data["asks"] in GROUPS:
            return
        if data["asks"] == EACH_SEAT:
            self.words = f"one from each of {both(self.names.in_order(data['seats']))}"
            return
        with suppress(NotARule):
            self.words = branch_in_words(from_json(self.as_json([])), self.names)


def one_from(seats: Sequence[int], counting: Sequence[str]) -> Json:
    return {"people": 1, "in": {"seats": list(seats)}, "counting": counting}


def group_of(kind: str, number: int | None, inner: Sequence[Json]) -> Json:
    if kind == SOME:
        return {"at_least": number, "of": list(inner)}
    if kind == ANY:
        return {"any": list(inner)}
    return {"all": list(inner), **({"different_people": True} if kind == DIFFERENT else {})}


class WholeRuleForm(forms.Form):
    """What a rule asks of its branches."""

    shape = forms.ChoiceField(
        label="A common rule to begin with",
        required=False,
        help_text="It is taken if no condition below asks for anything, and can be changed later.",
    )
    joined = forms.ChoiceField(
        label="A meeting is quorate when it meets", choices=list(WHOLE.items()), initial=ALL
    )
    joined_number = forms.IntegerField(label="How many of the conditions", required=False)


@dataclass(frozen=True)
class ReadRule:
    """The rule that the rows hold."""

    tree: Branch
    sentence: str


class RuleForm:
    """The form of a whole rule, for a forum."""

    def __init__(
        self,
        body: QuoracyForum,
        names: NamesInRules,
        *,
        data: Mapping[str, Any] | None = None,
        value: object = None,
        prefix: str = "rule",
        shapes: Sequence[tuple[str, Json]] = (),
        chairs: Sequence[int] = (),
    ) -> None:
        """`data` is what was sent, `value` the JSON value to begin with, `shapes` the rules that
        may be chosen instead of filling in the rows, `chairs` the seats of chair and vice-chair."""
        self.body, self.names, self.prefix, self.shapes = body, names, prefix, shapes
        self.is_bound = data is not None
        tree = from_json(value) if value else None
        initial = rows_of(tree) if tree else Rows()
        count = self._count(data) if self.is_bound else len(initial.rows) + EMPTY_ROWS
        self.whole = WholeRuleForm(data, initial=initial.whole, prefix=prefix, label_suffix="")
        cast("Any", self.whole.fields["shape"]).choices = [
            ("", "none of these"),
            *((str(which), called) for which, (called, _) in enumerate(shapes)),
        ]
        self.rows = [
            BranchForm(
                data,
                initial=initial.rows[row] if row < len(initial.rows) else {"counting": ["remote"]},
                prefix=f"{prefix}-{row + 1}",
                row=row + 1,
                names=names,
                chairs=chairs,
            )
            for row in range(count)
        ]
        if tree and not self.is_bound:
            asked = [(number, each) for number, each in numbered(tree) if number or not below(tree)]
            for form, (number, each) in zip(self.rows, asked, strict=False):
                form.branch, form.words = number, branch_in_words(each, names)
        self._offer_groups()
        self.count = count
        self.problems: list[RuleProblem] = []  # those of no row
        self.read: ReadRule | None = None

    def _offer_groups(self) -> None:
        """Let each row be put in another that is a group or may become one."""
        asks = {row.row: str(row["asks"].value() or "") for row in self.rows}
        groups = [
            (str(row), f"row {row}" + (f": {KINDS[kind]}" if kind else ""))
            for row, kind in asks.items()
            if kind in ("", *GROUPS)
        ]
        for row in self.rows:
            said = str(row["inside"].value() or "")
            others = [each for each in groups if each[0] != str(row.row)]
            if said and said not in dict(others):
                others.append((said, f"row {said}"))
            widget: Any = row.fields["inside"].widget
            widget.choices = [("", "the rule itself"), *others]

    def _count(self, data: Mapping[str, Any] | None) -> int:
        text = str((data or {}).get(f"{self.prefix}-rows", ""))
        count = int(text) if text.isascii() and text.isdigit() and len(text) < 5 else 0
        return min(max(count, 1), MOST_ROWS)

    def is_valid(self) -> bool:
        """Whether the rows hold a rule that fits the forum. If not, each row has its errors."""
        self.problems, self.read = [], None
        each_valid = [row.is_valid() for row in self.rows]
        if not (self.is_bound and self.whole.is_valid() and all(each_valid)):
            return False
        for each in self.rows:
            each.say()
        by_branch: dict[str, BranchForm] = {}
        try:
            tree = from_json(self._shape() or self._as_json(by_branch))
            found = problems_with(tree, self.body, self.names)
        except NotARule as refused:
            found = refused.problems
        except _MisplacedRow as misplaced:
            misplaced.row.add_error("inside", misplaced.says)
            return False
        for problem in found:
            if row := _row_of(problem.branch, by_branch):
                row.add_error(None, problem.says)
            else:
                self.problems.append(problem)
        if found:
            return False
        self.read = ReadRule(tree, in_one_sentence(tree, self.names))
        return True

    @property
    def asking(self) -> list[BranchForm]:
        """The rows that ask for something."""
        return [row for row in self.shown if row["asks"].value() or row.errors]

    @property
    def asking_nothing(self) -> list[BranchForm]:
        asking = self.asking
        return [row for row in self.shown if row not in asking]

    @property
    def shown(self) -> list[BranchForm]:
        """The rows of a page, which takes long to show more than a rule may have."""
        return self.rows[:MOST_SHOWN]

    @property
    def not_shown(self) -> list[tuple[str, str]]:
        """The other rows, as they were typed."""
        return [
            (name, said)
            for row in self.rows[MOST_SHOWN:]
            for name, each in _sent(row).items()
            for said in each
        ]

    def as_sent(self) -> dict[str, list[str]]:
        """What a browser sends of the form if nobody touches it."""
        sent = {f"{self.prefix}-rows": [str(self.count)]}
        for part in (self.whole, *self.rows):
            sent |= _sent(part)
        return sent

    def __str__(self) -> str:
        return self.read.sentence if self.read else "rows that hold no rule"

    @property
    def is_empty(self) -> bool:
        """Whether no row asks for anything, and no common rule was chosen."""
        return (
            self.is_bound
            and not any(row["asks"].value() for row in self.rows)
            and not self.whole["shape"].value()
        )

    def _shape(self) -> Json | None:
        """The common rule that was chosen, if no row asks for anything."""
        shape = self.whole.cleaned_data.get("shape")
        if not shape or any(row.cleaned_data["asks"] for row in self.rows):
            return None
        return self.shapes[int(shape)][1]

    @property
    def value(self) -> Json:
        """The rule as JSON holds it, if the form is valid."""
        if self.read is None:
            raise ValueError("The form is not valid: ask is_valid() first.")
        return cast("Json", to_json(self.read.tree))

    def _as_json(self, by_branch: dict[str, BranchForm]) -> object:
        asking = {row: form for row, form in enumerate(self.rows, 1) if form.cleaned_data["asks"]}
        inside: defaultdict[int | None, list[int]] = defaultdict(list)
        for row, form in asking.items():
            group = form.cleaned_data["inside"]
            if group is not None and group not in asking:
                raise _MisplacedRow(form, f"Row {group} is left out. Choose another row.")
            if group is not None and asking[group].cleaned_data["asks"] not in GROUPS:
                raise _MisplacedRow(form, f"Row {group} is no group. Choose a row that is one.")
            inside[group].append(row)
        placed: set[int] = set()

        def branch(row: int, number: str) -> Json:
            placed.add(row)
            by_branch[number] = asking[row]
            asking[row].branch = number
            return asking[row].as_json(
                [branch(each, number_below(number, at)) for at, each in enumerate(inside[row], 1)]
            )

        top = inside[None]
        if len(top) == 1:
            value = branch(top[0], "")
        else:
            inner = [branch(row, str(at)) for at, row in enumerate(top, 1)]
            whole = self.whole.cleaned_data
            value = group_of(whole["joined"], whole["joined_number"], inner)
        for row in asking:
            if row not in placed:
                raise _MisplacedRow(
                    asking[row], "These rows are in each other. Put one of them in the rule itself."
                )
        return value


def _row_of(number: str, by_branch: Mapping[str, BranchForm]) -> BranchForm | None:
    """The row of a branch, or the one that asks for it and others."""
    while number and number not in by_branch:
        number = number.rpartition(".")[0]
    return by_branch.get(number)


def _sent(part: forms.Form) -> dict[str, list[str]]:
    """What a browser sends of a part of the form, as it is."""
    sent = {}
    for each in part:
        said = each.value()
        if isinstance(said, list | tuple):
            sent[each.html_name] = [str(one) for one in said]
        elif said not in (None, "", False):
            sent[each.html_name] = ["on" if said is True else str(said)]
    return sent


class _MisplacedRow(Exception):
    def __init__(self, row: BranchForm, says: str) -> None:
        super().__init__(says)
        self.row, self.says = row, says
