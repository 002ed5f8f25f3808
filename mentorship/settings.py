"""Settings of the project. Everything that differs between machines comes from the environment.

`DATABASE_URL` (default SQLite under `var/`) and `REDIS_URL` (default: Celery's file-system broker under `var/`)
switch the servers; `SECRET_KEY`, `ALLOWED_HOSTS`, `DEBUG`, `EMAIL_URL`, `SITE_URL` do what their names say.
"""

from pathlib import Path
from typing import Any

import environ
from csp.constants import NONCE, NONE, SELF
from django.contrib.messages import constants as message_levels
from kombu import Exchange, Queue

from core.keeping import close_umask, kept_keys, private_folder
from mentorship.timetable import BEAT_SCHEDULE

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()
environ.Env.read_env(BASE_DIR / ".env")

# Every process passes here, commands, web and workers: nothing that they write is for other people of the machine.
close_umask()
VAR_DIR = private_folder(Path(env.str("VAR_DIR", default=str(BASE_DIR / "var"))))

DEBUG = env.bool("DEBUG", default=False)
SECRET_KEY = env.str("SECRET_KEY", default="") or kept_keys(VAR_DIR / "secret_key", make=True)[0]
# What printed codes are derived from, where `var/paper_keys` does not keep it: the first one is used for new ones.
PAPER_KEYS = env.list("PAPER_KEYS", default=[])
# What seals texts in the database, where `var/sealing_keys` does not keep it: the first one seals, all open.
SEALING_KEYS = env.list("SEALING_KEYS", default=[])
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["*"] if DEBUG else ["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
# Address that printed slips and e-mails point to.
SITE_URL = env.str("SITE_URL", default="http://127.0.0.1:8000").rstrip("/")

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.forms",
    "crispy_forms",
    "crispy_bootstrap5",
    "django_htmx",
    "csp",
    "core",
    "schools",
    "accounts",
    "jobs",
    "notices",
    "students",
    "mentors",
    "records",
    "upkeep",
    "mentorship",
]

MIDDLEWARE = [
    "upkeep.middleware.WatchersMiddleware",
    "core.middleware.NumberedRequestMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "core.middleware.NoStoreMiddleware",
    "core.middleware.CompressPagesMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "accounts.middleware.ActorMiddleware",
    "accounts.middleware.SignInRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "core.middleware.StayMiddleware",
    "accounts.middleware.PressedOnceMiddleware",
    "core.middleware.DomainErrorMiddleware",
]

ROOT_URLCONF = "mentorship.urls"
WSGI_APPLICATION = "mentorship.wsgi.application"

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
                "accounts.context_processors.actor",
                "mentorship.navigation.navigation",
                "mentorship.first_visits.first_visit",
                "notices.context_processors.unread",
                "records.guides.context_processors.how_to",
                "records.announcing.context_processors.new_announcements",
                "records.papers.context_processors.returned",
            ],
            "builtins": [
                "core.templatetags.routes",
                "core.templatetags.ui",
                "core.templatetags.words",
                "core.templatetags.dialling",
                "core.templatetags.refused",
                "core.templatetags.sheets",
                "jobs.templatetags.lists",
                "django.templatetags.static",
                "crispy_forms.templatetags.crispy_forms_tags",
            ],
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

# --- Database -------------------------------------------------------------------------------------------------------
# Seconds that PostgreSQL gives to one statement. Web and workers set their own, commands take as long as they need.
STATEMENT_SECONDS = env.int("STATEMENT_SECONDS", default=0)
# The demo is loaded by itself into the own database under `var/` alone.
DATABASE_IS_NAMED = bool(env.str("DATABASE_URL", default=""))
DATABASES = {"default": env.db_url("DATABASE_URL", default=f"sqlite:///{VAR_DIR / 'db.sqlite3'}")}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # A fresh path just works: the folder is made, the tables are made by `migrate`.
    if str(DATABASES["default"]["NAME"]) not in {"", ":memory:"}:
        Path(str(DATABASES["default"]["NAME"])).parent.mkdir(parents=True, exist_ok=True)
    # A large roster is written in one transaction: 2 MB of cache would send its pages to the disk again and again.
    # IMMEDIATE: a writer waits at BEGIN instead of failing in the middle with "database is locked".
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;"
        "PRAGMA cache_size=-32000;",
    }
