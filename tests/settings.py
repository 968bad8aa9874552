"""The same settings with throwaway keys, a folder of its own and a cheap hasher."""

import atexit
import base64
import os
import shutil
import tempfile

if "BERTH_HOME" not in os.environ:
    home = os.environ["BERTH_HOME"] = tempfile.mkdtemp(prefix="berth-tests-")
    atexit.register(shutil.rmtree, home, ignore_errors=True)
os.environ.setdefault("SECRET_KEY", "a key that signs nothing but tests, and is long enough for Django's own check of it")
os.environ.setdefault("BERTH_SEALING_KEYS", "test1:" + base64.b64encode(bytes(range(32))).decode())

from console.settings import *  # noqa: F403
from console.settings import DATABASES, STORAGES

# Tests press the same button more often than people do; `test_check_limits` sets limits of its own.
BERTH_CHECKS_PER_TEAM = BERTH_CHECKS_PER_HOST = 100_000
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
# Files are served as they are, so that no test waits for them to be collected.
STORAGES = {**STORAGES, "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
WHITENOISE_AUTOREFRESH = WHITENOISE_USE_FINDERS = True
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # A file, since the threads of a live server need connections of their own.
    DATABASES["default"]["TEST"] = {"NAME": os.path.join(os.environ["BERTH_HOME"], "test.sqlite3")}  # noqa: PTH118
else:
    # A thread that kept its connection would keep the database, which a test run wants to drop.
    DATABASES["default"]["CONN_MAX_AGE"] = 0
