"""The demo schools' paper settings: an invented logo, drawn here, for one of them; a colour for the other.

The one with the logo has its plan as a document too, so that the bureau finds a school with and some without.
"""

import math
from dataclasses import replace
from io import BytesIO
from typing import Final

from accounts.actors import Actor
from records.papers.services.settings import PaperChange, save_paper_settings
from records.setup.contexts import GroupMember
from records.setup.enums import GroupPlace
from records.setup.queries.plan_document import first_content
from records.setup.services.plan_document import save_document
from schools.contexts import PaperWords
from schools.models import School

GREEN: Final = (47, 107, 79, 255)
BLUE: Final = "#1f4e8c"
SIDE: Final = 400
# Drawn larger and made small: smooth edges.
_SCALE: Final = 4


def bamboo_logo() -> bytes:
    """A ring around three stalks of bamboo with leaves, on a transparent ground, as PNG; always the same."""
    from PIL import Image, ImageDraw

    side = SIDE * _SCALE
    image = Image.new("RGBA", (side, side), (255, 255, 255, 0))
    draw = ImageDraw.Draw(image)

    def box(left: float, top: float, right: float, bottom: float) -> tuple[float, float, float, float]:
        return left * side, top * side, right * side, bottom * side

    draw.ellipse(box(0.02, 0.02, 0.98, 0.98), fill=(255, 255, 255, 255), outline=GREEN, width=round(side * 0.035))
    draw.ellipse(box(0.08, 0.08, 0.92, 0.92), outline=GREEN, width=round(side * 0.008))
    for middle, top, bottom in ((0.36, 0.34, 0.80), (0.50, 0.20, 0.86), (0.64, 0.40, 0.80)):
        joints = 4
        height = (bottom - top) / joints
        for joint in range(joints):
            y = top + joint * height
            draw.rounded_rectangle(
                box(middle - 0.028, y + 0.006, middle + 0.028, y + height - 0.006), radius=side * 0.012, fill=GREEN
            )
    for x, y, degrees in (
        (0.535, 0.27, 15),
        (0.535, 0.29, 48),
        (0.465, 0.31, 165),
        (0.325, 0.45, 160),
        (0.325, 0.47, 195),
        (0.675, 0.50, 10),
        (0.675, 0.52, 42),
    ):
        draw.polygon([(px * side, py * side) for px, py in _leaf(x, y, degrees)], fill=GREEN)
    out = BytesIO()
    image.resize((SIDE, SIDE), Image.Resampling.LANCZOS).save(out, "PNG")
    return out.getvalue()


def _leaf(x: float, y: float, degrees: float) -> list[tuple[float, float]]:
    """The outline of a leaf that begins at a point and leads away from it, as fractions of the picture."""
    length, width, steps = 0.14, 0.024, 24
    turn = math.radians(degrees)
    upper = [(t / steps * length, width * math.sin(math.pi * t / steps)) for t in range(steps + 1)]
    outline = upper + [(along, -across) for along, across in reversed(upper)]
    return [
        (x + a * math.cos(turn) - b * math.sin(turn), y + a * math.sin(turn) + b * math.cos(turn)) for a, b in outline
    ]


def set_up_primary_papers(*, actor: Actor, school: School) -> None:
    """The primary school has a logo and says something of its own at a letter's end."""
    words = replace(PaperWords(), closing="愿你像小竹子，一节一节往上长。")
    change = PaperChange(words=words, colour="#2f6b4f", seen_version=0, logo=bamboo_logo())
    save_paper_settings(actor=actor, school=school, change=change)
    content = first_content(school, actor.today)
    deputy = GroupMember(GroupPlace.DEPUTY, actor.name, "德育主任", "导师培训、师生匹配、家校沟通的日常推进")
    members = tuple(replace(one, duties="全面负责") if one.place == GroupPlace.HEAD else one for one in content.members)
    save_document(actor=actor, school=school, seen_version=0, content=replace(content, members=(*members, deputy)))


def set_up_senior_papers(*, actor: Actor, school: School) -> None:
    """The senior school prints in blue."""
    save_paper_settings(actor=actor, school=school, change=PaperChange(words=PaperWords(), colour=BLUE, seen_version=0))
