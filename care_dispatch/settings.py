"""Settings, each read from the environment by a typed helper; docs/settings.md lists them."""

from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

from care_dispatch import env

BASE_DIR = Path(__file__).resolve().parent.parent

# --- Identity of this deployment -------------------------------------------------------------
DEBUG = env.flag("DEBUG", default=False)
SECRET_KEY = env.text("SECRET_KEY") or "development-only-key-that-production-refuses-0123456789"
ALLOWED_HOSTS = env.words("ALLOWED_HOSTS", "127.0.0.1,localhost,[::1]")
# Exact scheme://host:port values a browser may open the live socket or post forms from.
ALLOWED_ORIGINS = env.words("ALLOWED_ORIGINS", "http://127.0.0.1:8000,http://localhost:8000")
CSRF_TRUSTED_ORIGINS = ALLOWED_ORIGINS
# PRODUCTION turns on the refusals below and cookies that only travel over https.
PRODUCTION = env.flag("PRODUCTION", default=False)

if PRODUCTION and (DEBUG or SECRET_KEY.startswith("development-only") or len(SECRET_KEY) < 50):
    raise ImproperlyConfigured("PRODUCTION needs DEBUG off and a SECRET_KEY of at least 50 characters.")
if PRODUCTION and (not ALLOWED_HOSTS or "*" in ALLOWED_HOSTS):
    raise ImproperlyConfigured("PRODUCTION needs ALLOWED_HOSTS to name each host; * is refused.")

# --- Parts --------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "rest_framework",
    "channels",
    "care_dispatch",
    "care_dispatch.log",
    "care_dispatch.due",
    "care_dispatch.live",
    "teams",
    "calls",
    "referrals",
]
MIDDLEWARE = [
    "care_dispatch.security.SecurityHeaders",
    "care_dispatch.api.JsonRefusals",
    "care_dispatch.api.DatabaseDown",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
]
ROOT_URLCONF = "care_dispatch.urls"
WSGI_APPLICATION = "care_dispatch.wsgi.application"
ASGI_APPLICATION = "care_dispatch.asgi.application"
AUTH_USER_MODEL = "teams.User"
LOGIN_URL = "/sign-in/"
LOGIN_REDIRECT_URL = "/"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
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
            ]
        },
    }
]

# --- PostgreSQL, the only truth --------------------------------------------------------------
_database = env.database("DATABASE_URL")
# A transaction that waits longer than this is refused, not left hanging; reports raise it for themselves.
LOCK_TIMEOUT_MS = env.number("LOCK_TIMEOUT_MS", 2000)
STATEMENT_TIMEOUT_MS = env.number("STATEMENT_TIMEOUT_MS", 5000)
_database["OPTIONS"] = {
    "connect_timeout": "3",
    # Notices a hung server or a cut cable in about ten seconds instead of the kernel's hours.
    "keepalives_idle": "5",
    "keepalives_interval": "2",
    "keepalives_count": "3",
    "tcp_user_timeout": "8000",
    "options": f"-c lock_timeout={LOCK_TIMEOUT_MS} -c statement_timeout={STATEMENT_TIMEOUT_MS}"
    " -c idle_in_transaction_session_timeout=10000",
    **_database["OPTIONS"],
}
# HTTP runs in WSGI threads, where a thread keeps its connection; the live socket never touches the ORM.
_database["CONN_MAX_AGE"] = env.number("CONN_MAX_AGE", 600)
_database["CONN_HEALTH_CHECKS"] = True
DATABASES = {"default": _database}

# --- Redis: hints only; may be empty, hung or gone -----------------------------------------
REDIS_URL = env.text("REDIS_URL", "redis://127.0.0.1:6379/0")
REDIS_TIMEOUT_SECONDS = 0.5
CELERY_BROKER_URL = REDIS_URL.replace("unix://", "redis+socket://").replace("?db=", "?virtual_host=")
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_PUBLISH_RETRY = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_TIME_LIMIT = 60
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "socket_connect_timeout": REDIS_TIMEOUT_SECONDS,
    "socket_timeout": 2,
    "socket_keepalive": True,
    "health_check_interval": 10,
    "visibility_timeout": 120,
}
CELERY_REDIS_SOCKET_TIMEOUT = 2.0
CELERY_WORKER_HIJACK_ROOT_LOGGER = False

# --- Paper for when nothing runs ----------------------------------------------------------------
DOWNTIME_KIT_MINUTES = env.number("DOWNTIME_KIT_MINUTES", 5)
DOWNTIME_KIT_DIR = env.text("DOWNTIME_KIT_DIR", str(BASE_DIR / "var" / "downtime"))
DOWNTIME_KIT_KEEP = env.number("DOWNTIME_KIT_KEEP", 12)

# --- Sign-in -----------------------------------------------------------------------------------
AUTHENTICATION_BACKENDS = ["teams.sign_in.Backend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 15}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
# A shift and its handover; CJIS IA-11 asks for a new sign-in every 12 hours.
SESSION_COOKIE_AGE = 12 * 60 * 60
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = PRODUCTION
CSRF_COOKIE_SAMESITE = "Lax"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if env.flag("BEHIND_PROXY", False) else None
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_621_440

# --- Language, time, files ------------------------------------------------------------------
LANGUAGE_CODE = "en-us"
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"  # storage; every screen shows the center's own time zone
STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "var" / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]
# Our modules are served as they are written; a browser asks again each load and gets a 304.
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = DEBUG
WHITENOISE_MAX_AGE = 0

# --- API -----------------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["rest_framework.authentication.SessionAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["care_dispatch.parsing.StrictJSONParser"],
    "EXCEPTION_HANDLER": "care_dispatch.api.answer_exception",
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env.text("LOG_LEVEL", "INFO")},
    "loggers": {"django.request": {"level": "ERROR"}, "django.security": {"level": "ERROR"}},
}
