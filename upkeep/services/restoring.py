"""Puts a backup back: verified first, in the place of what is there only where that was said, told in words."""

import datetime
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.core.management import call_command
from django.db import connection, transaction
from django.db.migrations.loader import MigrationLoader
from django.utils.timezone import localtime

from accounts.models import Press, User
from core.clock import now
from core.keeping import keep_secret, kept_keys
from core.keyring import PAPER, SEALING
from jobs.services import results_are_gone
from notices.services import hold_waiting
from schools.models import School
from upkeep.archive import unpack
from upkeep.engines import engine_in_use
from upkeep.engines.base import BEFORE, RestoreRefused
from upkeep.enums import BackupState
from upkeep.models import Backup
from upkeep.services.backing_up import FILES, FORMAT, KEYS
from upkeep.services.files import alone, files_folder, work_folder

#: Libraries that the product no longer uses; their tables go when it is migrated.
_FORMER_APPS: Final = frozenset({"axes", "django_celery_beat"})
_STAMP: Final = "%Y%m%dt%H%M%S"
_SETTINGS: Final = {PAPER.file: PAPER.setting, SEALING.file: SEALING.setting, "secret_key": "SECRET_KEY"}


@dataclass(slots=True)
class Restored:
    """What was put back, and what is to be known of it."""

    manifest: dict[str, Any]
    files: int
    #: Where the former database and files are, with the command that removes them.
    former: list[tuple[str, str]] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    #: Key files that are not read, since the environment names others.
    keys_unused: list[str] = field(default_factory=list)
    jobs_stopped: int = 0
    messages_held: int = 0


def verify(path: Path, passphrase: str) -> dict[str, Any]:
    """Read the whole archive; its manifest. Raises DomainError where it is not whole, or not for this product."""
    manifest = unpack(path, passphrase)
    _check_fits(manifest)
    return manifest


def restore(*, path: Path, passphrase: str, replace: bool) -> Restored:
    """Put back the archive at `path`: database, files, keys. What was there before is kept under another name.

    Raises DomainError, RestoreRefused among them, before anything has changed: where the archive is not whole or of a
    newer product, where others use the database, and without `replace` where there is something in it.
    """
    with ExitStack() as stack:
        if not stack.enter_context(alone()):
            raise RestoreRefused("另一个备份或恢复正在进行，请等它结束。")
        empty = _refuse_early(replace=replace)
        room = stack.enter_context(work_folder(files_folder().parent))
        manifest = unpack(path, passphrase, room)
        _check_fits(manifest)
        engine = engine_in_use()
        engine.check_dump(room / engine.MEMBER, manifest["tables"])
        stamp = f"{now():{_STAMP}}"
        former = engine.put_back(room / engine.MEMBER, stamp, manifest["tables"], keep=not empty)
        done = Restored(manifest, sum(name.startswith(FILES) for name in manifest["members"]))
        if former:
            done.former.append((former, engine.how_to_drop(former)))
        _put_files(room / FILES, stamp, done)
        _put_keys(room / KEYS, done)
    call_command("migrate", interactive=False, verbosity=0)
    _settle(done)
    return done


def _refuse_early(*, replace: bool) -> bool:
    """Whether nothing is there that could be lost. Raises RestoreRefused."""
    engine = engine_in_use()
    others: list[str] = engine.others()
    if others:
        raise RestoreRefused(
            f"还有程序在用这个数据库，请先停下网页和后台进程，再恢复：{'；'.join(others[:5])}"
            f"{f' 等 {len(others)} 个' if len(others) > 5 else ''}"
        )
    tables = set(connection.introspection.table_names())
    known = {model._meta.db_table for model in (User, School)}
    empty = not tables or (known <= tables and not User.objects.exists() and not School._default_manager.exists())
    if not empty and not replace:
        raise RestoreRefused(
            "数据库里已经有内容，没有恢复。确定要用备份代替它，请加上 --replace；现有的数据库和文件会改名保留。"
        )
    return empty


