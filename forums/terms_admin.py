"""The admin of terms of reference, and of their steps of escalation."""

from typing import Any

from django.contrib import admin
from django.db import models
from django.utils import timezone

from editing.admin import DatedAdmin, RecordAdmin
from editing.change_lists import InForce
from editing.links import may_be_a_key
from editing.record_forms import EVIDENCE, PERIOD, RecordForm
from editing.record_names import RecordNames
from editing.related_tables import PERIOD_COLUMNS, on_page_of, related_table
from forums.models import EscalationStep, Forum, TermsOfReference, TermsReview
from forums.rule_fields import RuleField, RuleInput, day_of_rule
from forums.terms_of_reference import rule_in_words

RULE: Any = {"form_class": RuleField, "widget": RuleInput}


class TermsForm(RecordForm):
    """The form of terms of reference, which offers the seats of their forum for the rule."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if "quoracy_rule" in self.fields:
            day = day_of_rule(self.instance, timezone.localdate())
            field: Any = self.fields["quoracy_rule"]
            field.be_for(self._forum(), day, self.instance.quoracy_rule)

    def _forum(self):
        if self.instance.forum_id:
            return self.instance.forum
        typed = str(self.data.get("forum") or self.initial.get("forum") or "")
        return Forum.objects.filter(pk=typed).first() if may_be_a_key(typed) else None


@admin.register(TermsOfReference)
class TermsOfReferenceAdmin(DatedAdmin):
    form = TermsForm
    formfield_overrides = {**DatedAdmin.formfield_overrides, models.JSONField: RULE}
    fieldsets = [
        (
            "Identification",
            {
                "fields": [
                    "forum",
                    ("approved_by_forum", "approved_by_organisation"),
                    ("approved_on", "approved_precision"),
                ]
            },
        ),
        (
            "Accountability",
            {"fields": ["purpose", "responsibilities", "accountable_for", "authority"]},
        ),
        (
            "Decisions",
            {
                "fields": [
                    ("decision_basis", "decision_rule"),
                    "decision_wording",
                    "quoracy_wording",
                    "quoracy_rule",
                    "quoracy_rule_says_all",
                    "quoracy_also_asks",
                    "quoracy_note",
                    ("quoracy_document", "quoracy_locator"),
                ]
            },
        ),
        (
            "Membership and meetings",
            {
                "fields": [
                    "membership_wording",
                    "meeting_frequency",
                    "review_frequency",
                    "review_date",
                ]
            },
        ),
        PERIOD,
        EVIDENCE,
    ]
    list_display = ["forum", "since", "until", "approved_on", "review_date"]
    list_filter = [InForce]
    list_select_related = ["forum"]
    search_fields = ["forum__folded", "forum__names__folded"]

    def get_fieldsets(self, request, obj=None):
        fieldsets = super().get_fieldsets(request, obj)
        if obj is None or self.has_change_permission(request, obj):
            return fieldsets
        # Whoever may only read it reads a sentence.
        shown = {"quoracy_rule": "rule_in_one_sentence"}
        return [
            (
                name,
                {**options, "fields": [shown.get(str(each), each) for each in options["fields"]]},
            )
            for name, options in fieldsets
        ]

    def get_readonly_fields(self, request, obj=None):
        return [*super().get_readonly_fields(request, obj), "rule_in_one_sentence"]

    @admin.display(description="rule of quoracy")
    def rule_in_one_sentence(self, terms):
        rule = terms.quoracy_rule
        return "" if rule is None else rule_in_words(rule, RecordNames())


@admin.register(EscalationStep)
class EscalationStepAdmin(RecordAdmin):
    fieldsets = [
        ("Identification", {"fields": ["terms", "order", "what_happens", "who_decides"]}),
        EVIDENCE,
    ]
    list_display = ["terms", "order", "who_decides"]
    list_select_related = ["terms__forum"]
    search_fields = ["terms__forum__folded", "what_happens", "who_decides"]


@admin.register(TermsReview)
class TermsReviewAdmin(RecordAdmin):
    fieldsets = [
        (
            "Identification",
            {"fields": ["terms", ("reviewed_on", "reviewed_precision"), "next_review"]},
        ),
        EVIDENCE,
    ]
    list_display = ["terms", "reviewed_on", "next_review"]
    list_select_related = ["terms__forum"]
    search_fields = ["terms__forum__folded"]


@on_page_of(Forum)
def terms_of_forum(request, forum):
    return related_table(
        request,
        TermsOfReference,
        forum.terms_of_reference.select_related("approved_by_forum", "approved_by_organisation"),
        {
            **PERIOD_COLUMNS,
            "Approved by": lambda terms: terms.approved_by or "",
            "Approved on": lambda terms: terms.approved_on_in_words(),
        },
        of={"forum": forum.pk},
    )


@on_page_of(TermsOfReference)
def escalation_steps(request, terms):
    return related_table(
        request,
        EscalationStep,
        terms.escalation_steps.all(),
        {
            "Step": lambda step: step.order,
            "What happens": lambda step: step.what_happens,
            "Who decides": lambda step: step.who_decides,
        },
        of={"terms": terms.pk},
    )


@on_page_of(TermsOfReference)
def reviews(request, terms):
    return related_table(
        request,
        TermsReview,
        terms.reviews.all(),
        {
            "Reviewed": lambda review: review.when_reviewed(),
            "To be reviewed next by": lambda review: review.next_review or "",
        },
        of={"terms": terms.pk},
    )
