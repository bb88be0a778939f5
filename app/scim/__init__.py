"""Speaking SCIM to the Base URL, read-only: the endpoint, the ladder of checks, the change timestamp."""
