"""Take an import back as a whole, as long as nothing has been built on it.

The journal (`jobs.models.ImportChange`) says what was written. Before anything is touched, every row is compared with
what the import left there, and everything that points at a new row is looked for; one difference, and nothing happens.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.db import IntegrityError, models, transaction

from accounts.actors import Actor
from accounts.services import audit
from core.clock import now
from core.errors import DomainError
from core.journal import CHUNK, Entry, Journal, JournalEncoder, checksums, read_rows
from jobs.enums import IMPORTERS, ImportKind, ImportState
from jobs.models import ImportBatch, ImportChange
from schools.models import SchoolYear

# What the rows of a table are to the people at the school; anything else is "其他记录".
_WORDS = {
    "students.pupil": "学生资料", "students.enrolment": "班级安排", "students.guardian": "监护人",
    "students.familyslip": "家长凭条", "mentors.teacher": "教师资料", "mentors.mentor": "导师名额",
    "mentors.mentormember": "导师名额", "mentors.teammember": "导师团", "mentors.assignment": "导师分配",
    "mentors.capexception": "超额批准", "accounts.user": "账号", "accounts.rolegrant": "角色",
    "schools.schoolclass": "班级", "accounts.auditentry": "操作记录", "records.homevisit": "家访记录",
    "records.hearttalk": "谈心记录", "records.growthletter": "寄语", "records.attachment": "照片和附件",
    "records.letterreply": "家长回音", "records.visitplan": "家访安排", "records.tick": "完成情况",
}  # fmt: skip
_OTHER = "其他记录"
# Rows that nobody but 德育室 may learn of: an undo is never refused because of them, they go with what they hang on.
_UNSAID = frozenset({"mentors.readinesscase"})
_NAMED = 3


def keep_journal(batch: ImportBatch, journal: Journal) -> None:
    """Store what a confirmed import wrote, in the caller's transaction."""
    ImportChange.objects.bulk_create(
        ImportChange(
            batch=batch,
            position=position,
            act=entry.act,
            table=entry.table,
            columns=list(entry.columns),
            rows=entry.packed(),
        )
        for position, entry in enumerate(journal.sealed(), start=1)
    )


def undo_batch(*, actor: Actor, batch: ImportBatch) -> ImportBatch:
    """Give the database back as it was before the import, all of it or nothing.

    Raises DomainError `other_school`, `not_allowed`, `not_imported`, `already_undone`, `undo_expired`, `changed_since`
    (the sentence names what changed).
    """
    if batch.school_id != actor.school_id:
        raise DomainError("other_school", "这份名册不属于本校。")
    kind = ImportKind(batch.kind)
    if not actor.has(*IMPORTERS[kind]):
        raise DomainError("not_allowed", f"“{kind.label}”不归您撤销，请找管理员或德育室。")
    try:
        with transaction.atomic():
            SchoolYear.objects.select_for_update().get(pk=batch.year_id)
            locked = ImportBatch.objects.select_for_update().get(pk=batch.pk)
            entries = _undoable(locked)
            changed = list(_changed_since(entries))
            if changed:
                raise _refusal(changed)
            for entry in reversed(entries):
                _take_back(entry)
            locked.state = ImportState.UNDONE
            locked.undone_by_id = actor.user_id
            locked.undone_at = now()
            locked.save()
            locked.journal.all().delete()
            audit(actor=actor, verb="undo_roster", target=locked, detail={"sha256": locked.sha256})
    except IntegrityError as error:
        raise _refusal(["有些内容已被新的记录占用"]) from error
    return locked


def may_undo(batch: ImportBatch) -> bool:
    """Whether an undo can be offered; whether it succeeds is known only when it is tried. One query."""
    return batch.state == ImportState.DONE and batch.journal.exists()


def _undoable(batch: ImportBatch) -> list[Entry]:
    if batch.state == ImportState.UNDONE:
        raise DomainError("already_undone", "这次导入已经撤销，没有重复撤销。")
    if batch.state != ImportState.DONE:
        raise DomainError("not_imported", "这份名册没有导入，不需要撤销。")
    stored = list(batch.journal.all())
    if not stored:
        raise DomainError("undo_expired", "导入超过 30 天，或没有写入内容，不能整体撤销。请逐条修改。")
    return [Entry(row.act, row.table, tuple(row.columns), Entry.unpacked(bytes(row.rows))) for row in stored]


def _refusal(changed: Sequence[str]) -> DomainError:
    shown = "；".join(changed[:_NAMED]) + ("等" if len(changed) > _NAMED else "")
    return DomainError("changed_since", f"导入之后数据又有变动，不能整体撤销：{shown}。没有撤销任何内容，请逐条修改。")


