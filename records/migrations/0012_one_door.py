"""Wrong words 暗号 are counted in `accounts.DoorTry`, as all wrong tries are."""

from typing import ClassVar

from django.db import migrations


class Migration(migrations.Migration):
    dependencies: ClassVar = [("records", "0011_what_schools_call_a_letter"), ("accounts", "0002_doors")]

    operations: ClassVar = [migrations.DeleteModel("CardDoor")]
