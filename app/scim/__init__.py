"""Speaking SCIM to the Base URL, read-only: the endpoint, the checks of Test Connection, the change timestamp."""