def _changed_since(entries: Sequence[Entry]) -> Iterator[str]:
    """What differs from what the import left, in words."""
    created: dict[type[models.Model], set[int]] = {}
    touched: dict[type[models.Model], set[int]] = {}
    for entry in entries:
        touched.setdefault(entry.model, set()).update(entry.rows)
        if entry.act == "create":
            created.setdefault(entry.model, set()).update(entry.rows)
    for entry in entries:
        if entry.act == "create":
            now_there = checksums(entry.model, list(entry.rows))
            yield from _say(entry.model, [key for key, sum_ in entry.rows.items() if now_there.get(key) != sum_])
        elif entry.act == "update":
            stored = read_rows(entry.model, list(entry.rows), entry.columns)
            changed = [key for key, (_, new) in entry.rows.items() if _plain(stored.get(key)) != new]
            yield from _say(entry.model, changed)
    for model, keys in created.items():
        yield from _dependents(model, keys, touched)


def _dependents(
    model: type[models.Model], keys: set[int], touched: dict[type[models.Model], set[int]]
) -> Iterator[str]:
    """Rows of any table that point at a new row and are not of the import themselves."""
    first, last = min(keys), max(keys)
    for relation in model._meta.get_fields(include_hidden=True):
        if not isinstance(relation, models.ForeignObjectRel) or relation.field.many_to_many:
            continue
        other = relation.related_model
        if other._meta.label_lower in _UNSAID:
            continue
        attname = relation.field.attname
        rows = other._default_manager.filter(**{f"{attname}__gte": first, f"{attname}__lte": last})
        own = touched.get(other, set())
        count = sum(
            pk not in own and target in keys for pk, target in rows.values_list("pk", attname).iterator(chunk_size=2000)
        )
        if count:
            yield f"后来新增了{_WORDS.get(other._meta.label_lower, _OTHER)} {count} 条"


def _say(model: type[models.Model], keys: Sequence[int]) -> Iterator[str]:
    if not keys:
        return
    word = _WORDS.get(model._meta.label_lower, _OTHER)
    found = model._default_manager.in_bulk(list(keys[:_NAMED]))
    names = "、".join(dict.fromkeys(filter(None, (_subject(row) for row in found.values()))))
    more = f"等 {len(keys)} 处" if len(keys) > 1 else ""
    if not found:
        yield f"{word}里有 {len(keys)} 条已被删除"
    else:
        yield f"{names}的{word}{more}已改动" if names else f"{word}{more}已改动"


def _subject(row: models.Model) -> str:
    """The person or class that a row is about."""
    for attribute in ("pupil", "teacher", "user", "school_class"):
        subject = getattr(row, attribute, None)
        if subject is not None and attribute != "user":
            return str(subject)
    return str(getattr(row, "name", "") or getattr(row, "label", ""))


def _take_back(entry: Entry) -> None:
    model = entry.model
    keys = list(entry.rows)
    if entry.act == "create":
        for start in range(0, len(keys), CHUNK):
            # Nothing points at these rows any more: no need to look for what hangs on them once again.
            rows = model._default_manager.filter(pk__in=keys[start : start + CHUNK])
            _drop_unsaid(model, keys[start : start + CHUNK])
            rows._raw_delete(rows.db)
        return
    if entry.act == "delete":
        for key, values in entry.rows.items():
            # As stored: no defaults, no new moments.
            _row(model, key, entry.columns, values).save_base(raw=True, force_insert=True)
        return
    model._default_manager.bulk_update(
        [_row(model, key, entry.columns, old) for key, (old, _) in entry.rows.items()],
        _field_names(model, entry.columns),
        batch_size=CHUNK,
    )


def _drop_unsaid(model: type[models.Model], keys: Sequence[int]) -> None:
    for relation in model._meta.get_fields(include_hidden=True):
        if isinstance(relation, models.ForeignObjectRel) and relation.related_model._meta.label_lower in _UNSAID:
            relation.related_model._default_manager.filter(**{f"{relation.field.attname}__in": keys}).delete()


def _field_names(model: type[models.Model], columns: Iterable[str]) -> list[str]:
    names = {field.attname: field.name for field in model._meta.concrete_fields}
    return [names[column] for column in columns]


def _row(model: type[models.Model], key: int, columns: Sequence[str], values: Sequence[Any]) -> models.Model:
    fields = {field.attname: field for field in model._meta.concrete_fields}
    return model(pk=key, **{name: fields[name].to_python(value) for name, value in zip(columns, values, strict=True)})


def _plain(value: Any) -> Any:
    """A value as it comes back from the stored journal."""
    return json.loads(json.dumps(value, cls=JournalEncoder))