else:
    DATABASES["default"].setdefault("CONN_MAX_AGE", 60)
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
    if DATABASES["default"]["ENGINE"] == "django.db.backends.postgresql":
        # The same, which gives up a server that is frozen.
        DATABASES["default"]["ENGINE"] = "core.postgres"
        _limits = {"statement_timeout": STATEMENT_SECONDS, "idle_in_transaction_session_timeout": 2 * STATEMENT_SECONDS}
        DATABASES["default"]["OPTIONS"] = {
            "connect_timeout": 6,
            # A machine that is gone: noticed within half a minute.
            "keepalives_idle": 10,
            "keepalives_interval": 5,
            "keepalives_count": 3,
            "tcp_user_timeout": 20_000,
            **({"options": " ".join(f"-c {name}={s}s" for name, s in _limits.items())} if STATEMENT_SECONDS else {}),
            **DATABASES["default"].get("OPTIONS", {}),
        }
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- Accounts -------------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 8},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
    {"NAME": "accounts.passwords.NotToBeGuessed"},
]
LOGIN_URL = "accounts:sign_in"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "accounts:sign_in"
# A first password that nobody has used by then opens nothing any more.
# Seconds for which a link opens that was mailed to who forgot the password.
PASSWORD_RESET_TIMEOUT = 3600
FIRST_PASSWORD_DAYS = env.int("FIRST_PASSWORD_DAYS", default=14)
# Whose X-Forwarded-For is believed: addresses or networks of the own proxies; "unix" for one behind a socket.
TRUSTED_PROXIES = env.list("TRUSTED_PROXIES", default=[])
SESSION_ENGINE = "accounts.sessions"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 12 * 60 * 60
CSRF_COOKIE_SAMESITE = "Lax"
HTTPS = env.bool("HTTPS", default=False)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF, NONCE],
        "style-src": [SELF, NONCE],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}

# --- Language and time ----------------------------------------------------------------------------------------------
LANGUAGE_CODE = "zh-hans"
TIME_ZONE = "Asia/Shanghai"
USE_I18N = True
USE_TZ = True

# --- Files ----------------------------------------------------------------------------------------------------------
STATIC_URL = "static/"
# Elsewhere where a web server sends them, which may not look into `VAR_DIR`.
STATIC_ROOT = Path(env.str("STATIC_ROOT", default=str(VAR_DIR / "static")))
# Several releases share such a folder: which names they ask for is noted with the code of each.
STATIC_MANIFEST_ROOT = BASE_DIR if env.str("STATIC_ROOT", default="") else STATIC_ROOT
STATICFILES_DIRS = [
    BASE_DIR / "static",
    ("vendor/bootstrap", BASE_DIR / "node_modules" / "bootstrap" / "dist"),
    ("vendor/htmx", BASE_DIR / "node_modules" / "htmx.org" / "dist"),
    ("vendor/echarts", BASE_DIR / "node_modules" / "echarts" / "dist"),
]
STATICFILES_FINDERS = ["core.finders.PackageFinder", "django.contrib.staticfiles.finders.AppDirectoriesFinder"]
#: Lines, columns, bars and both renderers: the only one of its builds that pages ask for.
STATICFILES_ONLY = {"vendor/echarts": {"echarts.common.min.js"}}
STORAGES = {
    # Uploads and results are private: they live outside of anything a web server serves.
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": VAR_DIR / "files"},
    },
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG or env.bool("PLAIN_STATIC", default=False)
        else "core.staticnames.StaticNames"
    },
}
# What browsers ask for at the root: the icon (img/favicon.svg in three sizes), where a bare PDF names none.
WHITENOISE_ROOT = BASE_DIR / "static" / "root"
# Of what has no hash in its name, as nginx does.
WHITENOISE_MAX_AGE = 0 if DEBUG else 3600
# Source maps are read by developers alone; compressing them takes longer than all the rest.
WHITENOISE_SKIP_COMPRESS_EXTENSIONS = ["map", "png", "gz", "br"]
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
ROSTER_MAX_BYTES = env.int("ROSTER_MAX_BYTES", default=20 * 1024 * 1024)
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000

