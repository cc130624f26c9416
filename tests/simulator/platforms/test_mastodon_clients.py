"""The storm's Mastodon, heard and answered with Mastodon.py.

In a process of its own: it reads with threads that nobody can end, and its warnings are not ours.
"""

from __future__ import annotations

import asyncio
import json
import sys

from simulator.platforms.mastodon.platform import mastodon, sent, wire_id
from simulator.platforms.mastodon.statuses import content
from tests.simulator.platforms.stageland import day, staged

SCRIPT = """
import json, sys, threading, time
from mastodon import Mastodon, StreamListener
from mastodon.errors import MastodonError

url, count = sys.argv[1], int(sys.argv[2])
api = Mastodon(access_token="exercise", api_base_url=url)
lock, done = threading.Condition(), {}


class Listener(StreamListener):
    def __init__(self, name):
        self.told, self.notes, self.beats, self.faults = [], [], 0, []
        done[name] = self

    def on_update(self, status):
        with lock:
            self.told.append((status.uri, status.content, status.id))
            lock.notify_all()

    def on_notification(self, notification):
        with lock:
            self.notes.append((notification.type, notification.status.uri))
            lock.notify_all()

    def handle_heartbeat(self):
        with lock:
            self.beats += 1
            lock.notify_all()

    def on_abort(self, error):
        self.faults.append(repr(error))

    def on_unknown_event(self, name, unknown_event=None):
        self.faults.append(name)


def until(name, wanted):
    with lock:
        assert lock.wait_for(lambda: len(done[name].told) >= wanted, 40), (name, wanted)


def hears_hello(name):
    with lock:
        assert lock.wait_for(lambda: done[name].beats, 20), name


assert api.stream_healthy()
handles = [
    api.stream_user(Listener("user"), run_async=True),
    api.stream_public(Listener("public"), run_async=True),
    api.stream_hashtag("ncstorms", Listener("tag"), run_async=True),
]
for name in ("user", "public", "tag"):
    hears_hello(name)
socket = api.stream_open_websocket()
socket.subscribe("user", Listener("socket user"))
socket.subscribe("hashtag", Listener("socket tag"), tag="NCstorms")
gone = socket.subscribe("public", Listener("socket public"))
gone.close()
time.sleep(0.2)
print("ready", flush=True)
for name in ("user", "socket user"):
    until(name, count)
me = api.account_verify_credentials()
first = api.timeline_home(limit=40, min_id=0)[-1]
reply = api.status_reply(first, "we know of it", visibility="unlisted", idempotency_key="one")
again = api.status_reply(first, "we know of it", visibility="unlisted", idempotency_key="one")
for name in ("user", "socket user"):
    until(name, count + 1)
home, page = [], api.timeline_home(limit=25)
while page:
    home += [status.uri for status in page]
    page = api.fetch_next(page)
refusals = []
for call in (
    lambda: api.status_post("x" * 501),
    lambda: api.status_post("x", in_reply_to_id=1),
    lambda: api.list_accounts(9),
    lambda: Mastodon(access_token="guess", api_base_url=url).timeline_home(),
    lambda: Mastodon(access_token="guess", api_base_url=url).stream_public(StreamListener()),
):
    try:
        call()
        refusals.append("taken")
    except MastodonError as error:
        refusals.append(type(error).__name__)
context = api.status_context(first)
print(json.dumps({
    "told": {name: each.told for name, each in done.items()},
    "notes": done["user"].notes + done["socket user"].notes,
    "faults": [fault for each in done.values() for fault in each.faults],
    "me": [me.acct, api.instance_v1().uri, api.instance().configuration.statuses.max_characters],
    "reply": [reply.uri, again.uri, reply.content, reply.visibility, str(reply.in_reply_to_id)],
    "home": home,
    "found": [each.uri for each in api.search_v2(first.uri, resolve=True).statuses],
    "own": [status.uri for status in api.account_statuses(me)],
    "below": [each.uri for each in context.descendants],
    "limit": [api.ratelimit_limit, api.ratelimit_remaining < 300],
    "exercise": first.exercise,
    "refusals": refusals,
}), flush=True)
"""


async def test_mastodon_py_hears_the_storm_and_its_reply_lands() -> None:
    posts = [told.post for told in day().tell() if told.post.channel == "mastodon"]
    async with staged(mastodon, speed=2400.0) as (url, stage):
        stage.conductor.rewind(0.0)
        stage.conductor.pause()
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", SCRIPT, url, str(len(posts))),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        assert process.stdout is not None
        ready = await process.stdout.readline()
        stage.conductor.resume()
        out, complaint = await process.communicate()
        assert ready == b"ready\n", complaint.decode()
        assert process.returncode == 0, complaint.decode()
        told = json.loads(out)
        listed = sent(stage)
        tagged = [wire_id(each) for each in sent(stage, "hashtag:ncstorms")]
        public = [wire_id(each) for each in sent(stage, "public")]
    home = [wire_id(each) for each in listed]
    assert [each.post for each in listed[:-1]] == posts
    for name in ("user", "socket user"):
        assert [uri for uri, *_ in told["told"][name]] == home
    assert [words for _, words, _ in told["told"]["user"][:-1]] == [content(post) for post in posts]
    assert [uri for uri, *_ in told["told"]["public"]] == public
    for name in ("tag", "socket tag"):
        assert [uri for uri, *_ in told["told"][name]] == tagged
    assert told["told"]["socket public"] == []  # it was unsubscribed
    mentions = [each for each in listed if "LongleafPower" in each.post.mentions]
    assert mentions
    assert told["notes"] == [["mention", wire_id(each)] for each in mentions] * 2
    assert told["faults"] == []
    assert told["me"] == ["LongleafPower", "toot.example", 500]
    uri, again, words, visibility, answered = told["reply"]
    assert uri == again == home[-1]
    assert listed[-1].post.text == "@heathercooper we know of it"
    assert listed[-1].post.reply_to == posts[0].id
    assert 'class="u-url mention">@<span>heathercooper</span></a></span> we know of it' in words
    assert (visibility, answered) == ("unlisted", home[0].rpartition("/")[2])
    assert told["home"] == home[::-1]
    assert told["found"] == [home[0]]
    assert told["own"] == told["below"] == [uri]
    assert told["limit"] == [300, True]
    assert told["exercise"] is True
    refused = ["MastodonAPIError", "MastodonNotFoundError"]
    assert told["refusals"][:2] == refused
    assert told["refusals"][2] == "MastodonNotFoundError"
    assert told["refusals"][3:] == ["MastodonUnauthorizedError", "MastodonNetworkError"]
