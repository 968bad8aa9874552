"""
The one settings file. Every value comes from the environment, through `console.environment`; a wrong one stops the start.

Security choices follow `reference/security.md`: the threat in brackets is the row of its tables.
"""

from datetime import timedelta

from csp.constants import NONE, SELF

from console import environment
from console.sso import configuration

HOME = environment.home()

# What an operator sets -----------------------------------------------------------------------------------------------

DEBUG = environment.flag("DEBUG", False, "Development only: shows faults in the browser. Refused with a public address.")
SECRET_KEY = environment.secret(
    "SECRET_KEY",
    "Signs sessions and links, and seals the seeds of code apps. Made on first start.",
    file=HOME / "keys" / "secret_key",
    least=50,
)
BERTH_SEALING_KEYS = environment.secret(
    "BERTH_SEALING_KEYS",
    "The keys that seal stored logins: lines of `id:base64 of 32 bytes`; the first seals, all open. Made on first start.",
    file=HOME / "keys" / "sealing_keys",
)
BERTH_LOST_KEYS = environment.words(
    "BERTH_LOST_KEYS",
    "",
    "Ids of sealing keys that are lost for good. What they sealed is locked instead of stopping the start.",
)
PORT = environment.number("PORT", 8000, "The port to listen on.", least=1, most=65535)
BERTH_URL = environment.address(
    "BERTH_URL", f"http://127.0.0.1:{PORT}", "The address people open; links in mails begin with it."
)
BERTH_HOSTS = environment.hosts("BERTH_HOSTS", "Further host names this server answers to.")
BERTH_BIND = environment.listening("BERTH_BIND", "127.0.0.1", "The address to listen on.")
BERTH_WORKERS = environment.number("BERTH_WORKERS", 2, "Web processes.", least=1, most=64)
BERTH_THREADS = environment.number("BERTH_THREADS", 4, "Threads in each web process.", least=2, most=128)
BERTH_CHECKS_AT_ONCE = environment.number(
    "BERTH_CHECKS_AT_ONCE",
    2,
    "Connection tests that run at once in each web process; more wait their turn.",
    least=1,
    most=32,
)
BERTH_CHECKS_PER_TEAM = environment.number(
    "BERTH_CHECKS_PER_TEAM",
    30,
    "Connection tests and look-ups that one team may start within an hour.",
    least=1,
    most=100_000,
)
BERTH_CHECKS_PER_HOST = environment.number(
    "BERTH_CHECKS_PER_HOST",
    6,
    "Connection tests and look-ups of one host that may be started within a minute, all teams together.",
    least=1,
    most=100_000,
)
BERTH_HANDOUTS_PER_TOKEN = environment.number(
    "BERTH_HANDOUTS_PER_TOKEN",
    120,
    "How often one machine token may ask for logins within a minute.",
    least=1,
    most=1_000_000,
)
BERTH_EGRESS_ALLOW = environment.networks(
    "BERTH_EGRESS_ALLOW",
    "Private networks that hold registries, such as `10.0.0.0/8, 192.168.5.10/32`. Plain http works there too.",
)
BERTH_EGRESS_PROXY = environment.proxy(
    "BERTH_EGRESS_PROXY",
    "The HTTP proxy that leads outside, such as `http://user:password@proxy.example.com:3128`. None when not set.",
)
BERTH_EGRESS_PROXY_NAMES = environment.flag(
    "BERTH_EGRESS_PROXY_NAMES",
    False,
    "Whether the proxy is asked for names, which it looks up again, instead of the addresses that Berth judged.",
)
BERTH_PROXIES = environment.number(
    "BERTH_PROXIES",
    0,
    "Reverse proxies in front, whose `X-Forwarded-For` and `X-Forwarded-Proto` are believed.",
    least=0,
    most=8,
)
BERTH_OIDC = configuration.provider()
DATABASE_URL = environment.database(
    "DATABASE_URL",
    f"sqlite:///{HOME / 'berth.sqlite3'}",
    "The database: `postgresql://user:password@host/name`, or SQLite.",
)
BERTH_TEAMS_BY_PEOPLE = environment.flag(
    "BERTH_TEAMS_BY_PEOPLE", True, "Whether everybody may make teams. Whoever may not is invited into one."
)
BERTH_ACTIVITY_DAYS = environment.number(
    "BERTH_ACTIVITY_DAYS", 400, "How many days a team’s activity is kept.", least=31, most=36_500
)
LANGUAGES = [("en", "English"), ("de", "Deutsch")]
BERTH_LANGUAGE = environment.one_of(
    "BERTH_LANGUAGE",
    "en",
    tuple(code for code, _ in LANGUAGES),
    "The language of whoever chose none, and whose browser asks for none that Berth speaks.",
)
EMAIL_URL = environment.mail(
    "EMAIL_URL", "consolemail://", "The mail server: `smtp+tls://user:password@host:587`. Prints mails when not set."
)
[BERTH_MAIL_FROM] = environment.mailboxes("BERTH_MAIL_FROM", "Berth <berth@localhost>", "The sender of mails.")
BERTH_FAULTS_TO = environment.mailboxes("BERTH_FAULTS_TO", "", "Addresses that get a mail when Berth runs into a fault.")
BERTH_HSTS_SECONDS = environment.number(
    "BERTH_HSTS_SECONDS",
    31_536_000,
    "How long browsers insist on https, where `BERTH_URL` is https.",
    least=0,
    most=63_072_000,
)
BERTH_HSTS_SUBDOMAINS = environment.flag(
    "BERTH_HSTS_SUBDOMAINS", False, "Whether browsers insist on https for subdomains too."
)
BERTH_HSTS_PRELOAD = environment.flag(
    "BERTH_HSTS_PRELOAD", False, "Whether browsers may build the host into their https list."
)
BERTH_LOG_LEVEL = environment.one_of(
    "BERTH_LOG_LEVEL", "INFO", ("DEBUG", "INFO", "WARNING", "ERROR"), "How much is logged."
)