# --- Backups --------------------------------------------------------------------------------------------------------
# Where the nightly ones lie: best on another disk, or mounted from another machine.
BACKUP_DIR = Path(env.str("BACKUP_DIR", default=str(VAR_DIR / "backups")))
# With one of these the nightly ones are encrypted, and hold the keys; never on a command line.
BACKUP_PASSPHRASE = env.str("BACKUP_PASSPHRASE", default="")
BACKUP_PASSPHRASE_FILE = env.str("BACKUP_PASSPHRASE_FILE", default="")

# --- Forms and messages ---------------------------------------------------------------------------------------------
CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"
MESSAGE_TAGS = {message_levels.ERROR: "danger"}
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

# --- E-mail ---------------------------------------------------------------------------------------------------------
# Embedded default: messages become files under var/mail, so that nothing leaves a machine by accident.
if env.str("EMAIL_URL", default=""):
    vars().update(env.email_url("EMAIL_URL"))
    if vars()["EMAIL_BACKEND"] == "django.core.mail.backends.smtp.EmailBackend":
        # The same, which knows whether a mail may be out although no answer came.
        EMAIL_BACKEND = "notices.mail.Backend"
else:
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = str(VAR_DIR / "mail")
# Seconds: whoever gives up waiting for the last answer does not know whether the mail is out.
EMAIL_TIMEOUT = 30
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="mentorship@localhost")

# --- Background work ------------------------------------------------------------------------------------------------
REDIS_URL = env.str("REDIS_URL", default="")
if REDIS_URL:
    CELERY_BROKER_URL = REDIS_URL
    # A Redis that hangs must not hold a page: connect and answer within 2 s, one retry.
    CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, Any] = {
        "socket_timeout": 2,
        "socket_connect_timeout": 2,
        "socket_keepalive": True,
        "retry_on_timeout": False,
        "visibility_timeout": 600,
        "max_retries": 1,
    }
else:
    _queue = VAR_DIR / "broker"
    for _folder in ("messages", "processed", "control"):
        (_queue / _folder).mkdir(parents=True, exist_ok=True)
    CELERY_BROKER_URL = "filesystem://"
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": str(_queue / "messages"),
        "data_folder_out": str(_queue / "messages"),
        "processed_folder": str(_queue / "processed"),
        "control_folder": str(_queue / "control"),
        "store_processed": False,
    }
# What takes minutes, what waits for other people's servers, and the rest: so that nothing waits behind another kind.
# A worker that is given no queue takes from all of them.
CELERY_TASK_DEFAULT_QUEUE = "default"
CELERY_TASK_QUEUES = [Queue(name, Exchange(name), routing_key=name) for name in ("default", "mail", "papers")]
CELERY_TASK_ROUTES = {"jobs.run": {"queue": "papers"}, "notices.send_outbox": {"queue": "mail"}}
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_PUBLISH_RETRY = False
CELERY_TIMEZONE = TIME_ZONE
CELERY_BEAT_SCHEDULER = "mentorship.beat:ClampedScheduler"
CELERY_BEAT_SCHEDULE = BEAT_SCHEDULE

# --- Watching over it -----------------------------------------------------------------------------------------------
# Whoever sends the token (`Authorization: Bearer …`) reads figures for Prometheus at /metrics; without, there is none.
METRICS_TOKEN = env.str("METRICS_TOKEN", default="")
# Where errors of the server are reported (Sentry, GlitchTip), with their kind and place alone: upkeep.errors.
SENTRY_DSN = env.str("SENTRY_DSN", default="")

# --- Logging: no names, no texts, no secrets (core.logs) ------------------------------------------------------------
# `json`: an object a line for whoever collects them, with one for each request. `line`: for people.
LOG_FORMAT = env.str("LOG_FORMAT", default="line")
LOG_REQUESTS = env.bool("LOG_REQUESTS", default=LOG_FORMAT == "json")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"()": "core.logs.LineFormatter"}, "json": {"()": "core.logs.JsonFormatter"}},
    "filters": {"plain": {"()": "core.logs.PlainRequestLines"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": LOG_FORMAT, "filters": ["plain"]}},
    "loggers": {
        # These would write the addresses of robots, which are keys.
        **{name: {"level": "CRITICAL"} for name in ("apprise", "urllib3")},
        **({"core.middleware": {"level": "INFO"}} if LOG_REQUESTS else {}),
    },
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="WARNING")},
}
