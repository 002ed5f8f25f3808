"""The only writers of notices, of the outbox, of robots and of the hours in which messages go out."""

from notices.services.hours import set_push_hours
from notices.services.inbox import NoticeFor, mark_all_read, mark_link_read, mark_read, send_notice, send_notices
from notices.services.outbox import forget_messages, hold_waiting, send_again, send_outbox
from notices.services.robots import add_robot, remove_robot, switch_robot, tell_robots, try_robot

__all__ = [
    "NoticeFor",
    "add_robot",
    "forget_messages",
    "hold_waiting",
    "mark_all_read",
    "mark_link_read",
    "mark_read",
    "remove_robot",
    "send_again",
    "send_notice",
    "send_notices",
    "send_outbox",
    "set_push_hours",
    "switch_robot",
    "tell_robots",
    "try_robot",
]
