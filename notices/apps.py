"""Application config of `notices`."""

from django.apps import AppConfig


class NoticesConfig(AppConfig):
    name = "notices"

    def ready(self) -> None:
        """Listen to who is given power over others' data, and watch over the key of sealed addresses."""
        from django.core.checks import Tags, register  # noqa: PLC0415 - models are loaded only now

        from accounts.signals import mail_wanted, power_changed  # noqa: PLC0415 - models are loaded only now
        from core.watching import HOUSE  # noqa: PLC0415 - as above
        from notices.keywatch import check_sealing_keys  # noqa: PLC0415 - as above
        from notices.power import send_wanted_mail, tell_of_power  # noqa: PLC0415 - as above

        register(check_sealing_keys, Tags.database, HOUSE)
        power_changed.connect(tell_of_power, dispatch_uid="notices.power")
        mail_wanted.connect(send_wanted_mail, dispatch_uid="notices.mail")