# Addresses -----------------------------------------------------------------------------------------------------------

HTTPS = BERTH_URL.scheme == "https"
LOOPBACK = ["localhost", "127.0.0.1", "[::1]"]
ALLOWED_HOSTS = [BERTH_URL.hostname or "", *BERTH_HOSTS]
if BERTH_URL.hostname in ("localhost", "127.0.0.1", "::1"):
    ALLOWED_HOSTS = [*LOOPBACK, *BERTH_HOSTS]
CSRF_TRUSTED_ORIGINS = [BERTH_URL.geturl()]
if BERTH_PROXIES:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

# The house -----------------------------------------------------------------------------------------------------------

INSTALLED_APPS = [
    "console",
    "registries",
    "console.apps.SupportConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",  # Pages of allauth need it.
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.usersessions",
    "csp",
    "django_htmx",
]
MIDDLEWARE = [
    # First what stands on every answer, also on those that the next ones give by themselves.
    "console.middleware.no_store",
    "csp.middleware.CSPMiddleware",
    "django_permissions_policy.PermissionsPolicyMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "console.languages.middleware",
    "console.middleware.judge_request",
    "django.middleware.common.CommonMiddleware",
    # From here on what people have, down to the last line.
    "console.middleware.machines_go_past",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "console.access.SignInFirst",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "console.sso.passwords.close",
    "console.lifetime.end_in_time",
    "django_htmx.middleware.HtmxMiddleware",
    "console.middleware.machines_come_in",
]
ROOT_URLCONF = "console.urls"
WSGI_APPLICATION = "console.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [environment.root() / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "builtins": ["console.templatetags.berth"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "console.context.frame",
            ],
        },
    }
]
FORM_RENDERER = "console.rendering.Renderer"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
LANGUAGE_CODE = BERTH_LANGUAGE
LANGUAGE_COOKIE_NAME = "berth-language"
LOCALE_PATHS = [environment.root() / "console" / "locale"]
FORMAT_MODULE_PATH = "console.formats"
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

