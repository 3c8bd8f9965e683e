"""The worklist of holders and posts that go on after what they belong to has closed."""

from editing.worklists import ended_before, named_in_ends, worklist
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
        paths = ("post", "post__organisation")
        return self.narrowed(
            self.on_the_day()
            .filter(ended_before(self.day, *paths))
            .select_related(*named_in_ends(*paths))
        )

    def reason(self, appointment):
        post = appointment.post
        if post.has_ended(self.day):
            ended = f"The post {post.how_it_ended('ended')}"
        else:
            ended = f"{post.organisation} {post.organisation.how_it_ended('closed')}"
        return f"{ended}, and this appointment goes on after it."

    def ways(self, appointment):
        return self.steps(appointment, "end")


@CLOSED.part
class PostsOfTheClosed(Posts):
    """Posts without a holder: one with a holder is listed by the appointment."""

    def found(self):
        held = Appointment.objects.possibly(self.day).values("post")
        posts = Post.objects.certainly(self.day).filter(ended_before(self.day, "organisation"))
        evidence = named_in_ends("organisation")
        return self.listed(posts.exclude(pk__in=held)).select_related(*evidence)

    def row(self, post):
        organisation = post.organisation
        ended = organisation.how_it_ended("closed")
        reason = f"{organisation} {ended}, and this post goes on after it."
        return self.post_row(post, reason, self.steps(post, "abolish"))
