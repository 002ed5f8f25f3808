"""The URL map: one include per app, and the door."""

from django.http import HttpResponse
from django.urls import URLPattern, URLResolver, include, path, resolve
from django.views.decorators.http import require_safe

from accounts.http import ActorRequest
from accounts.views.opening import start
from mentors.staff.urls import bureau as staff_bureau
from mentors.staff.urls.care import badges_urls, readiness_urls, training_urls
from mentors.team.urls import circles_urls, handover_urls, meetings_urls
from mentorship.navigation import home_url
from records.bureau import urls as bureau
from records.care.urls import tree_hole
from records.desk import urls as desk
from records.figures import urls as figures
from records.guides.urls import family_urls as family_help_urls
from records.guides.urls import help_urls
from records.letters import urls as letters
from records.office.urls import office, plan
from records.setup import urls as setup


@require_safe
def home(request: ActorRequest) -> HttpResponse:
    """The page where the person's work is, under this address too: to be sent on takes a phone a second way there and
    back. All that asks where it is finds it at its own address.
    """
    request.path = request.path_info = home_url(request.actor)
    request.resolver_match = match = resolve(request.path)
    answer: HttpResponse = match.func(request, *match.args, **match.kwargs)
    return answer


handler500 = "core.failures.server_error"

urlpatterns: list[URLPattern | URLResolver] = [
    path("", home, name="home"),
    path("start/", start, name="start"),
    path("account/", include("accounts.urls")),
    path("my/cards/", include("records.care.urls.tree_hole")),
    path("my/", include(([*desk.urlpatterns, *letters.desk_urlpatterns], "desk"))),
    path("counsel/", include("records.care.urls.counsel")),
    path("classes/", include("mentors.board.urls.board")),
    path("classes/", include("mentors.board.urls.arrangement")),
    path("marks/", include("mentors.rounds.urls.marks")),
    path("clubs/", include("mentors.rounds.urls.clubs")),
    path("rounds/wishes/", include("mentors.rounds.urls.wishes")),
    path("rounds/", include("mentors.rounds.urls.entry")),
    path("rounds/", include("mentors.rounds.urls.rounds")),
    path("cards/", include("mentors.rounds.urls.mentor_cards")),
    path("classes/<int:pk>/meetings/", include(meetings_urls)),
    path("meetings/", include(circles_urls)),
    path("readiness/", include(readiness_urls)),
    path("training/", include(training_urls)),
    path("handover/", include(handover_urls)),
    path("badges/", include(badges_urls)),
    path(
        "office/",
        include(([*office.urlpatterns, *tree_hole.office_urlpatterns, *letters.office_urlpatterns], "office")),
    ),
    path("figures/", include((figures.urlpatterns, "figures"))),
    path("leader/", include((figures.leader_urlpatterns, "leader"))),
    path("reminders/", include("records.reminding.urls")),
    path("announcements/", include("records.announcing.urls")),
    path("papers/", include("records.papers.urls")),
    path("settling/", include("records.settling.urls")),
    path("recognition/", include("records.recognition.urls")),
    path("school/channels/", include("notices.urls.channels")),
    path("school/", include("records.setup.urls")),
    path("audit/", include("records.audit.urls")),
    path("plan/", include(([*plan.urlpatterns, *setup.plan_urlpatterns], "plan"))),
    path("manage/merge/", include("records.merging.urls")),
    path("manage/", include("mentors.staff.urls.manage")),
    path("year/", include("mentors.year.urls")),
    path("imports/", include("jobs.import_urls")),
    path("jobs/", include("jobs.urls")),
    path("inbox/", include("notices.urls.inbox")),
    path("notices/sending/", include("notices.urls.sending")),
    path("upkeep/", include("upkeep.urls")),
    path("help/", include(help_urls)),
    path("city/", include(bureau.city_urls)),
    path("bureau/", include(([*bureau.urlpatterns, *staff_bureau.urlpatterns], "bureau"))),
    # Short, because it is printed: what families open.
    path("f/", include("records.family.urls")),
    path("f/", include(family_help_urls)),
    path("f/", include("mentors.rounds.urls.family")),
]
