"""All settings, read from the environment. `README.md` lists the variables; by default, everything runs on this
machine (SQLite, a local S3 server, the sandbox provider)."""

import logging
import re
import socket
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import environ
from csp.constants import NONE, SELF, UNSAFE_EVAL, UNSAFE_INLINE
from django.templatetags.static import static

from config import env
from library.trusted_proxies import default_proxies

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = Path(env.text("BACKLOT_VAR", str(BASE_DIR / "var"))).resolve()
EMBEDDED = env.embedded(VAR_DIR)

DEBUG = env.flag("BACKLOT_DEBUG", False)
PRODUCTION = env.flag("BACKLOT_PRODUCTION", False)
SECRET_KEY = env.text("BACKLOT_SECRET_KEY", "" if PRODUCTION else EMBEDDED["secret_key"])
# Retired keys: data that they signed or sealed stays readable until it is sealed again.
SECRET_KEY_FALLBACKS = env.text("BACKLOT_SECRET_KEY_FALLBACKS").split()

# Host, port and public URL of the web server

HOST = env.host("BACKLOT_HOST", "127.0.0.1")
PORT = env.number("BACKLOT_PORT", 8000, low=1, high=65535)


def machine_address() -> str:
    """Return the IP address at which other machines reach this one, or loopback if there is no network.

    Connecting a datagram socket sends nothing; it only makes the kernel select the local IP address.
    """
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
            return str(probe.getsockname()[0])
        except OSError:
            return "127.0.0.1"


EVERY_INTERFACE = HOST in {"0.0.0.0", "::"}
REACHABLE_HOST = machine_address() if EVERY_INTERFACE else f"[{HOST}]" if ":" in HOST else HOST
LOOPBACK = ["127.0.0.1", "localhost", "[::1]"]

PUBLIC_URL = env.url("BACKLOT_PUBLIC_URL", f"http://{REACHABLE_HOST}:{PORT}", "http", "https")
if urlsplit(PUBLIC_URL).path:
    env.refuse("BACKLOT_PUBLIC_URL", "must have no path: Backlot is served from the top of a host")
ALLOWED_HOSTS = env.hosts(
    "BACKLOT_ALLOWED_HOSTS",
    [*LOOPBACK, REACHABLE_HOST, socket.gethostname(), urlsplit(PUBLIC_URL).hostname or "localhost"],
)
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]

# The proxies whose `X-Forwarded-For` is trusted. Backlot is served from the root of a host, whatever a request says:
# a `SCRIPT_NAME` header, `X-Forwarded-Host` and `X-Forwarded-Port` do not affect its links.
TRUSTED_PROXIES = env.proxies("BACKLOT_TRUSTED_PROXIES", default_proxies(PRODUCTION, HOST, PUBLIC_URL))
FORCE_SCRIPT_NAME = ""
USE_X_FORWARDED_HOST = USE_X_FORWARDED_PORT = False

# Database. Measurements showed that without these SQLite options, transactions of concurrent writers fail.

_database_url = env.url("DATABASE_URL", "", "sqlite", "postgres", "postgresql")
DATABASES: dict[str, dict[str, Any]] = {
    "default": env.parsed("DATABASE_URL", _database_url, environ.Env.db_url_config)
    if _database_url
    else {"ENGINE": "django.db.backends.sqlite3", "NAME": str(VAR_DIR / "backlot.sqlite3")}
}
if not DATABASES["default"]["NAME"]:
    env.refuse("DATABASE_URL", "names no database")
DATABASE_IS_SQLITE = DATABASES["default"]["ENGINE"].endswith("sqlite3")
if DATABASE_IS_SQLITE:
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-16384;",
    }
else:
    # A server that does not respond at all must not block a request or a worker for minutes.
    DATABASES["default"].setdefault("OPTIONS", {}).setdefault("connect_timeout", 10)
# A new connection for each request has an empty cache: on SQLite, that doubled the time of small responses.
DATABASES["default"].update(CONN_MAX_AGE=60, CONN_HEALTH_CHECKS=True)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Object storage: the local S3 server of `manage.py up` unless an endpoint is set

