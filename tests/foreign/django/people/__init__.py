"""Users and groups of a Django project that serves SCIM."""
