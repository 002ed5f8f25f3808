"""Application config of `records`."""

from django.apps import AppConfig


class RecordsConfig(AppConfig):
    name = "records"

    def ready(self) -> None:
        """Plug the printing of all papers into `jobs`; load what registers the kinds of records."""
        from records.care.services import referrals, tree_hole  # noqa: PLC0415 F401 - as above
        from records.desk.services import notes  # noqa: PLC0415 F401 - as above
        from records.guides import printing as guides  # noqa: PLC0415 - models are loaded only now
        from records.guides.samples import SAMPLE  # noqa: PLC0415 - as above
        from records.letters.services import writing  # noqa: PLC0415 F401 - as above
        from records.papers import printing as papers  # noqa: PLC0415 - as above
        from records.papers.samples import add_sample  # noqa: PLC0415 - as above

        papers.register_jobs()
        guides.register_jobs()
        add_sample(SAMPLE)