S3_IS_EMBEDDED = not env.text("AWS_S3_ENDPOINT_URL")
AWS_S3_ENDPOINT_URL = env.url(
    "AWS_S3_ENDPOINT_URL", f"http://127.0.0.1:{EMBEDDED['s3_port']}", "http", "https"
)
AWS_S3_PUBLIC_ENDPOINT_URL = env.url(
    "AWS_S3_PUBLIC_ENDPOINT_URL",
    f"http://{REACHABLE_HOST}:{EMBEDDED['s3_port']}" if S3_IS_EMBEDDED else AWS_S3_ENDPOINT_URL,
    "http",
    "https",
)
AWS_STORAGE_BUCKET_NAME = env.matching(
    "AWS_STORAGE_BUCKET_NAME", "backlot", r"[A-Za-z0-9._-]{3,63}", "the name of one bucket"
)
AWS_ACCESS_KEY_ID = env.key("AWS_ACCESS_KEY_ID", EMBEDDED["s3_access_key"] if S3_IS_EMBEDDED else "")
AWS_SECRET_ACCESS_KEY = env.text("AWS_SECRET_ACCESS_KEY", EMBEDDED["s3_secret_key"] if S3_IS_EMBEDDED else "")
AWS_S3_REGION_NAME = env.matching("AWS_S3_REGION_NAME", "us-east-1", r"[A-Za-z0-9-]+", "the name of a region")
STORAGES = {
    "default": {"BACKEND": "library.storage.PrivateStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

# Provider: the sandbox unless a key is set; with the API of the gateway or with that of the vendor

SKYREELS_PROVIDER = env.choice("SKYREELS_PROVIDER", "gateway", "vendor")
SKYREELS_HOMES = {"gateway": "https://api.apimart.ai", "vendor": "https://api-gateway.skyreels.ai"}
SKYREELS_API_KEY = env.key("SKYREELS_API_KEY")
PROVIDER_IS_SANDBOX = not SKYREELS_API_KEY
SANDBOX_IS_EMBEDDED = PROVIDER_IS_SANDBOX and not env.text("SKYREELS_BASE_URL")
SKYREELS_BASE_URL = env.url(
    "SKYREELS_BASE_URL",
    f"http://127.0.0.1:{EMBEDDED['sandbox_port']}"
    if PROVIDER_IS_SANDBOX
    else SKYREELS_HOMES[SKYREELS_PROVIDER],
    "http",
    "https",
)
SKYREELS_API_KEY = SKYREELS_API_KEY or EMBEDDED["sandbox_api_key"]
SKYREELS_IDEMPOTENT = env.flag("SKYREELS_IDEMPOTENT", PROVIDER_IS_SANDBOX and SKYREELS_PROVIDER == "gateway")
if SKYREELS_IDEMPOTENT and SKYREELS_PROVIDER == "vendor":
    env.refuse("SKYREELS_IDEMPOTENT", "must be false for the vendor's own API: it knows no idempotency keys")
SKYREELS_RPM = env.number("SKYREELS_RPM", 480, low=1, high=100_000)
# Whether the provider calls our webhook when a render has ended; `auto`: if it can reach us by HTTPS.
SKYREELS_WEBHOOKS = env.choice("SKYREELS_WEBHOOKS", "auto", "true", "false")

# Spending limits: the budget that all projects created by a member share, the cap for all projects per calendar month,
# whether members who are not administrators may create projects, and the jobs that a user may queue per hour (0: no
# limit).

PERSONAL_BUDGET_USD: Decimal = env.dollars("BACKLOT_PERSONAL_BUDGET_USD", "25") or Decimal(0)
MONTHLY_CAP_USD = env.dollars("BACKLOT_MONTHLY_CAP_USD")
OPEN_PROJECTS = env.flag("BACKLOT_OPEN_PROJECTS", not PRODUCTION)
JOBS_PER_HOUR = env.number("BACKLOT_JOBS_PER_HOUR", 600, low=0, high=1_000_000)

# Content credentials: stored takes are signed with this certificate. Outside production, the default is a generated one
# that identifies itself as such. The timestamp server is queried at each signing.

C2PA_CERTIFICATE, C2PA_PRIVATE_KEY = env.signing_pair("C2PA_CERTIFICATE", "C2PA_PRIVATE_KEY")
C2PA_TIMESTAMP_URL = env.url("C2PA_TIMESTAMP_URL", "", "http", "https")

# Monitoring. Without a token, `/metrics` is disabled. `/readyz` fails if a step is overdue by this number of minutes.

METRICS_TOKEN = env.matching(
    "BACKLOT_METRICS_TOKEN", "", r"[!-~]{16,}", "at least 16 characters of ASCII without blanks"
)
OVERDUE_MINUTES = env.number("BACKLOT_OVERDUE_MINUTES", 10, low=1, high=1440)

# Queue. `ARCHITECTURE.md` describes what django-q2 guarantees; each value below avoids a problem found in tests.

REDIS_URL = env.url("REDIS_URL", "", "redis", "rediss", "unix")
if REDIS_URL.startswith("redis") and not re.fullmatch(r"(/\d+)?", urlsplit(REDIS_URL).path):
    env.refuse("REDIS_URL", "must end with the number of a database, such as /0, or with the port")
Q_CLUSTER = {
    "name": "backlot",
    "label": "Queue",
    "workers": 4,
    "queue_limit": 4,  # a task waiting in the local queue counts towards `retry`
    "timeout": 1800,
    "retry": 7200,
    "max_attempts": 1,
    "ack_failures": True,
    "save_limit": -1,  # jobs have their own event log; result rows only cost time
    "catch_up": False,
    "poll": 0.2,
    "recycle": 500,
    **({"redis": REDIS_URL} if REDIS_URL else {"orm": "default"}),
}
# Set by `manage.py worker` for its cluster, to mark the sweep, messages and leases of this host.
WORKER_ID = env.matching("BACKLOT_WORKER_ID", "", r"[0-9a-f]{1,8}", "at most eight digits in hex")
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}
    if REDIS_URL
    # With the default of 300 entries, an attacker with many IP addresses could evict the counts of failed attempts.
    else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "OPTIONS": {"MAX_ENTRIES": 20_000}}
}

