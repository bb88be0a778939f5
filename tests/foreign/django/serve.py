"""A SCIM server made of Django and django-scim2, with users and groups in memory.

Reads the token from the first line of its input, writes its port to the first line of its output, and ends when its
input ends. With ``--users-only`` it has no address for groups.
"""

from __future__ import annotations

import os
import sys
import threading
from wsgiref.simple_server import WSGIRequestHandler, make_server

import django
from django.conf import settings
from django.core.management import call_command
from django.core.wsgi import get_wsgi_application
from django.urls import include, path


class Quiet(WSGIRequestHandler):
    """Writes no log."""

    def log_message(self, *_: object) -> None:
        """Do nothing."""


def main() -> None:
    """Serve until standard input ends."""
    token = sys.stdin.readline().strip()
    settings.configure(
        SECRET_KEY="only for tests",
        ALLOWED_HOSTS=["127.0.0.1"],
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
    if "--users-only" in sys.argv:
        from django.http import HttpResponse

        urlpatterns.append(path("scim/v2/Groups", lambda _request: HttpResponse(status=404)))
    urlpatterns.append(scim)
    call_command("migrate", run_syncdb=True, verbosity=0)
    server = make_server("127.0.0.1", 0, get_wsgi_application(), handler_class=Quiet)
    print(server.server_port, flush=True)
    threading.Thread(target=lambda: (sys.stdin.read(), os._exit(0)), daemon=True).start()
    server.serve_forever()


urlpatterns: list[object] = []

if __name__ == "__main__":
    main()
