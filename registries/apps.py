"""The room: a team's connections to container registries."""

from django.apps import AppConfig


class RegistriesConfig(AppConfig):
    name = "registries"
    verbose_name = "Registries"

    def ready(self) -> None:
        from registries import checks  # noqa: F401  # Registers the system checks.
