"""The form of a record: its groups of fields, and what every such form asks and checks."""

from django import forms
from django.contrib.admin.widgets import AdminTextInputWidget
from django.core.exceptions import ValidationError
from django.utils import timezone

from editing.typed_dates import settle_typed_dates

# Every form has its groups of fields in this order: identification, accountability (each model's
# own), period, evidence.
PERIOD_FIELDS = [
    "start_date",
    ("start_precision", "start_qualifier"),
    "end_date",
    ("end_precision", "end_qualifier"),
    ("end_document", "end_locator"),
]
PERIOD = ("Period", {"fields": PERIOD_FIELDS})
# The period of a record that never ends.
START = ("Period", {"fields": PERIOD_FIELDS[:2]})
EVIDENCE = (
    "Evidence",
    {
        "fields": [
            "document",
            "locator",
            "as_of",
            ("as_of_precision", "as_of_qualifier"),
            "quotation",
            "note",
            ("confirmed_on", "confirmed_precision"),
            ("confirmed_document", "confirmed_locator"),
        ]
    },
)
REASON = ("This change", {"fields": ["reason"]})


class RecordForm(forms.ModelForm):
    reason = forms.CharField(
        label="Reason for this change",
        max_length=500,
        widget=AdminTextInputWidget,
        help_text="Kept in the change history with your name.",
    )

    # The version of the record that it was opened on (see `editing.conflicts`).
    version = forms.CharField(required=False, widget=forms.HiddenInput)
    present_version = 0

    # Why nothing may be saved, even if each field is right.
    refusal = ""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["version"].initial = self.present_version
        settle_typed_dates(self)

    def full_clean(self):
        super().full_clean()
        if not self.is_bound:
            return
        if "as_of" in self.fields and not self.errors.keys() & {"as_of", "confirmed_on"}:
            try:
                self.instance.refuse_days_to_come(timezone.localdate())
            except ValidationError as error:
                self.add_error(None, error)
        if self.refusal:
            self.add_error(None, self.refusal)

    def _update_errors(self, errors):
        # A value that could not be read is not also reported as missing.
        if hasattr(errors, "error_dict"):
            for name in self.errors:
                errors.error_dict.pop(name, None)
        super()._update_errors(errors)

    def _get_validation_exclusions(self):
        # A fixed field is not on the form of a saved record, yet the rules that name it apply.
        fixed = set(self.instance.fixed_fields) - set(self.fields)
        return super()._get_validation_exclusions() - fixed
