"""The page on which staff see where they are signed in, and can end those sessions."""

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import ngettext

from editing.sessions import end_other_sessions, name_of, sessions_of
from editing.site import site_page


@site_page("sessions/", name="sessions")
def your_sessions(request: HttpRequest) -> HttpResponse:
    if request.method == "POST":
        number = end_other_sessions(request, only=request.POST.get("session", ""))
        if number:
            said = ngettext("%d session was ended.", "%d sessions were ended.", number) % number
            messages.success(request, said)
        else:
            messages.info(request, "There was no such session any more.")
        return redirect("admin:sessions")
    here = request.session.session_key
    sessions = [
        {"name": name_of(each.pk), "session": each, "is_this": each.pk == here}
        for each in sessions_of(request.user)
    ]
    context = {
        **admin.site.each_context(request),
        "title": "Your sessions",
        "sessions": sessions,
        "others": sum(not each["is_this"] for each in sessions),
    }
    return render(request, "editing/your_sessions.html", context)
