"""The names on a day of the organisations that rules of quoracy name."""

from collections.abc import Iterable
from dataclasses import replace

from forums.models import TermsOfReference
from forums.quoracy_inputs import rule_of
from forums.rule_trees import from_json, organisations_named
from forums.rules import RuleOfQuoracy
from ics_register.pages.frame import AskedDay
from ics_register.pages.names_on_day import NamesThen, names_then, so_called
from organisations.models import Organisation


def keys_in_rule(terms: TermsOfReference) -> set[int]:
    """The keys of the organisations that the rule of quoracy of terms of reference names."""
    stored = terms.quoracy_rule
    return set() if stored is None else {int(x) for x in organisations_named(from_json(stored))}


def call_then(organisations: Iterable[Organisation], names: NamesThen) -> None:
    """Give each of `organisations` its name with that of the day, where that was another."""
    for each in organisations:
        each.name = so_called(each.name, each.pk, names["organisation"])


def rule_then(rule: RuleOfQuoracy | None, names: NamesThen) -> RuleOfQuoracy | None:
    """A rule that calls each organisation by its name with that of the day, if it was another."""
    if rule is None or not names["organisation"]:
        return rule
    called = names["organisation"]
    return replace(
        rule,
        organisations={
            slug: so_called(name, slug, called) for slug, name in rule.organisations.items()
        },
    )


def rule_called_then(terms: TermsOfReference, asked: AskedDay) -> RuleOfQuoracy | None:
    """The rule of quoracy, which calls each organisation by its name on the day too."""
    return rule_then(rule_of(terms), names_then(asked, organisations=keys_in_rule(terms)))
