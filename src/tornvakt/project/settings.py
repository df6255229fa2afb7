"""Django's settings, made from the environment (`environment.py` describes each variable).

Security settings follow one rule: no inline script or style, nothing from another host, cookies
that scripts cannot read, passwords by Argon2.
"""

from pathlib import Path

from csp.constants import NONE, SELF

from tornvakt.project.database import WEB_CONNECTIONS, settings_for
from tornvakt.project.environment import Environment, origin_of
from tornvakt.project.packaged import packaged
from tornvakt.project.secret import read_or_make

ENVIRONMENT = Environment()
DATA = ENVIRONMENT.data.resolve()

DEBUG = ENVIRONMENT.debug
SECRET_KEY = ENVIRONMENT.secret_key or read_or_make(DATA / "keys" / "web.key")
ALLOWED_HOSTS = ENVIRONMENT.hosts
P1_WAIT_MINUTES = ENVIRONMENT.p1_wait_minutes
FACTS_DAYS = ENVIRONMENT.facts_days
KEYHOLDER_DAYS = ENVIRONMENT.keyholder_days
SHIFT_HOURS = ENVIRONMENT.shift_hours
PAPER_DIR = (ENVIRONMENT.paper_dir or DATA / "papper").resolve()
PAPER_MINUTES = ENVIRONMENT.paper_minutes
CSRF_TRUSTED_ORIGINS = [ENVIRONMENT.origin] if ENVIRONMENT.origin else []

INSTALLED_APPS = [
    "tornvakt.project",
    "tornvakt.base.facts",
    "tornvakt.base.audit",
    "tornvakt.base.access",
    "tornvakt.base.reviews",
    "tornvakt.base.files",
    "tornvakt.base.drafts",
    "tornvakt.base.preferences",
    "tornvakt.base.sending",
    "tornvakt.base.ui",
    "tornvakt.domains.sites",
    "tornvakt.domains.alarms",
    "tornvakt.domains.incidents",
    "tornvakt.surfaces.console",
    "tornvakt.surfaces.office",
    "tornvakt.surfaces.worker",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "django_tasks",
    "django_tasks_db",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "tornvakt.base.ui.static_files.StaticFiles",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "tornvakt.base.ui.language.LanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "tornvakt.base.ui.way_back.WayBack",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "tornvakt.base.access.lock.LockMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

ROOT_URLCONF = "tornvakt.project.urls"
ASGI_APPLICATION = "tornvakt.project.asgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

DATABASES = {
    "default": settings_for(
        ENVIRONMENT.database_url,
        DATA / "main.db",
        checkpoints=ENVIRONMENT.process == "worker",
        must_exist=ENVIRONMENT.process != "command",
        kept_open=WEB_CONNECTIONS if ENVIRONMENT.process == "web" else 0,
    )
}

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "tornvakt.base.ui.page.page",
            ]
        },
    }
]

# People: local accounts with a user name; nobody signs up by themselves.
AUTH_USER_MODEL = "access.User"
AUTHENTICATION_BACKENDS = [
    "tornvakt.base.access.people.People",
    "allauth.account.auth_backends.AuthenticationBackend",
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "tornvakt.base.access.passwords.NotTheName"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "/logga-in/"
LOGIN_REDIRECT_URL = "/"  # sends each on to the first page of theirs
ACCOUNT_ADAPTER = "tornvakt.base.access.adapter.ClosedDoor"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_REDIRECT_URL = "/logga-in/"
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_RATE_LIMITS = {
    "login": "300/m/ip",  # a whole centre may sit behind one address; it is failures that count
    "login_failed": "100/m/ip,5/300s/key",  # key: account and address together; ip: as for login
    "login_failed_anywhere": "100/300s/key",  # key: the account, from any address
    "unlock": "10/300s/key",  # key: the person whose session is locked
    "reauthenticate": "10/m/user",
}
ACCOUNT_REAUTHENTICATION_TIMEOUT = 15 * 60

# A second factor: passkeys, codes from an app, recovery codes.
MFA_ADAPTER = "tornvakt.base.access.mfa.SealedSecrets"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "Tornvakt"
MFA_TOTP_TOLERANCE = 1  # the clock of a phone may be half a minute off

# The municipality's own sign-in (OpenID Connect), when an address is set.
SOCIALACCOUNT_ADAPTER = "tornvakt.base.access.oidc.KnownPeopleOnly"
SOCIALACCOUNT_STORE_TOKENS = False
SOCIALACCOUNT_LOGIN_ON_GET = False
SOCIALACCOUNT_PROVIDERS = {
    "openid_connect": {
        "OAUTH_PKCE_ENABLED": True,
        "APPS": [
            {
                "provider_id": "kommunen",
                "name": ENVIRONMENT.oidc_name,
                "client_id": ENVIRONMENT.oidc_client_id,
                "secret": ENVIRONMENT.oidc_secret,
                "settings": {"server_url": ENVIRONMENT.oidc_issuer},
            }
        ]
        if ENVIRONMENT.oidc_issuer
        else [],
    }
}

SESSION_COOKIE_AGE = 14 * 3600  # a shift of twelve hours and the handover around it
SESSION_COOKIE_NAME = "tornvakt"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = ENVIRONMENT.uses_tls
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "tornvakt.surfaces.console.errors.form_too_old"
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
if ENVIRONMENT.origin.startswith("https://"):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:", *ENVIRONMENT.map_host],
        "object-src": [NONE],
        "base-uri": [NONE],
        # The button of the municipality's sign-in is a form whose answer leads there.
        "form-action": [SELF, *origin_of(ENVIRONMENT.oidc_issuer)],
        "frame-ancestors": [NONE],
    }
}

# Static files straight from the packages they came in; nothing to collect before a start.
STATIC_URL = "/static/"
# Leaflet and proj4leaflet lie in a package whose Django parts we have no use for.
STATICFILES_DIRS = [("leaflet", packaged("leaflet", "static", "leaflet"))]
WHITENOISE_USE_FINDERS = True
WHITENOISE_MAX_AGE = 0 if DEBUG else 60
WHITENOISE_AUTOREFRESH = False

LANGUAGE_CODE = "sv"
LANGUAGES = [("sv", "Svenska"), ("en", "English")]
LOCALE_PATHS = [Path(__file__).resolve().parent.parent / "locale"]
LANGUAGE_COOKIE_SAMESITE = "Lax"
TIME_ZONE = "Europe/Stockholm"
USE_TZ = True

TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "()": "tornvakt.project.logs.DiscreetFormatter",
            "format": "%(asctime)s %(levelname)s %(name)s %(message)s",
        },
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": ENVIRONMENT.log_level},
    "loggers": {
        # It announces itself each time it looks, which here is once a second.
        "django_tasks_db": {"level": "WARNING"},
        # That somebody was too late, or was refused, is no fault of ours; the audit log has it.
        "django.request": {"level": "ERROR"},
    },
}
