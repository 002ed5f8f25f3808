from django.db import migrations
from django.db.models import OuterRef, Subquery


def fill(apps, schema_editor):
    """Each named day's year is that of its term."""
    term = apps.get_model("schools", "Term")
    year = term.objects.filter(pk=OuterRef("term_id")).values("year_id")
    apps.get_model("schools", "KeyDate").objects.update(year_id=Subquery(year))


def fill_back(apps, schema_editor):
    """Each named day's term is the last one that has begun by it, or the year's first one.

    Days of school on a weekend are not known there: they go.
    """
    date, term = apps.get_model("schools", "KeyDate"), apps.get_model("schools", "Term")
    date.objects.filter(kind="workday").delete()
    of_year = term.objects.filter(year_id=OuterRef("year_id")).order_by()
    first = of_year.order_by("starts_on").values("pk")[:1]
    begun = of_year.filter(starts_on__lte=OuterRef("starts_on")).order_by("-starts_on").values("pk")[:1]
    date.objects.update(term_id=Subquery(begun))
    date.objects.filter(term=None).update(term_id=Subquery(first))


class Migration(migrations.Migration):
    """The years of the named days, from their terms."""

    dependencies = [
        ("schools", "0013_dates_of_the_year"),
    ]

    operations = [migrations.RunPython(fill, fill_back)]
