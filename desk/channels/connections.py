"""Connections to the server of an own account, made when the first is needed."""

from __future__ import annotations

import aiohttp

CONNECT_S = 10.0
ANSWER_S = 30.0


class Connections:
    """Of each platform's server: no cookies are kept, and answers come as they are packed."""

    _http: aiohttp.ClientSession | None = None

    @property
    def http(self) -> aiohttp.ClientSession:
        """The connections."""
        if self._http is None or self._http.closed:
            self._http = aiohttp.ClientSession(
                timeout=aiohttp.ClientTimeout(total=ANSWER_S, sock_connect=CONNECT_S),
                auto_decompress=False,
                cookie_jar=aiohttp.DummyCookieJar(),
            )
        return self._http

    async def close(self) -> None:
        """Let go of connections."""
        if self._http is not None:
            await self._http.close()