# Storage -------------------------------------------------------------------------------------------------------------

if DATABASE_URL["ENGINE"].endswith("sqlite3"):
    # Each thread keeps its connection: opening one reads the whole schema, and closing the last one empties the log.
    DATABASE_URL["CONN_MAX_AGE"] = None
    # One writer at a time: take the lock when a transaction begins, and wait for it [R2].
    DATABASE_URL["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 5,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;",
    }
else:
    # Each thread keeps its connection here too: to take one from a pool, and to try it, costs more than a query.
    DATABASE_URL |= {"ENGINE": "console.postgresql", "CONN_MAX_AGE": 600, "CONN_HEALTH_CHECKS": True}
    # What is asked often is planned once a connection, not each time.
    prepared = {"server_side_binding": True, "prepare_threshold": 5}
    DATABASE_URL["OPTIONS"] = prepared | DATABASE_URL.get("OPTIONS", {})
DATABASES = {"default": DATABASE_URL}
# Limits on sign-in count in the database, so that all processes share them [A1].
CACHES = {"default": {"BACKEND": "console.cache.JSONCache", "LOCATION": "berth_cache", "VERSION": 2}}  # 1 was pickles.

STATIC_URL = "static/"
STATIC_ROOT = HOME / "static"
STATICFILES_DIRS = [environment.root() / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = DEBUG

# People --------------------------------------------------------------------------------------------------------------

AUTH_USER_MODEL = "console.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "CommonPasswordValidator", "NumericPasswordValidator")
] + [{"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}}]
PASSWORD_HASHERS = ["console.hashers.Argon2"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "index"
ACCOUNT_ADAPTER = "console.adapter.Adapter"
ACCOUNT_FORMS = {
    "change_password": "console.account_forms.ChangePassword",
    "reset_password": "console.account_forms.AskForNewPassword",
    "reset_password_from_key": "console.account_forms.ChooseNewPassword",
}
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_PREVENT_ENUMERATION = "strict"
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = "Berth: "
ACCOUNT_DEFAULT_HTTP_PROTOCOL = BERTH_URL.scheme
ACCOUNT_RATE_LIMITS = {"sso": "60/m/ip"}
SOCIALACCOUNT_ADAPTER = "console.sso.adapter.Adapter"
SOCIALACCOUNT_EMAIL_AUTHENTICATION = False  # An address opens no account [A14].
SOCIALACCOUNT_LOGIN_ON_GET = False
SOCIALACCOUNT_STORE_TOKENS = False
ALLAUTH_TRUSTED_PROXY_COUNT = BERTH_PROXIES
MFA_ADAPTER = "console.second_step.adapter.Adapter"
MFA_FORMS = {
    "activate_totp": "console.second_step.forms.ActivateTOTP",
    "authenticate": "console.second_step.forms.Authenticate",
    "reauthenticate": "console.second_step.forms.Reauthenticate",
    "add_webauthn": "console.second_step.forms.AddPasskey",
    "edit_webauthn": "console.second_step.forms.RenamePasskey",
    "authenticate_webauthn": "console.second_step.forms.AuthenticatePasskey",
    "reauthenticate_webauthn": "console.second_step.forms.ReauthenticatePasskey",
    "login_webauthn": "console.second_step.forms.SignInByPasskey",
}
MFA_SUPPORTED_TYPES = ["webauthn", "totp", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
# Clocks differ, and people type slowly: the code before and the one after are taken too, each once.
MFA_TOTP_TOLERANCE = 1
# An account begins with an address that is known to be its own, so one that waits to be confirmed opens nothing.
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_TRUST_ENABLED = True
MFA_TRUST_COOKIE_AGE = timedelta(days=30)
MFA_TRUST_COOKIE_NAME = "__Host-berth-known" if HTTPS else "berth-known"
MFA_TRUST_COOKIE_SECURE = HTTPS
# A sign-in by passkey asks twice, there is nothing in it to guess, and a whole office may share one address.
MFA_RATE_LIMITS = {"webauthn_login": "60/m/ip"}

# The browser ---------------------------------------------------------------------------------------------------------

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
PERMISSIONS_POLICY: dict[str, list[str]] = {
    name: [] for name in ("camera", "display-capture", "geolocation", "microphone", "payment", "serial", "usb")
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_SSL_REDIRECT = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^api/"]  # A machine that sends its token over http is told so; a redirect would hide it [M12].
SECURE_HSTS_SECONDS = BERTH_HSTS_SECONDS if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = BERTH_HSTS_SUBDOMAINS
SECURE_HSTS_PRELOAD = BERTH_HSTS_PRELOAD
# Two warnings of Django's deployment check are the operator's to decide, and are silent once that is done.
SILENCED_SYSTEM_CHECKS = [
    code for code, on in (("security.W005", BERTH_HSTS_SUBDOMAINS), ("security.W021", BERTH_HSTS_PRELOAD)) if not on
]
SESSION_COOKIE_AGE = 12 * 60 * 60  # However it is used; without use it ends sooner, see `console.lifetime` [A9].
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_NAME = "__Host-berth-session" if HTTPS else "berth-session"
CSRF_COOKIE_NAME = "__Host-berth-csrf" if HTTPS else "berth-csrf"
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "console.views.csrf_failed"
# A workload file has 256 KiB, and a form may carry it as a file and as text; all else stays well below this [D1].
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
# An uploaded key stays in memory and is never written to a temporary file.
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.MemoryFileUploadHandler"]

# Mail and faults -----------------------------------------------------------------------------------------------------

EMAIL_BACKEND = EMAIL_URL["EMAIL_BACKEND"]
EMAIL_HOST = EMAIL_URL.get("EMAIL_HOST") or "localhost"
EMAIL_PORT = EMAIL_URL.get("EMAIL_PORT") or 25
EMAIL_HOST_USER = EMAIL_URL.get("EMAIL_HOST_USER") or ""
EMAIL_HOST_PASSWORD = EMAIL_URL.get("EMAIL_HOST_PASSWORD") or ""
EMAIL_USE_TLS = EMAIL_URL.get("EMAIL_USE_TLS", False)
EMAIL_USE_SSL = EMAIL_URL.get("EMAIL_USE_SSL", False)
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = SERVER_EMAIL = BERTH_MAIL_FROM
EMAIL_SUBJECT_PREFIX = ACCOUNT_EMAIL_SUBJECT_PREFIX
ADMINS = [("Operator", address) for address in BERTH_FAULTS_TO]
DEFAULT_EXCEPTION_REPORTER_FILTER = "console.reports.Filter"
DEFAULT_EXCEPTION_REPORTER = "console.reports.Reporter"
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"()": "console.reports.Line", "format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {
        "stderr": {"class": "logging.StreamHandler", "formatter": "line"},
        "mail": {
            "class": "console.reports.Mail",
            "level": "ERROR",
            "formatter": "line",
            "reporter_class": "console.reports.Reporter",
        },
    },
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {
        "berth": {"level": BERTH_LOG_LEVEL},
        "django": {
            "handlers": ["stderr", "mail"],
            "level": "WARNING" if BERTH_LOG_LEVEL == "DEBUG" else BERTH_LOG_LEVEL,
            "propagate": False,
        },
        # A request that no page of ours makes is no fault of Berth's: anybody can send one, and each would send a mail.
        "django.security": {"handlers": ["stderr"], "propagate": False},
        "django.db.backends": {"level": "WARNING"},
        "httpcore": {"level": "WARNING"},
        "botocore": {"level": "WARNING"},  # It would write whole answers, the logins in them.
    },
}
