"""The field of a form in which staff build a rule of quoracy, row by row."""

import datetime
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError

from forums.models import Forum, MemberOrganisation, Seat, SeatRole, TermsOfReference
from forums.quoracy import QuoracyForum
from forums.quoracy_inputs import as_called, as_stored, body_of
from forums.rule_forms import RuleForm
from forums.rule_sentences import NamesInRules, in_one_sentence, names_in_rules
from forums.rule_shapes import common_shapes
from forums.rule_trees import from_json, seats_named, to_json
from forums.seat_holders import held_seats_of
from organisations.models import Organisation


class RuleInput(forms.Widget):
    """The rows of a rule of quoracy, with the sentence as which it reads."""

    template_name = "forums/rule_input.html"

    class Media:
        css: ClassVar = {"all": ["forums/rule_input.css"]}

    def __init__(self, attrs: Any = None) -> None:
        super().__init__(attrs)
        self.body, self.names = QuoracyForum(), NamesInRules({}, {})
        self.shapes: list[tuple[str, dict[str, Any]]] = []
        self.chairs: list[int] = []

    def value_from_datadict(self, data: Any, files: Any, name: str) -> RuleForm | None:
        return self.form(name, data=data) if f"{name}-rows" in data else None

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        return f"{name}-rows" not in data

    def form(self, name: str, **given: Any) -> RuleForm:
        given |= {"shapes": self.shapes, "chairs": self.chairs}
        return RuleForm(self.body, self.names, prefix=name, **given)

    def as_sent(self, name: str, value: Any) -> dict[str, list[str]]:
        """What a browser would send of the rows of a rule that nobody touched."""
        return self.form(name, value=value).as_sent()

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        form = value if isinstance(value, RuleForm) else self.form(name, value=value)
        if form.is_bound and not form.is_empty:
            form.is_valid()  # so that each row has its errors
        return context | {"rule": form, "reads_as": self._reads_as(form, value)}

    def _reads_as(self, form: RuleForm, value: Any) -> str:
        if form.is_bound:
            return form.read.sentence if form.read else ""
        return in_one_sentence(from_json(value), self.names) if value else ""

    def id_for_label(self, id_: str) -> str:
        return ""

    def use_required_attribute(self, initial: Any) -> bool:
        return False


class RuleField(forms.Field):
    """A rule of quoracy. Its value is JSON, as terms of reference hold it."""

    widget = RuleInput

    def __init__(self, **options: Any) -> None:
        options.pop("encoder", None)
        options.pop("decoder", None)
        super().__init__(**options)

    def be_for(self, forum: Forum | None, day: datetime.date, stored: object = None) -> None:
        """Offer the seats and organisations that the forum has on the day, and those that the rule
        that is `stored` names."""
        widget: Any = self.widget
        tree, called = as_called(stored) if stored else (None, {})
        if forum is None:
            return
        seats_then = [each for each in held_seats_of(forum, day) if each.holds(day)]
        members = MemberOrganisation.objects.certainly(day).filter(forum=forum)
        members = members.select_related("organisation").order_by("organisation__folded", "pk")
        widget.body = body_of(seats_then, members, day)
        named = seats_named(tree) if tree else frozenset()
        seats = [(each.seat, each.title, each.number) for each in widget.body.places]
        gone = named - {key for key, _, _ in seats}
        if gone:
            seats += Seat.objects.filter(pk__in=gone).values_list("pk", "title", "number")
        spoken_for = [slug for slug in widget.body.organisations if slug]
        others = Organisation.objects.filter(slug__in=spoken_for).values_list("slug", "name")
        widget.names = names_in_rules(seats, {**dict(others), **called})
        in_the_chair = Seat.objects.filter(
            pk__in=[key for key, _, _ in seats], role__in=[SeatRole.CHAIR, SeatRole.VICE_CHAIR]
        )
        widget.chairs = list(in_the_chair.order_by("pk").values_list("pk", flat=True))
        widget.shapes = list(common_shapes(widget.body, widget.chairs))

    def prepare_value(self, value: Any) -> Any:
        """The rule with the slugs of organisations, as the rows have them."""
        if value is None or isinstance(value, RuleForm):
            return value
        tree, _ = as_called(value)
        return to_json(tree)

    def clean(self, value: Any) -> dict[str, object] | None:
        if value is None or value.is_empty:
            return None
        if not value.is_valid():
            raise ValidationError(
                list(map(str, value.problems)) or "Put right what is said beside the rows."
            )
        return as_stored(from_json(value.value))

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return self.clean(data) != initial
        except ValidationError:
            return True

    def bound_data(self, data: Any, initial: Any) -> Any:
        return data


def day_of_rule(terms: TermsOfReference, today: datetime.date) -> datetime.date:
    """The day in the time of terms of reference that is closest to today."""
    if terms.latest_start is None:
        return today
    return min(max(today, terms.latest_start), terms.latest_end)