# Untrusted files are decoded in separate processes: their number for all web processes of this machine (the workers may
# use the same number again), and the memory of each in MB.

DECODERS = env.number("BACKLOT_DECODERS", 2, low=1, high=64)
DECODER_MEMORY_MB = env.number("BACKLOT_DECODER_MEMORY_MB", 768, low=200, high=100_000)

# The web server. SQLite has one writer and the cache without Redis lives in one process, so there a second process
# would only add contention. Threads run Django; slow clients wait in the event loop, within the limits below.

WEB_PROCESSES = env.number("BACKLOT_WEB_PROCESSES", 2 if REDIS_URL else 1, low=1, high=64)
WEB_THREADS = env.number("BACKLOT_WEB_THREADS", 8, low=1, high=256)
WEB_HEAD_SECONDS = env.number("BACKLOT_WEB_HEAD_SECONDS", 15, low=1, high=600)
WEB_BODY_SECONDS = env.number("BACKLOT_WEB_BODY_SECONDS", 3600, low=1, high=86_400)
WEB_STALL_SECONDS = env.number("BACKLOT_WEB_STALL_SECONDS", 30, low=1, high=600)
WEB_BYTES_PER_SECOND = env.number("BACKLOT_WEB_BYTES_PER_SECOND", 1000, low=1, high=1_000_000)
WEB_IDLE_SECONDS = env.number("BACKLOT_WEB_IDLE_SECONDS", 15, low=1, high=600)
WEB_CONNECTIONS = env.number("BACKLOT_WEB_CONNECTIONS", 1000, low=10, high=100_000)
# In production, all connections come from the proxy's address.
WEB_CONNECTIONS_PER_ADDRESS = env.number(
    "BACKLOT_WEB_CONNECTIONS_PER_ADDRESS", WEB_CONNECTIONS if PRODUCTION else 500, low=10, high=100_000
)

# Storage quotas: per user, and per project including its takes. 0 means no limit.

