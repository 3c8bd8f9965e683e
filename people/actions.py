"""What happens to people's posts, each as one step that is done whole or not at all."""

from django.db import transaction

from organisations.models import Post
from people.models import Appointment


@transaction.atomic
def appoint(*, post: Post, reason: str = "", **fields) -> Appointment:
    """Appoint somebody to `post`; `fields` are those of the Appointment.

    The post is locked first, so that of two people appointing at once the second is told.
    Raises ValidationError, changing nothing, if a rule would be broken.
    """
    locked = Post.objects.select_for_update().get(pk=post.pk)
    appointment = Appointment(post=locked, **fields)
    appointment._change_reason = reason
    appointment.full_clean()
    appointment.save()
    return appointment
