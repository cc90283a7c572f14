"""Entrances: how a trainee signs in to a hosted class with a personal code, and stays signed in.

Wrong codes are answered later and later, and too many close an address for a while. A session is a random token in a
cookie that only TLS carries, known to the server's memory alone: when the server ends, so do all sessions.
"""

from __future__ import annotations

import asyncio
import html
import secrets
import time
from importlib import resources
from typing import Any

from jupyter_server.auth.decorator import allow_unauthenticated
from jupyter_server.auth.identity import IdentityProvider, User
from jupyter_server.base.handlers import JupyterHandler
from tornado import web

from ...sentences import say
from .classes import open_class
from .codes import Guard

COOKIE = "__Host-chatkit"  # a browser takes a cookie of this name over TLS only, and for this host only
SESSION = 12 * 3600.0  # seconds


class Codes(IdentityProvider):
    """Who is signed in: a random token in a cookie, known for twelve hours to this process alone."""

    auth_enabled = True

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self.sessions: dict[str, tuple[str, float]] = {}
        self.guard, self.turns = Guard(), dict[str, asyncio.Lock]()

    def get_user(self, handler: web.RequestHandler) -> User | None:
        """The trainee of this request, or None."""
        trainee, until = self.sessions.get(handler.get_cookie(COOKIE) or "", ("", 0.0))
        return User(trainee) if trainee and time.monotonic() < until else None

    def begin(self, trainee: str) -> str:
        """A fresh session."""
        token = secrets.token_urlsafe(32)
        self.sessions[token] = (trainee, time.monotonic() + SESSION)
        return token

    def get_handlers(self) -> list[tuple[str, object]]:
        """Where one signs in and out."""
        return [(r"/login", SignIn), (r"/logout", SignOut)]


class Plain(JupyterHandler):
    """Answers a fault with its number and nothing else: no path, no trace, no picture from elsewhere."""

    @property
    def codes(self) -> Codes:
        """Who is signed in."""
        assert isinstance(self.identity_provider, Codes)
        return self.identity_provider

    def write_error(self, status_code: int, **_: Any) -> None:
        """The number."""
        self.set_header("Content-Type", "text/plain; charset=utf-8")
        self.finish(str(status_code))


class SignIn(Plain):
    """The page that asks for the code."""

    @allow_unauthenticated
    def get(self) -> None:
        """The form."""
        self._form("")

    @allow_unauthenticated
    async def post(self) -> None:
        """Check a code. Codes from one address are looked at one after the other, so that waiting cannot be evaded."""
        provider, address = self.codes, self.request.remote_ip or ""
        async with provider.turns.setdefault(address, asyncio.Lock()):
            if provider.guard.closed(address):
                self.set_status(429)
                self._form("host.closed")
                return
            code = self.get_body_argument("code", "")
            group = open_class(self.settings["group"].folder)  # anew: a code may have been replaced meanwhile
            trainee = await asyncio.to_thread(group.whose, code)
            if not trainee:
                await asyncio.sleep(provider.guard.wrong(address))
                self.set_status(403)
                self._form("host.wrong")
                return
        self.set_cookie(COOKIE, provider.begin(trainee), secure=True, httponly=True, samesite="Strict", path="/")
        self.redirect("/")

    def _form(self, fault: str) -> None:
        words = {name: say(f"host.{name}").line for name in ("title", "code", "enter", "note")}
        told = say(fault).line if fault else ""
        page = (resources.files("chatkit.classroom.hall") / "sign_in.html").read_text("utf-8")
        for name, text in {**words, "fault": told}.items():
            page = page.replace(f"{{{name}}}", html.escape(text))
        self.set_header("Content-Type", "text/html; charset=utf-8")
        self.finish(page.replace("{xsrf}", self.xsrf_form_html()))


class SignOut(Plain):
    """Forgets the session."""

    @web.authenticated
    def get(self) -> None:
        """Back to the form."""
        self.codes.sessions.pop(self.get_cookie(COOKIE) or "", None)
        self.clear_cookie(COOKIE, secure=True, httponly=True, samesite="Strict", path="/")
        self.redirect("/login")
