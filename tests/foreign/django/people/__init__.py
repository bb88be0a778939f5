"""Users and groups of a Django project that speaks SCIM."""
