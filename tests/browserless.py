"""A trainee without a browser: signs in with a code, opens the desk and moves its controls over the websocket.

It speaks what a page of Voilà speaks: HTTPS with cookies, then Jupyter's messages for widgets. 25 browsers on two
cores would measure the browsers.
"""

from __future__ import annotations

import asyncio
import json
import re
import ssl
import time
import uuid
from collections.abc import Mapping
from http.cookies import SimpleCookie
from typing import Any

from tornado.httpclient import AsyncHTTPClient, HTTPRequest, HTTPResponse
from tornado.websocket import WebSocketClientConnection, websocket_connect

AsyncHTTPClient.configure(None, max_clients=100)
PROTOCOL = "v1.kernel.websocket.jupyter.org"  # the form in which a page of Voilà talks, cheaper for the server


class Trainee:
    """One session. ``models`` holds the state of every control, as a browser would keep it."""

    def __init__(self, address: str, tls: ssl.SSLContext) -> None:
        self.address, self.tls, self.cookies, self.headers = address, tls, dict[str, str](), dict[str, str]()
        self.kernel, self.models, self.session = "", dict[str, dict[str, Any]](), uuid.uuid4().hex
        self.socket: WebSocketClientConnection | None = None
        self.idle, self.waits = asyncio.Event(), list[float]()
        self.reader: asyncio.Task[None] | None = None

    async def fetch(self, path: str, **settings: Any) -> HTTPResponse:
        """One request, with the cookies; redirects are not followed and no status raises."""
        asked = HTTPRequest(
            f"{self.address}{path}",
            headers={**self.headers, "Cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items())},
            ssl_options=self.tls,
            follow_redirects=False,
            request_timeout=120,
            **settings,
        )
        answer = await AsyncHTTPClient().fetch(asked, raise_error=False)
        for line in answer.headers.get_list("Set-Cookie"):
            self.cookies |= {name: morsel.value for name, morsel in SimpleCookie(line).items()}
        return answer

    async def sign_in(self, code: str) -> int:
        """Type a code into the form; returns the status: 302 where it was right."""
        form = (await self.fetch("/login")).body.decode()
        token = re.search(r'name="_xsrf" value="([^"]+)"', form)
        assert token
        body = f"_xsrf={token[1].replace('|', '%7C')}&code={code}"
        return (await self.fetch("/login", method="POST", body=body)).code

    async def open(self) -> str:
        """Open the desk and its channel; returns the page."""
        page = (await self.fetch("/")).body.decode()
        found = re.search(r'"kernelId": ?"([\w-]+)"', page)
        assert found, page[:2000]
        self.kernel = found[1]
        self.socket = await self.connect(self.kernel)
        self.reader = asyncio.ensure_future(self._read())
        await self.send("comm_info_request", {"target_name": "jupyter.widget"})
        await self.send(
            "comm_open", {"comm_id": "all", "target_name": "jupyter.widget.control", "data": {}}, version=True
        )
        await self.send("comm_msg", {"comm_id": "all", "data": {"method": "request_states"}})
        return page

    async def connect(self, kernel: str) -> WebSocketClientConnection:
        """The channel of a kernel. Raises tornado's HTTPClientError where it is refused."""
        url = f"{self.address.replace('https', 'wss')}/api/kernels/{kernel}/channels?session_id={self.session}"
        cookies = "; ".join(f"{k}={v}" for k, v in self.cookies.items())
        return await websocket_connect(
            HTTPRequest(url, headers={"Cookie": cookies}, ssl_options=self.tls),
            max_message_size=1 << 26,
            subprotocols=[PROTOCOL],
        )

    async def send(
        self, kind: str, content: Mapping[str, Any], *, version: bool = False, channel: str = "shell", wait: bool = True
    ) -> None:
        """Send a message and wait until the kernel has dealt with it."""
        header = {"msg_id": uuid.uuid4().hex, "msg_type": kind, "session": self.session, "username": ""}
        header |= {"date": "2026-01-01T00:00:00Z", "version": "5.3"}
        metadata = {"version": "1.0.0"} if version else {}
        assert self.socket
        self.awaited = header["msg_id"]
        self.idle.clear()
        start = time.monotonic()
        await self.socket.write_message(_packed(channel, header, {}, metadata, content), binary=True)
        if wait:
            await asyncio.wait_for(self.idle.wait(), 120)
            self.waits.append(time.monotonic() - start)

    async def _read(self) -> None:
        assert self.socket
        while (raw := await self.socket.read_message()) is not None:
            assert isinstance(raw, bytes)
            header, parent, content = _unpacked(raw)
            kind = header["msg_type"]
            if kind == "status" and content["execution_state"] == "idle":
                if parent.get("msg_id") == self.awaited:
                    self.idle.set()
            elif kind == "comm_open":
                self.models[content["comm_id"]] = dict(content["data"].get("state", {}))
            elif kind == "comm_msg" and content["data"].get("method") == "update_states":
                self.models |= {k: dict(v["state"]) for k, v in content["data"]["states"].items()}
            elif kind == "comm_msg" and content["data"].get("method") in ("update", "echo_update"):
                self.models.setdefault(content["comm_id"], {}).update(content["data"]["state"])
            elif kind == "comm_close":
                self.models.pop(content["comm_id"], None)

    def find(self, description: str, kind: str = "") -> str:
        """The control with this description (a pattern found in it); of several, the last one made."""
        found = [
            id
            for id, state in self.models.items()
            if re.search(description, str(state.get("description", ""))) and kind in str(state.get("_model_name"))
        ]
        assert found, (description, kind, sorted({str(s.get("description")) for s in self.models.values()}))
        return found[-1]

    async def click(self, description: str) -> None:
        """Press a button and wait until what it does is done."""
        data = {"method": "custom", "content": {"event": "click"}}
        await self.send("comm_msg", {"comm_id": self.find(description, "Button"), "data": data})

    async def put(self, description: str, kind: str = "", /, **state: Any) -> None:
        """Set the state of a control, such as ``value`` or ``index``."""
        data = {"method": "update", "state": state, "buffer_paths": []}
        await self.send("comm_msg", {"comm_id": self.find(description, kind), "data": data})

    def text(self) -> str:
        """All that the controls show."""
        return "\n".join(str(state.get("value", "")) for state in self.models.values())

    async def close(self) -> None:
        """Leave."""
        if self.socket:
            self.socket.close()
        if self.reader:
            await self.reader


def _packed(channel: str, *parts: Mapping[str, Any]) -> bytes:
    """A message as the protocol has it: the number of offsets, the offsets, then channel and parts."""
    bodies = [channel.encode(), *(json.dumps(part).encode() for part in parts)]
    count = len(bodies) + 1
    offsets = [8 * (count + 1)]
    for body in bodies:
        offsets.append(offsets[-1] + len(body))
    return b"".join([count.to_bytes(8, "little"), *(o.to_bytes(8, "little") for o in offsets), *bodies])


def _unpacked(raw: bytes) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
    """Header, parent header and content of a message; what binary parts it has are left."""
    count = int.from_bytes(raw[:8], "little")
    at = [int.from_bytes(raw[8 * n : 8 * n + 8], "little") for n in range(1, count + 1)]
    header, parent, _, content = (json.loads(raw[at[n] : at[n + 1]]) for n in range(1, 5))
    return header, parent, content
