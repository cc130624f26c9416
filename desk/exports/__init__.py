"""Outages handed over in the formats that operations and emergency management take."""
