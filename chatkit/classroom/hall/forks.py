"""Kernels by fork: one warm process has everything loaded, and each trainee's kernel is a copy of it.

A kernel that loads the kit by itself takes about 200 MB and two seconds of a core. A fork shares what was loaded
(memory is copied page by page, as it is written to) and starts in a tenth of the time. Linux only: elsewhere every
kernel loads the kit for itself. ``python -m chatkit.classroom.hall.forks`` is the warm process; it reads one line of
JSON for each kernel wanted.
"""

from __future__ import annotations

import asyncio
import gc
import importlib
import json
import os
import select
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping
from importlib.metadata import EntryPoint
from typing import Any

from jupyter_client.provisioning.factory import KernelProvisionerFactory
from jupyter_client.provisioning.local_provisioner import LocalProvisioner

NAME = "chatkit-forks"
WARM = (
    "ipykernel.kernelapp",
    "ipykernel.ipkernel",
    "ipywidgets",
    "matplotlib.figure",
    "chatkit",
    "chatkit.classroom.hall.classes",
)


def possible() -> bool:
    """Whether kernels can be forked here."""
    return sys.platform == "linux"


class Nursery:
    """The warm process, seen from the server."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", __name__], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self._turn = threading.Lock()

    @property
    def pid(self) -> int:
        """The process id."""
        return self._process.pid

    def fork(self, argv: list[str], env: Mapping[str, str], cwd: str) -> int:
        """Start a kernel; returns its process id. Raises RuntimeError where the warm process has died."""
        assert self._process.stdin and self._process.stdout
        with self._turn:
            self._process.stdin.write(json.dumps({"argv": argv, "env": dict(env), "cwd": cwd}) + "\n")
            self._process.stdin.flush()
            told = self._process.stdout.readline()
        if not told:
            raise RuntimeError("the warm process has died")
        return int(told)

    def close(self) -> None:
        """End the warm process; its kernels end with it."""
        assert self._process.stdin and self._process.stdout
        self._process.stdin.close()
        self._process.wait(timeout=10)
        self._process.stdout.close()


class Forked:
    """A forked kernel, as much like a ``Popen`` as the provisioner needs. It is nobody's child here."""

    stdin = stdout = stderr = None

    def __init__(self, pid: int) -> None:
        self.pid, self._handle = pid, os.pidfd_open(pid)

    def poll(self) -> int | None:
        """0 once it has ended, None before."""
        return 0 if select.select([self._handle], [], [], 0)[0] else None

    def wait(self) -> int:
        """Wait for its end."""
        select.select([self._handle], [], [])
        return 0

    def send_signal(self, number: int) -> None:
        """Send a signal; one that has ended gets none."""
        if self.poll() is None:
            signal.pidfd_send_signal(self._handle, number)

    def __del__(self) -> None:
        os.close(self._handle)


class ForkProvisioner(LocalProvisioner):
    """Gives jupyter_client its kernels by fork."""

    nursery: Nursery

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> Any:
        """Ask the warm process for a kernel; ``cmd`` ends with ``-f`` and the connection file."""
        wanted = cmd[cmd.index("-f") :], kwargs["env"], str(kwargs.get("cwd") or os.getcwd())
        self.pid = self.pgid = await asyncio.to_thread(self.nursery.fork, *wanted)
        self.process = Forked(self.pid)  # type: ignore[assignment]  # all that is asked of a Popen
        return self.connection_info


def install(parent: Any) -> Nursery:
    """Let every kernel of this process be forked from one warm process, which is started."""
    ForkProvisioner.nursery = Nursery()
    factory = KernelProvisionerFactory.instance(parent=parent)
    factory.provisioners[NAME] = EntryPoint(NAME, f"{__name__}:ForkProvisioner", factory.GROUP_NAME)
    factory.default_provisioner_name = NAME
    return ForkProvisioner.nursery


def _kernel(argv: list[str], env: Mapping[str, str], cwd: str) -> None:
    """Become a kernel. Runs in the copy, and does not return."""
    os.setsid()
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 0)
    os.dup2(2, 1)  # the pipe to the server belongs to the warm process
    os.environ.clear()
    os.environ.update(env)
    os.chdir(cwd)
    parent = f"--IPKernelApp.parent_handle={os.getppid()}"  # a kernel ends when the warm process does
    widgets = "--IPKernelApp.extensions=ipywidgets"  # imported before there was a kernel, they do not know this one
    sys.argv = ["ipykernel", *argv, parent, widgets]
    app = importlib.import_module("ipykernel.kernelapp").IPKernelApp

    class Unbounded(app):  # type: ignore[misc, valid-type]
        def init_iopub(self, context: Any) -> None:
            context.sndhwm = 0  # ZeroMQ drops what is queued beyond 1000 messages: a page would lose its controls
            super().init_iopub(context)

    Unbounded.launch_instance()


def _serve() -> None:
    """The warm process: load, then fork once for each line read, until the server closes the pipe."""
    for module in WARM:
        importlib.import_module(module)
    kit = importlib.import_module("chatkit")
    kit.detect(["虚构 13800001234"])  # the tables of the detector are read once, here
    kit.parse_policy(kit.packaged())
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for the kernels: the system clears them away
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C ends the server, which then closes the pipe
    gc.collect()
    gc.freeze()  # the collector would otherwise write to, and so copy, every page that is shared
    for line in sys.stdin:
        wanted = json.loads(line)
        pid = os.fork()
        if pid == 0:
            try:
                _kernel(**wanted)
            finally:
                os._exit(0)
        print(pid, flush=True)


if __name__ == "__main__":
    _serve()
