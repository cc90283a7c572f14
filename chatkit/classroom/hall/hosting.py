"""Hosting: the instructor's machine serves the desk to a class, over TLS, to whoever signs in with a personal code.

What can be reached is the desk and nothing else: no notebook server, no terminal, no file but one's own exports. A
browser talks to the kernel of its own seat and can move its controls; it cannot run code there. Voilà renders the
page; everything here narrows what Voilà serves.
"""

from __future__ import annotations

import html
import json
import os
import socket
import tempfile
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

from jupyter_server.base.handlers import FileFindHandler
from jupyter_server.services.kernels.handlers import KernelHandler
from jupyter_server.services.kernels.kernelmanager import AsyncMappingKernelManager
from jupyterlab_server.themes_handler import ThemesHandler
from tornado import ioloop, web
from tornado.escape import url_escape
from traitlets.config import Config
from voila.app import Voila
from voila.static_file_handler import MultiStaticFileHandler, TemplateStaticFileHandler
from voila.tornado.handler import TornadoVoilaHandler
from voila.tornado.kernel_websocket_handler import VoilaKernelWebsocketHandler

from ...sentences import say
from . import forks, tls
from .classes import TrainingClass, exports_of, open_class, safe_name
from .entrances import Codes, Plain

SEAT = "X-Chatkit-Seat"  # set by the server for the kernel it starts, whatever the browser sent
IDLE = 900  # seconds after which a kernel that no page is connected to is ended; the seat itself stays
KERNEL = r"/api/kernels/([\w-]+)"
CELL: dict[str, Any] = {"cell_type": "code", "execution_count": None, "id": "desk", "metadata": {}, "outputs": []}
PAGE = {
    "cells": [{**CELL, "source": "from chatkit.classroom.hall.classes import desk_here\n\ndesk_here()"}],
    "metadata": {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}},
    **{"nbformat": 4, "nbformat_minor": 5},
}
OPEN = (TemplateStaticFileHandler, MultiStaticFileHandler, ThemesHandler, FileFindHandler)  # the parts of the page


class SeatKernels(AsyncMappingKernelManager):
    """One kernel for each seat: whoever opens the desk again gets a fresh one, and the one before is ended."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)  # type: ignore[no-untyped-call]
        self.seats: dict[str, str] = {}
        self.context.rcvhwm = 0  # nothing is dropped while the server is busy with others

    async def start_kernel(self, **settings: Any) -> str:  # type: ignore[override]
        """Start the kernel of the seat that the request is for."""
        seat = settings["env"][f"HTTP_{SEAT.upper().replace('-', '_')}"]
        before = [kernel for kernel, owner in self.seats.items() if owner == seat]
        kernel = str(await super().start_kernel(**settings))
        self.seats[kernel] = seat
        for old in before:
            self.seats.pop(old, None)
            with suppress(KeyError, web.HTTPError):  # it may have been ended for being idle
                await self.shutdown_kernel(old, now=True)  # type: ignore[no-untyped-call]
        return kernel


def seats(manager: Any) -> dict[str, str]:
    """Whose kernel is whose: kernel → trainee."""
    found: dict[str, str] = manager.seats
    return found


class OwnKernel(Plain):
    """Lets a request through to the kernel of one's own seat. Another's answers as one that is not there."""

    async def prepare(self, **settings: Any) -> None:
        """Who is it, and whose is the kernel?"""
        await super().prepare(**settings)
        if self.current_user is None:
            raise web.HTTPError(403)
        if seats(self.kernel_manager).get(self.path_args[0]) != self.current_user.username:
            raise web.HTTPError(404)


class Kernel(OwnKernel, KernelHandler):
    """Whether the kernel is there, and its end."""


class Channels(OwnKernel, VoilaKernelWebsocketHandler):  # type: ignore[misc]  # Voilà has no types
    """Its controls. Voilà passes on the messages of widgets, and none that would run code."""


class Desk(Plain, TornadoVoilaHandler):  # type: ignore[misc]  # Voilà has no types
    """The page."""

    async def prepare(self, **settings: Any) -> None:
        """Say for whom, so that the kernel opens this seat."""
        await super().prepare(**settings)
        if self.current_user is not None:
            self.request.headers[SEAT] = self.current_user.username


class Export(Plain):
    """One's own exports: a list of links, and the files."""

    @web.authenticated
    def get(self, name: str) -> None:
        """The file of that name in the folder of the seat, the list without a name; 404 for anything else."""
        group: TrainingClass = self.settings["group"]
        with closing(group.casebook()) as casebook:
            folder = exports_of(group, self.current_user.username, casebook)
        if not name:
            names = sorted(path.name for path in folder.glob("*") if safe_name(path.name))
            links = "".join(
                f'<li><a href="/exports/{url_escape(n, plus=False)}">{html.escape(n)}</a></li>' for n in names
            )
            title = html.escape(say("host.exports").line)
            self.finish(
                f'<!doctype html><html lang="zh-CN"><title>{title}</title><h1>{title}</h1><ul>{links}</ul></html>'
            )
            return
        path = folder / (safe_name(name) or ".")
        if not path.is_file():
            raise web.HTTPError(404)
        self.set_header("Content-Type", "application/octet-stream")
        self.set_header("Content-Disposition", "attachment")
        self.set_header("X-Content-Type-Options", "nosniff")
        self.finish(path.read_bytes())


