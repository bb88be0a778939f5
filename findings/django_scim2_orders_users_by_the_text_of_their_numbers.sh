#!/usr/bin/env bash
# django-scim2 lists users by the text of their numbers, so the newest is not the last.
# Version: django 5.2.19, django-scim2 0.23.0, scim2-filter-parser 0.7.0
# Behavior: an ID is the number of a database row, kept as text, and a list without a filter is ordered by that text:
#   1, 10, 11, 2. A new user comes anywhere in the list, and moves all that follow to another page.
# Guess: a list without sortBy comes in the order of creation, so the last resource is the newest.
# Seen: users by startIndex: 1 10 11 12 2 3 4 5 6 7 8 9, the newest is number 4 of 12
# Here: app/scim/changes.py takes growing totals for changes too, and says what it may not see.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m pip install --quiet --target "$folder/python" django==5.2.19 django-scim2==0.23.0 scim2-filter-parser==0.7.0
mkdir "$folder/people"
touch "$folder/people/__init__.py"
cat >"$folder/people/models.py" <<'MODELS'
from django.contrib.auth.models import AbstractUser, Group
from django.db import models
from django_scim.models import AbstractSCIMGroupMixin, AbstractSCIMUserMixin


class Team(AbstractSCIMGroupMixin):
    name = models.CharField(max_length=80)


class Person(AbstractSCIMUserMixin, AbstractUser):
    scim_groups = models.ManyToManyField(Team, related_name="user_set")
    groups = models.ManyToManyField(Group, related_name="people")


class Client:
    is_authenticated, is_anonymous = True, False


def signed_in(answer):
    def middleware(request):
        request.user = Client()
        return answer(request)

    return middleware
MODELS
cat >"$folder/probe.py" <<'PROBE'
import django
from django.conf import settings
from django.urls import include, path

settings.configure(
    SECRET_KEY="probe",
    ALLOWED_HOSTS=["testserver"],
    AUTH_USER_MODEL="people.Person",
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
    DEFAULT_AUTO_FIELD="django.db.models.AutoField",
    INSTALLED_APPS=["django.contrib.auth", "django.contrib.contenttypes", "django_scim", "people"],
    MIDDLEWARE=["people.models.signed_in", "django_scim.middleware.SCIMAuthCheckMiddleware"],
    ROOT_URLCONF=__name__,
    SCIM_SERVICE_PROVIDER={
        "NETLOC": "localhost",
        "GROUP_MODEL": "people.models.Team",
        "AUTHENTICATION_SCHEMES": [{"type": "oauthbearertoken", "name": "Token", "description": "Probe"}],
    },
    USE_TZ=True,
)
django.setup()
urlpatterns = [path("scim/v2/", include("django_scim.urls", namespace="scim"))]

from django.core.management import call_command
from django.test import Client

call_command("migrate", run_syncdb=True, verbosity=0)
client = Client()
for number in range(1, 13):
    name = f"user{number}@example.com"
    user = {"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": name, "emails": [{"value": name}]}
    assert client.post("/scim/v2/Users", user, content_type="application/scim+json").status_code == 201
listed = []
for start in range(1, 13):
    page = client.get(f"/scim/v2/Users?startIndex={start}&count=1").json()
    listed += [each["userName"].removeprefix("user").partition("@")[0] for each in page["Resources"]]
newest = listed.index("12") + 1
print(f"users by startIndex: {' '.join(listed)}, the newest is number {newest} of {len(listed)}")
PROBE
seen=$(PYTHONPATH="$folder/python:$folder" timeout 60 python3 "$folder/probe.py")
printf '%s\n' "$seen"
grep -Fxq -- "# Seen: $seen" "$0"
