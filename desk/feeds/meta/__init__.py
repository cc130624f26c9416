"""Pages at Facebook and Instagram: webhooks heard here, gaps read over the Graph API."""
