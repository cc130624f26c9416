"""The storm's Bluesky, heard and answered with the SDK of Python's atproto project.

In a process of its own: the SDK sets up thousands of pydantic models, which takes seconds, and its
warnings are not ours.
"""

from __future__ import annotations

import asyncio
import json
import sys

from simulator.platforms.bluesky.platform import UTILITY_DID, bluesky, told_posts, wire_id
from tests.simulator.platforms.stageland import day, staged

SCRIPT = """
import asyncio, json, sys, threading
from atproto import AsyncJetstreamClient, Client, JetstreamClient, models

url, count = sys.argv[1], int(sys.argv[2])
base = url.replace("http", "ws") + "/xrpc"


def heard(message):
    if type(message).__name__ != "Commit":
        return None
    address = f"at://{message.did}/{message.collection}/{message.rkey}"
    return address, message.record.text, message.record.reply and message.record.reply.parent.uri


def sync(compress):
    told = []
    client = JetstreamClient({"cursor": 0}, base_uri=base, compress=compress)

    def take(message):
        if heard(message):
            told.append(heard(message))
        if len(told) == count:
            client.stop()

    client.start(take)
    return told, client.compressed


async def awaited(count):
    told = []
    client = AsyncJetstreamClient({"cursor": 0}, base_uri=base)

    async def take(message):
        if heard(message):
            told.append(heard(message))
        if len(told) == count:
            await client.stop()

    await client.start(take)
    return told


def answer(address):
    client = Client(base_url=url + "/xrpc")
    profile = client.login("longleafpower.bsky.example", "exercise")
    post = client.get_post(address.split("/")[4], address.split("/")[2])
    parent = models.ComAtprotoRepoStrongRef.Main(uri=post.uri, cid=post.cid)
    reply = models.AppBskyFeedPost.ReplyRef(parent=parent, root=parent)
    return profile.did, client.send_post("Crews are on their way to you.", reply_to=reply).uri


def refused():
    try:
        Client(base_url=url + "/xrpc").login("longleafpower.bsky.example", "guess")
    except Exception as error:
        return type(error).__name__


plain, _ = sync(False)
packed, compressed = sync(True)
did, reply = answer(plain[3][0])
told = asyncio.run(awaited(count + 1))
print(json.dumps([plain, packed, compressed, did, reply, told, refused()]))
"""


async def test_atproto_hears_the_whole_storm_and_its_answer_lands_in_it() -> None:
    async with staged(bluesky, of=day(hours=0.5)) as (url, stage):
        stage.conductor.behind = lambda: 0
        while not stage.over:
            await stage.more(stage.end)
        want = [[wire_id(each), each.post.text, None] for each in told_posts(stage)]
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", SCRIPT, url, str(len(want))),
            stdout=asyncio.subprocess.PIPE,
        )
        said, _ = await process.communicate()
        plain, packed, compressed, did, reply, told, refused = json.loads(said)
        assert plain == packed == want
        assert compressed is True
        assert did == UTILITY_DID
        answered = want[3][0]
        assert told == [*want, [reply, "Crews are on their way to you.", answered]]
        assert refused == "UnauthorizedError"
        ((landing, landed),) = stage.landed
        asked = stage.find(landing.to or "")
        assert asked is not None
        assert wire_id(asked) == answered
        assert landed.post.exercise
