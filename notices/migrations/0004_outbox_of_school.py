"""Each message that stands in the outbox knows its school and since when it waits, as its notice does."""

from typing import Any

from django.db import migrations
from django.db.models import OuterRef, Subquery


def fill(apps: Any, schema_editor: Any) -> None:
    """Two columns of the notice, in one statement."""
    message, notice = apps.get_model("notices", "OutboxMessage"), apps.get_model("notices", "Notice")
    own = notice.objects.filter(pk=OuterRef("notice_id"))
    message.objects.filter(school=None, notice__isnull=False).update(
        school=Subquery(own.values("school_id")[:1]), created_at=Subquery(own.values("created_at")[:1])
    )


class Migration(migrations.Migration):

    dependencies = [
        ("notices", "0003_robots"),
    ]

    operations = [
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
