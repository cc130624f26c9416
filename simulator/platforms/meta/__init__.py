"""A storm's Facebook: the utility's page, the Graph API, and signed webhooks."""