def _check_fits(manifest: dict[str, Any]) -> None:
    if manifest.get("format") != FORMAT:
        raise RestoreRefused("这份备份的格式比本程序新，请先升级程序再恢复。")
    engine = engine_in_use()
    theirs = manifest["database"]["engine"]
    if theirs != engine.NAME:
        raise RestoreRefused(f"这份备份来自 {theirs}，现在设置的数据库（DATABASE_URL）是 {engine.NAME}：两者要一样。")
    loader = MigrationLoader(None)
    known = set(loader.disk_migrations) | {
        replaced for one in loader.disk_migrations.values() for replaced in one.replaces
    }
    newer = [
        f"{app}.{name}" for app, name in manifest["migrations"] if app not in _FORMER_APPS and (app, name) not in known
    ]
    if newer:
        raise RestoreRefused(f"这份备份来自更新的版本（{newer[0]}），请先升级程序再恢复。")


def _put_files(staged: Path, stamp: str, done: Restored) -> None:
    """Two renames: at each moment there is the one folder or the other, or for a blink none."""
    staged.mkdir(exist_ok=True)
    place = files_folder()
    if place.exists():
        former = place.with_name(f"{place.name}.{BEFORE}{stamp}")
        place.rename(former)
        if any(former.iterdir()):
            done.former.append((str(former), f"rm -r '{former}'"))
        else:
            former.rmdir()
    staged.rename(place)


def _put_keys(staged: Path, done: Restored) -> None:
    """The archive's keys first, for they made what was put back; those of this machine behind them."""
    for path in sorted(staged.iterdir()) if staged.exists() else ():
        if path.name not in _SETTINGS:
            continue
        place = Path(settings.VAR_DIR) / path.name
        keys = path.read_text(encoding="ascii").split()
        keep_secret(place, "\n".join([*keys, *(key for key in kept_keys(place) if key not in keys)]))
        done.keys.append(path.name)
        if _from_outside(path.name, keys):
            done.keys_unused.append(_SETTINGS[path.name])


def _from_outside(name: str, keys: list[str]) -> bool:
    """Whether the environment names keys, and not all of these."""
    rings = {ring.file: ring for ring in (PAPER, SEALING)}
    if name in rings:
        return rings[name].is_set and not set(keys) <= set(rings[name].all())
    file_keys = kept_keys(Path(settings.VAR_DIR) / name)
    return settings.SECRET_KEY not in file_keys and keys[0] != settings.SECRET_KEY


@transaction.atomic
def _settle(done: Restored) -> None:
    """What was going on when the backup was made is over."""
    Press.objects.all().delete()
    Backup.objects.filter(state=BackupState.RUNNING).delete()
    done.jobs_stopped = results_are_gone()
    done.messages_held = hold_waiting()


def words(done: Restored) -> Iterator[str]:
    """What a person is told, line by line."""
    manifest = done.manifest
    made = localtime(datetime.datetime.fromisoformat(manifest["made_at"]))
    rows = sum(manifest["tables"].values())
    yield f"已恢复 {made:%Y-%m-%d %H:%M} 的备份：{rows} 行数据、{done.files} 个文件。"
    if done.keys:
        yield f"密钥也放回去了：{'、'.join(done.keys)}。"
    elif manifest["keys"]["names"]:
        names = "、".join(manifest["keys"]["names"])
        yield f"备份没有加密，不含密钥：请把另外保存的 {names} 放回 VAR_DIR（或环境变量）。"
    if done.keys_unused:
        yield f"这些环境变量里还没有备份中的密钥，请把 VAR_DIR 里同名文件的内容加进去：{'、'.join(done.keys_unused)}。"
    if manifest["missing_files"]:
        yield f"有 {len(manifest['missing_files'])} 个文件在备份时就已经不在磁盘上。"
    if done.jobs_stopped:
        yield f"备份时正在进行的 {done.jobs_stopped} 个后台任务已停止，请重新提交。"
    if done.messages_held:
        yield f"备份时还没有发出的 {done.messages_held} 条消息没有再发（可能早已发出），可以在“发送情况”里再发。"
    yield "所有人都要重新登录。"
    for former, command in done.former:
        yield f"原来的内容还在：{former}。确认无误后可以删除：{command}"