USER_STORAGE_GB = env.number("BACKLOT_USER_STORAGE_GB", 100, low=0, high=1_000_000)
PROJECT_STORAGE_GB = env.number("BACKLOT_PROJECT_STORAGE_GB", 1000, low=0, high=1_000_000)

# Applications and pages

INSTALLED_APPS = [
    "unfold",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_htmx",
    "django_q",
    "ninja",
    "csp",
    "taggit",
    "library",
    "generation",
]
MIDDLEWARE = [
    "config.middleware.add_security_headers",
    "library.languages.middleware.use_browser_language",
    "library.views.busy.RefuseWhenBusy",
    "django.middleware.security.SecurityMiddleware",
    "config.middleware.ContentSecurityPolicy",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "config.outages.AnswerOutages",
    "config.refused_bodies.refuse_unread_bodies",
    "generation.views.middleware.prevent_shared_caching",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "library.languages.middleware.use_account_language",
    "generation.views.middleware.RequireLogin",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "generation.views.shared.retry_later.RetryLater",
    "config.middleware.AnswerBrokenUploads",
]
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
ASGI_APPLICATION = "config.asgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "generation.views.context_processors.top_bar",
            ],
        },
    },
]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "generation:home"
LOGOUT_REDIRECT_URL = "login"
CSRF_FAILURE_VIEW = "generation.views.stale_form.stale_form"
AUTHENTICATION_BACKENDS = ["library.authentication.ThrottledBackend"]
# The first one creates hashes; passwords with another hash are rehashed at the next log-in.
PASSWORD_HASHERS = ["library.passwords.BoundedArgon2Hasher", "library.passwords.BoundedPbkdf2Hasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "library.passwords.MaximumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
# Larger files are written to disk as they arrive, so that uploads do not exhaust the memory.
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
FILE_UPLOAD_TEMP_DIR = VAR_DIR / "tmp"
FILE_UPLOAD_TEMP_DIR.mkdir(parents=True, exist_ok=True)
DATA_UPLOAD_MAX_NUMBER_FILES = 200
# Maximum request body, checked before it is read: anonymous, for a user, for a user on an upload page.
MAX_ANONYMOUS_BYTES = env.number("BACKLOT_MAX_ANONYMOUS_MB", 1, low=1, high=1000) * 1_000_000
MAX_BODY_BYTES = env.number("BACKLOT_MAX_BODY_MB", 5, low=1, high=1000) * 1_000_000
MAX_UPLOAD_BYTES = env.number("BACKLOT_MAX_UPLOAD_MB", 2000, low=1, high=100_000) * 1_000_000

# Languages: an account's own, then the browser's, then this one. The JSON APIs are always in English.

LANGUAGE_CODE = env.choice("BACKLOT_LANGUAGE", "en", "zh-hans")
LANGUAGES = [("en", "English"), ("zh-hans", "简体中文")]
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = ["config.formats"]
USE_I18N = True
# Numbers in HTML attributes must stay plain; the filters in `money` group digits where numbers are displayed.
USE_THOUSAND_SEPARATOR = False
TIME_ZONE = "UTC"
USE_TZ = True

vars().update(env.parsed("EMAIL_URL", env.text("EMAIL_URL", "consolemail://"), environ.Env.email_url_config))
EMAIL_TIMEOUT = 20  # seconds: a mail server that hangs must not block a worker
DEFAULT_FROM_EMAIL = env.matching(
    "BACKLOT_MAIL_FROM",
    f"Backlot <backlot@{urlsplit(PUBLIC_URL).hostname}>",
    r"[^\r\n<>@]*<[^\s<>@]+@[^\s<>@]+>|[^\s<>@]+@[^\s<>@]+",
    "an address such as backlot@example.com or Backlot <backlot@example.com>",
)

# Security. Browsers load images and videos directly from the object storage, by signed URLs.

_media_origin = "{0.scheme}://{0.netloc}".format(urlsplit(AWS_S3_PUBLIC_ENDPOINT_URL))
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:", "blob:", _media_origin],
        "media-src": [SELF, "blob:", _media_origin],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    },
}
# The admin's theme needs two exceptions, only on its pages: Alpine compiles the expressions in its attributes (unfold
# ships no CSP build of it), and the templates and scripts use inline styles without a nonce. Inline scripts and
# handlers stay forbidden there too.
ADMIN_CONTENT_SECURITY_POLICY = {"script-src": [SELF, UNSAFE_EVAL], "style-src": [SELF, UNSAFE_INLINE]}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_HTTPONLY = True
SESSION_ENGINE = "library.sessions"
MESSAGE_STORAGE = "config.cookies.MessageStorage"
GUEST_COOKIE_NAME = "guest"
if PRODUCTION:
    for _name in (
        "BACKLOT_SECRET_KEY",
        "BACKLOT_PUBLIC_URL",
        "DATABASE_URL",
        "AWS_S3_ENDPOINT_URL",
        "SKYREELS_API_KEY",
    ):
        if not env.text(_name):
            env.refuse(
                _name, "must be set when BACKLOT_PRODUCTION is true: the embedded part is not fit for it"
            )
    if DATABASE_IS_SQLITE:
        env.refuse("DATABASE_URL", "must name a PostgreSQL database when BACKLOT_PRODUCTION is true")
    if not PUBLIC_URL.startswith("https://"):
        env.refuse("BACKLOT_PUBLIC_URL", "must start with https:// when BACKLOT_PRODUCTION is true")
    if DEBUG:
        env.refuse("BACKLOT_DEBUG", "must be false when BACKLOT_PRODUCTION is true: its error pages tell all")
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = True
    # Browsers accept `__Host-` cookies only from exactly this host, so that sibling domains cannot set them. A guest's
    # cookie has the path of its link, which that prefix does not allow; `__Secure-` at least requires HTTPS.
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-sessionid", "__Host-csrftoken"
    GUEST_COOKIE_NAME = "__Secure-guest"
    SECURE_HSTS_SECONDS = 365 * 24 * 3600
    # HSTS without subdomains and preloading: other hosts of the domain may belong to other applications.
    SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    # Probes come from the internal network, without TLS.
    SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^metrics$"]

