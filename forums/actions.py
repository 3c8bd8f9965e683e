"""What happens to seats, each as one step that is done whole or not at all."""

from django.db import transaction

from forums.models import Membership, Seat


@transaction.atomic
def appoint(*, seat: Seat, reason: str = "", **fields) -> Membership:
    """Appoint somebody to `seat`; `fields` are those of the Membership.

    The seat is locked first, so that of two people appointing at once the second is told.
    Raises ValidationError, changing nothing, if a rule would be broken.
    """
    locked = Seat.objects.select_for_update().get(pk=seat.pk)
    membership = Membership(seat=locked, **fields)
    membership._change_reason = reason
    membership.full_clean()
    membership.save()
    return membership
