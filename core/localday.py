"""The day of a moment, counted by the database."""

import datetime
from typing import Any, Final

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.functions import TruncDate
from django.db.models.sql.compiler import SQLCompiler
from django.utils import timezone

#: Its clocks are never put forward: eight hours before Greenwich, summer and winter.
_STEADY: Final = "Asia/Shanghai"


class LocalDay(TruncDate):
    """As `TruncDate`; SQLite reckons it itself, where Django would have it ask Python for each row."""

    def as_sqlite(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **context: Any) -> tuple[str, Any]:
        """`DATE(moment, '+28800 seconds')`, of whole seconds: SQLite would round the last millisecond up."""
        if timezone.get_current_timezone_name() != _STEADY:
            return super().as_sql(compiler, connection, **context)
        sql, params = compiler.compile(self.lhs)
        ahead = timezone.get_current_timezone().utcoffset(datetime.datetime(2020, 1, 1))
        seconds = int(ahead.total_seconds()) if ahead is not None else 0
        return f"DATE(SUBSTR({sql}, 1, 19), '{seconds:+d} seconds')", params
