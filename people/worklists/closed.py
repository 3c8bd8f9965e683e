"""The worklist of holders and posts that go on after what they belong to has closed."""

from editing.worklists import ended_before, worklist
from organisations.models import Post
from people.models import Appointment
from people.worklists.terms import Appointments
from people.worklists.vacancies import Posts

CLOSED = worklist(
    "held-by-the-closed",
    order=6,
    title="Holders and seats of what has closed",
    finds="Holders, members, seats and member organisations that are still open although their "
    "organisation has closed, or the post, seat or forum that they go with has come to an end.",
    emptied="End them, or move the seat to the organisation that came after.",
)


@CLOSED.part
class AppointmentsOfTheClosed(Appointments):
    def found(self):
        closed = ended_before(self.day, "post", "post__organisation")
        return self.narrowed(self.on_the_day().filter(closed))

    def reason(self, appointment):
        post = appointment.post
        if post.has_ended(self.day):
            return f"The post ended {post.when_it_ends()}, and this appointment goes on after it."
        return (
            f"{post.organisation} closed {post.organisation.when_it_ends()}, and this appointment "
            "goes on after it."
        )

    def ways(self, appointment):
        return self.steps(appointment, "end")


@CLOSED.part
class PostsOfTheClosed(Posts):
    """Posts without a holder: one with a holder is listed by the appointment."""

    def found(self):
        held = Appointment.objects.possibly(self.day).values("post")
        posts = Post.objects.certainly(self.day).filter(ended_before(self.day, "organisation"))
        return self.listed(posts.exclude(pk__in=held))

    def row(self, post):
        organisation = post.organisation
        reason = (
            f"{organisation} closed {organisation.when_it_ends()}, and this post goes on after it."
        )
        return self.post_row(post, reason, self.steps(post, "abolish"))
