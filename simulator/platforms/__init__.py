"""A storm on the wire: servers that speak the protocols of the platforms, all on one port.

```
storm ─► conductor (clock, posts, injects) ─► stage ─┬─► bluesky, mastodon, x: streams
                                            ▲        └─► meta: webhooks · nws, odin: lists to poll
            what a desk replies, as a post ─┘
```
Everything that leaves here is marked as an exercise: each record by `"exercise": true` in the
object that is the post, and each answer by the header `EXERCISE_HEADER`.
"""

EXERCISE_HEADER = "X-Stormdesk-Exercise"
"""Says on every answer that nothing here is real: its value is the storm's name."""

EXERCISE_PATH = "/.well-known/stormdesk-exercise"
"""Answers `{"exercise": true, "storm": NAME, "run": ID}`, and says so to a desk that will reply."""

CREDENTIAL = "exercise"
"""The password, token, verify token and app secret of everything here; others are refused."""
