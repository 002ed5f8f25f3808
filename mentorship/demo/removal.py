"""Takes the demo out again: its schools with all that is theirs, their files, and their bureau where it is empty."""

from collections.abc import Iterator

from django.apps import apps
from django.db import connection, models, transaction
from django.db.models import Q, QuerySet

from accounts.models import RoleGrant, User
from core.errors import DomainError
from core.files import delete_later
from mentorship.demo.build import BUREAU, BUREAU_ACCOUNT, CODES
from notices.models import Notice
from schools.models import Bureau, School


@transaction.atomic
def remove_demo() -> int:
    """Delete the demo; how many rows went. What people did in its schools since goes with them.

    Raises DomainError `not_the_demos` where a row of somebody else points at one that would go: nothing is deleted.
    """
    theirs = {model: rows for model in apps.get_models(include_auto_created=True) if (rows := _rows(model)) is not None}
    if foreign := [str(model._meta.verbose_name) for model in theirs if _is_held(model, theirs)]:
        what = "、".join(dict.fromkeys(foreign))
        raise DomainError("not_the_demos", f"演示学校里有别处正在用的内容（{what}），没有删除。请先把它们移走。")
    files = [name for rows in theirs.values() for name in _files(rows)]
    # Owners last: what is theirs is found through them.
    count = sum(rows._raw_delete(rows.db) for rows in sorted(theirs.values(), key=lambda rows: -_depth(rows.model)))
    bureau = Bureau.objects.filter(name=BUREAU, schools=None).first()
    if bureau is not None and not RoleGrant.objects.filter(bureau=bureau).exists():
        count += bureau.delete()[0]
    connection.check_constraints()
    for name in files:
        delete_later(name)
    return count


def _rows(model: type[models.Model]) -> "QuerySet[models.Model] | None":
    """The rows of `model` that are the demo's; None where no row belongs to a school."""
    rows = model._base_manager.all()
    if model is School:
        return rows.filter(code__in=CODES)
    if model is User:
        return rows.filter(Q(school__code__in=CODES) | Q(username=BUREAU_ACCOUNT))
    keys = {field.name: field for field in _keys(model)}
    if "bureau" in keys and "school" not in keys:
        # Its bureau's own: sums of schools, which are counted anew where some stay.
        return rows.filter(bureau__name=BUREAU)
    if "school" in keys:
        wanted = Q(school__code__in=CODES)
        if keys["school"].null:
            # What belongs to no school, but to its bureau's account, or is what a bureau told one of its people.
            for key in keys.values():
                if key.related_model is User:
                    wanted |= Q(("school", None), (f"{key.name}__username", BUREAU_ACCOUNT))
                    wanted |= Q() if key.null else Q(("school", None), (f"{key.name}__school__code__in", CODES))
                elif key.related_model is Notice and (told := _rows(Notice)) is not None:
                    wanted |= Q(("school", None), (f"{key.name}__in", told.values("pk")))
        return rows.filter(wanted)
    for key in keys.values():
        owner = None if key.null else _rows(key.related_model)
        if owner is not None:
            return rows.filter(**{f"{key.name}__in": owner.values("pk")})
    return None


def _keys(model: type[models.Model]) -> Iterator[models.ForeignKey[models.Model, models.Model]]:
    return (field for field in model._meta.fields if isinstance(field, models.ForeignKey))


def _is_held(model: type[models.Model], theirs: "dict[type[models.Model], QuerySet[models.Model]]") -> bool:
    """Whether a row of `model` that stays points at one that would go."""
    staying = model._base_manager.exclude(pk__in=theirs[model].values("pk"))
    return any(
        staying.filter(**{f"{key.name}__in": theirs[key.related_model].values("pk")}).exists()
        for key in _keys(model)
        if key.related_model in theirs
    )


def _files(rows: "QuerySet[models.Model]") -> Iterator[str]:
    for field in rows.model._meta.fields:
        if isinstance(field, models.FileField):
            yield from rows.exclude(**{field.name: ""}).values_list(field.name, flat=True)


def _depth(model: type[models.Model]) -> int:
    """How far a model is from the school by which its rows are found."""
    if model is School:
        return 0
    if model is User:
        return 1
    keys = list(_keys(model))
    if any(key.name == "school" for key in keys):
        return 3 if any(key.related_model is Notice for key in keys) else 2
    owners = [key.related_model for key in keys if not key.null and _rows(key.related_model) is not None]
    return 1 + max(map(_depth, owners), default=0)
