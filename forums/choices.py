"""The words that forums, seats and reporting lines may be described with."""

from django.db import models


class ForumKind(models.TextChoices):
    BOARD = "board", "board"
    EXECUTIVE = "executive", "executive"
    COMMITTEE = "committee", "committee"
    COMMITTEES_IN_COMMON = "committees-in-common", "committees in common"
    FORUM = "forum", "forum"
    GROUP = "group", "group"
    ALLIANCE = "alliance", "alliance"
    NETWORK_BOARD = "network-board", "network board"
    PROGRAMME_OFFICE = "programme-office", "programme office"
    WORKSTREAM = "workstream", "workstream"


class ForumStatus(models.TextChoices):
    """Whether a forum is set up. Its period says whether it has stood down."""

    PROPOSED = "proposed", "proposed"
    ESTABLISHED = "established", "established"


class DecisionBasis(models.TextChoices):
    """Where a forum's power to decide comes from."""

    STATUTORY = "statutory", "statutory"
    JOINT = "joint", "joint"
    IN_COMMON = "in-common", "in common"
    DELEGATED = "delegated", "delegated to its members"
    ADVISORY = "advisory", "advisory"


class DecisionRule(models.TextChoices):
    """How a forum comes to a decision."""

    UNANIMITY = "unanimity", "unanimity"
    CONSENSUS = "consensus", "consensus"
    MAJORITY = "majority", "majority"


class SeatRole(models.TextChoices):
    CHAIR = "chair", "chair"
    VICE_CHAIR = "vice-chair", "vice-chair"
    MEMBER = "member", "member"
    IN_ATTENDANCE = "in-attendance", "in attendance"


class SeatCategory(models.TextChoices):
    """What kind of member whoever fills a seat is."""

    INDEPENDENT_NON_EXECUTIVE = "independent-non-executive", "independent non-executive"
    EXECUTIVE = "executive", "executive"
    PARTNER = "partner", "partner"
    LAY = "lay", "lay"
    CLINICAL = "clinical", "clinical"
    OFFICER = "officer", "officer"
    OTHER = "other", "other"

    @property
    def member(self) -> str:
        """A member of the category: "executive member"."""
        return "member of another category" if self == self.OTHER else f"{self.label} member"


class LineKind(models.TextChoices):
    """How one forum stands to another forum or organisation."""

    REPORTS_TO = "reports-to", "reports to"
    OVERSEEN_BY = "overseen-by", "overseen by"
    ESCALATES_TO = "escalates-to", "escalates to"
    ADVISES = "advises", "advises"
    WORKS_WITH = "works-with", "works with"
    SUB_GROUP_OF = "sub-group-of", "sub-group of"