# httpx logs complete URLs, some of which are signed, so only its warnings are logged. The queue logs several useless
# lines per message. Requests with wrong host names are frequent, and each would log a traceback. Django would use its
# own format; its messages go to the root logger instead. uvicorn warns about each request that it cannot parse, so
# clients could flood the log.

LOG_FORMAT = env.choice("BACKLOT_LOG_FORMAT", "line", "json")
_secrets = [
    SECRET_KEY,
    *SECRET_KEY_FALLBACKS,
    SKYREELS_API_KEY,
    AWS_SECRET_ACCESS_KEY,
    METRICS_TOKEN,
    C2PA_PRIVATE_KEY,
    str(DATABASES["default"].get("PASSWORD") or ""),
]
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {"()": "config.logs.Line", "secrets": _secrets},
        "json": {"()": "config.logs.Json", "secrets": _secrets},
    },
    "filters": {"client_errors": {"()": "config.logs.ClientErrors"}},
    "handlers": {
        "console": {"class": "logging.StreamHandler", "formatter": LOG_FORMAT, "filters": ["client_errors"]}
    },
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {
        name: {"level": "WARNING"}
        for name in ("httpx", "httpcore", "botocore", "boto3", "s3transfer", "django-q")
    }
    | {"django.security.DisallowedHost": {"level": "CRITICAL"}}
    | {"django": {"level": "INFO", "handlers": []}}
    | {"uvicorn.error": {"level": "ERROR"}},
}
logging.captureWarnings(True)

UNFOLD = {
    "SITE_TITLE": "Backlot",
    "SITE_HEADER": "Backlot",
    "SITE_URL": "/",
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": lambda _: static("favicon.svg")}],
    "SHOW_HISTORY": True,
    "DASHBOARD_CALLBACK": "generation.views.admin_dashboard.add_figures",
    "COLORS": {
        "primary": {
            "50": "#fff8ec", "100": "#fbe9cb", "200": "#f7d79f", "300": "#f5c373", "400": "#f2ae49",
            "500": "#d98f22", "600": "#9a5a00", "700": "#7e4a00", "800": "#5f3800", "900": "#3a2c16",
            "950": "#1d1404",
        },
    },
}  # fmt: skip
