"""Whom X lets a program answer: those who have summoned the account.

Since 2026-02-23 self-serve access takes a reply only where the author of the original post mentions
the account that answers, or quotes one of its posts (docs.x.com, "Manage Posts"); accounts with
Enterprise access are not `summoned_only`.
"""

from __future__ import annotations

from desk.accounts import Account
from desk.accounts.account import plain_handle
from desk.post import Post


def why_not(post: Post, account: Account) -> str:
    """Why the writer of `post` can't be answered from `account`; empty where they can."""
    named = map(plain_handle, post.mentions)  # who is quoted is among them
    if not account.summoned_only or plain_handle(account.handle) in named:
        return ""
    return f"X takes a reply only to who has mentioned @{account.handle} or quoted it: answer there"
