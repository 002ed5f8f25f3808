"""Says loudly that the key of sealed addresses is missing: at start and when migrating."""

from typing import Any

from django.core.checks import CheckMessage, Warning
from django.db import DatabaseError

from notices.queries import robots_without_key


def check_sealing_keys(**_: Any) -> list[CheckMessage]:
    """`notices.W001` where robots' addresses do not open; a database that is not made is fine."""
    try:
        lost = robots_without_key()
    except DatabaseError:
        return []
    words = (
        f"{lost} 个群机器人的地址打不开：密钥文件 var/sealing_keys 不见了或换了。请从备份恢复，或删除机器人后重新添加。"
    )
    return [Warning(words, id="notices.W001")] if lost else []