class HostedDesk(Voila):  # type: ignore[misc]  # Voilà has no types
    """Voilà, narrowed to the desk of a class."""

    group: TrainingClass

    def init_settings(self) -> dict[str, Any]:
        """The settings of the server."""
        return {**super().init_settings(), "group": self.group}

    def init_handlers(self) -> list[Any]:
        """What can be reached. Of Voilà's own, the parts of its page and no more."""
        parts = [handler for handler in super().init_handlers() if handler[1] in OPEN]
        (page,) = [handler[2] for handler in super().init_handlers() if handler[1] is TornadoVoilaHandler]
        own = [(KERNEL, Kernel), (f"{KERNEL}/channels", Channels), (r"/exports/([^/]*)", Export), (r"/()", Desk, page)]
        return [*self.identity_provider.get_handlers(), *parts, *own]

    def listen(self) -> None:
        """Serve until interrupted. A port that is taken raises OSError."""
        self.app.listen(self.port, self.ip, ssl_options=tls.context(self.group.folder))
        print(told(self.group, self.port), flush=True)
        self.ioloop = ioloop.IOLoop.current()
        try:
            self.ioloop.start()
        except KeyboardInterrupt:
            print()
        finally:
            self.stop()


def told(group: TrainingClass, port: int) -> str:
    """What the instructor reads when the class is open: addresses, the fingerprint, what to do."""
    reached = [name for name in tls.own_names() if name not in ("localhost", "127.0.0.1")] or ["localhost"]
    lines = [say("host.open", title=group.title, id=group.id, trainees=len(group.trainees)).line]
    lines += [f"  https://{name}:{port}/" for name in reached]
    lines.append(say("host.fingerprint", fingerprint=tls.fingerprint(group.folder)).line)
    if set(reached) - set(tls.certified(group.folder)):
        lines.append(say("host.moved").line)
    if not forks.possible():
        lines.append(say("host.no_forks").line)
    return "\n".join([*lines, say("host.stop").line])


def _settings(notebook: Path, port: int, address: str) -> Config:
    """What Voilà is told: the page, where it listens, and to keep tracebacks, idle kernels and ports to itself."""
    config = Config()
    config.Voila.update(notebook_path=str(notebook), ip=address, port=port, open_browser=False, log_level="WARN")
    config.Voila.update(identity_provider_class=Codes, config_file_paths=[], token="")
    config.Voila.tornado_settings = {"xsrf_cookie_kwargs": {"secure": True, "samesite": "Strict"}}
    config.VoilaConfiguration.update(template="desk", http_header_envs=[SEAT], show_tracebacks=False)
    config.VoilaConfiguration.multi_kernel_manager_class = SeatKernels
    config.MappingKernelManager.update(cull_idle_timeout=IDLE, cull_interval=60)
    config.ZMQChannelsWebsocketConnection.limit_rate = False  # opening the desk is a burst of messages, none to be lost
    if hasattr(socket, "AF_UNIX"):  # a socket in a private folder, not a port that others on the machine can reach
        config.ConnectionFileMixin.transport = "ipc"
    return config


def host(folder: str | Path, *, port: int, address: str) -> None:
    """Serve the desk to a hosted class until interrupted. Call it by ``serving.serve_class``, which prepares for it.

    Raises BadInput where there is no class, no casebook or no certificate, OSError for a port that is taken.
    """
    group = open_class(folder)
    group.casebook().close()  # is it there?
    tls.context(group.folder)
    os.environ["CHATKIT_CLASS"] = str(group.folder)
    with tempfile.TemporaryDirectory(prefix="chatkit-class-") as place:
        notebook = Path(place) / "desk.ipynb"
        notebook.write_text(json.dumps(PAGE), "utf-8")
        app = HostedDesk(config=_settings(notebook, port, address))
        app.group = group
        app.initialize([])
        nursery = forks.install(app) if forks.possible() else None
        try:
            app.start()
        finally:
            if nursery:
                nursery.close()
