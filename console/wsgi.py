"""The server's entry. Before the first request it runs the system checks, those that look into the database too."""

import os
from io import StringIO

from django.core.management import call_command
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "console.settings")

application = get_wsgi_application()
call_command("check", databases=["default"], stdout=StringIO())  # It raises what it finds.
