"""What is typed, and whether it is valid. A form opens nothing on its own and saves nothing."""

from registries.forms.connection import ConnectionForm
from registries.forms.delete import DeleteForm
from registries.forms.file import LoginsForm

__all__ = ["ConnectionForm", "DeleteForm", "LoginsForm"]
