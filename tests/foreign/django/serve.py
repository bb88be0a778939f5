"""A SCIM server made of Django and django-scim2, with users and groups in memory."""

from __future__ import annotations

import django
from django.conf import settings
from django.core.management import call_command
from django.core.wsgi import get_wsgi_application
from django.urls import include, path

from tests.foreign.serving import read_token, serve, with_groups


def main() -> None:
    """Serve until standard input ends."""
    token = read_token()
    settings.configure(
        SECRET_KEY="only for tests",
        ALLOWED_HOSTS=["127.0.0.1", "localhost"],
        APPEND_SLASH=False,
        AUTH_USER_MODEL="people.Person",
        DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
        DEFAULT_AUTO_FIELD="django.db.models.AutoField",
        INSTALLED_APPS=["django.contrib.auth", "django.contrib.contenttypes", "django_scim", "people"],
        MIDDLEWARE=["people.gate.by_token", "django_scim.middleware.SCIMAuthCheckMiddleware"],
        ROOT_URLCONF=__name__,
        SCIM_SERVICE_PROVIDER={
            "NETLOC": "localhost",
            "GROUP_MODEL": "people.models.Team",
            "AUTHENTICATION_SCHEMES": [{"type": "oauthbearertoken", "name": "Token", "description": "Of the tests"}],
        },
        SCIM_TOKEN=token,
        USE_TZ=True,
    )
    django.setup()
    scim = path("scim/v2/", include("django_scim.urls", namespace="scim"))
    if not with_groups():
        from django.http import HttpResponse

        urlpatterns.append(path("scim/v2/Groups", lambda _request: HttpResponse(status=404)))
    urlpatterns.append(scim)
    call_command("migrate", run_syncdb=True, verbosity=0)
    serve(get_wsgi_application())


urlpatterns: list[object] = []

if __name__ == "__main__":
    main()
