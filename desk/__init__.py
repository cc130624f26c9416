"""The desk without a screen: feeds, places, outages, cases, store, and the screens' server."""
