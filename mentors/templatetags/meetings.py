"""Addresses of the meetings of a place."""

from django import template

from mentors.team.models import CaseMeeting
from mentors.team.queries.places import MeetingPlace

register = template.Library()


@register.simple_tag
def meeting_url(place: MeetingPlace, name: str, meeting: CaseMeeting | None = None) -> str:
    """The address of the page `name` of the place, about one of its meetings or all."""
    return place.url(name, meeting)
