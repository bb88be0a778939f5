"""A SCIM server made of Django and django-scim2-server, with users and groups in memory."""

from __future__ import annotations

import django
from django.conf import settings
from django.core.management import call_command
from django.core.wsgi import get_wsgi_application
from django.urls import include, path

from tests.foreign.serving import read_token, serve, with_groups


def main() -> None:
    """Serve until standard input ends."""
    settings.configure(
        SECRET_KEY="only for tests",
        ALLOWED_HOSTS=["127.0.0.1", "localhost"],
        APPEND_SLASH=False,
        DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
        DEFAULT_AUTO_FIELD="django.db.models.AutoField",
        INSTALLED_APPS=["django.contrib.auth", "django.contrib.contenttypes", "django_scim2_server"],
        ROOT_URLCONF=__name__,
        SCIM2_SERVER_AUTH_CHECK="gate.has_token",
        SCIM_TOKEN=read_token(),
        USE_TZ=True,
    )
    django.setup()
    if not with_groups():
        from django.http import HttpResponse

        urlpatterns.append(path("scim/v2/Groups", lambda _request: HttpResponse(status=404)))
    urlpatterns.append(path("scim/v2/", include("django_scim2_server.urls")))
    call_command("migrate", run_syncdb=True, verbosity=0)
    serve(get_wsgi_application())


urlpatterns: list[object] = []

if __name__ == "__main__":
    main()
