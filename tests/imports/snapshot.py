"""All rows of the project's tables, to show that nothing was written."""

from django.apps import apps

APPS = ("schools", "accounts", "jobs", "students", "mentors", "records", "notices")


def snapshot() -> dict[str, list[dict[str, object]]]:
    """Every row of every table, by model."""
    return {
        model._meta.label: list(model._default_manager.order_by("pk").values())
        for name in APPS
        for model in apps.get_app_config(name).get_models()
    }
