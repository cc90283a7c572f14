"""The soak: 25 trainees at once on a hosted desk, each carrying out the whole method; nothing may be lost.

``make soak`` starts the real server with TLS, signs 25 sessions in with their codes and lets each file a request, pass
three gates, search, mask, export and destroy over the websocket, as a page would. It prints pages served, seconds a
page, entries in the log beside the entries expected, and the peak of memory of server and kernels together. It fails
where an entry is lost, the casebook does not verify, or memory passes 4 GB.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import psutil
from browserless import Trainee

from chatkit.classroom.hall import tls
from chatkit.classroom.hall.classes import TrainingClass, create_class, open_class, seat_of

TRAINEES, MOST_MEMORY = 25, 4 << 30
GATES = ("department_head", "it_review", "legal")
# What one trainee leaves in the log. The rows are searched and masked once by the applicant to read them, and once
# by data security to export them.
EXPECTED = {
    **{"apply": 1, "approve": 3, "permit": 1, "search": 3, "mask": 2},
    **{"export_started": 1, "export": 1, "destroy_started": 1, "destroy": 1},
}


class Meter:
    """Counts pages and samples the memory of a process and all below it."""

    def __init__(self, pid: int) -> None:
        self.process, self.peak, self.seconds = psutil.Process(pid), 0, dict[str, list[float]]()

    async def watch(self) -> None:
        """Sample every half second until cancelled: shared pages are counted once (PSS)."""
        while True:
            total = 0
            for each in [self.process, *self.process.children(recursive=True)]:
                try:
                    total += each.memory_full_info().pss
                except psutil.Error:  # it ended meanwhile
                    continue
            self.peak = max(self.peak, total)
            await asyncio.sleep(0.5)

    def took(self, what: str, since: float) -> None:
        """Note how long something took."""
        self.seconds.setdefault(what, []).append(time.monotonic() - since)


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wanted(group: TrainingClass) -> Mapping[str, dict[str, str]]:
    """What each trainee asks for: one customer of their own data, on the days of the first conversation."""
    found = {}
    casebook = group.casebook()
    for trainee in group.trainees:
        first = seat_of(group, trainee.id, casebook).chats.frame.iloc[0]
        day = f"{first['sent_at']:%Y-%m-%d}"
        found[trainee.id] = {"客户账号": first["customer_id"], "起始日期": day, "结束日期": day}
    casebook.close()
    return found


async def play(seat: Trainee, role: str) -> None:
    """Sit down at the desk as somebody of the cast."""
    labels = seat.models[seat.find("^角色$")]["_options_labels"]
    (index,) = [n for n, label in enumerate(labels) if label.startswith(role)]
    await seat.put("^角色$", index=index)
    await seat.click("^进入$")


async def whole_method(seat: Trainee, trainee: str, asks: Mapping[str, str], roles: Mapping[str, str]) -> None:
    """File, approve three times, search, mask, export, destroy."""
    await play(seat, roles["applicant"])
    await seat.put("^查询目的$", index=1)
    for label, value in {"查询原因": f"投诉 #2023-0876-{trainee}", **asks}.items():
        await seat.put(f"^{label}$", value=value)
    await seat.click("^提交申请$")
    for gate in GATES:
        await seat.click("^换人$")
        await play(seat, roles[gate])
        await seat.click(f"0876-{trainee}")
        await seat.click("^通过这道关卡$")
    await seat.click("^换人$")
    await play(seat, roles["applicant"])
    await seat.click(f"0876-{trainee}")
    await seat.click("^凭许可检索$")
    await seat.click("^去脱敏$")
    await seat.click("^脱敏并预览$")
    await seat.click("^换人$")
    await play(seat, roles["data_security"])
    await seat.click(f"0876-{trainee}")
    await seat.click("^导出$")
    await seat.click("^[▸· 0-9]*销毁|^.* 销毁$")
    await seat.click("^销毁 ")


async def attend(
    seat: Trainee, code: str, trainee: str, asks: Mapping[str, str], roles: Mapping[str, str], meter: Meter
) -> None:
    """One trainee, from the code to the disposal."""
    start = time.monotonic()
    assert await seat.sign_in(code) == 302, trainee
    meter.took("sign in", start)
    start = time.monotonic()
    await seat.open()
    meter.took("page", start)
    start = time.monotonic()
    await whole_method(seat, trainee, asks, roles)
    meter.took("whole method", start)


async def soak(folder: Path, server: subprocess.Popen[str], port: int, codes: Mapping[str, str]) -> Meter:
    """All trainees at once."""
    group = open_class(folder)
    trust, meter = ssl.create_default_context(cafile=folder / tls.CERTIFICATE), Meter(server.pid)
    casebook = group.casebook()
    roles = {role: name.zh for role, name in casebook.policy.roles.items()}
    casebook.close()
    asks = wanted(group)
    watching = asyncio.ensure_future(meter.watch())
    seats = {trainee: Trainee(f"https://127.0.0.1:{port}", trust) for trainee in codes}
    await asyncio.gather(
        *(attend(seat, codes[trainee], trainee, asks[trainee], roles, meter) for trainee, seat in seats.items())
    )
    for seat in seats.values():
        await seat.close()
    watching.cancel()
    meter.seconds["press"] = [wait for seat in seats.values() for wait in seat.waits]
    return meter


def main(trainees: int = TRAINEES) -> int:
    """Run it in a folder of its own; returns 0 where nothing was lost and memory stayed below the limit."""
    with tempfile.TemporaryDirectory(prefix="soak-") as place:
        folder, port = Path(place) / "class", free_port()
        group, codes = create_class(folder, [f"学员{n}（虚构）" for n in range(1, trainees + 1)], seed=1)
        tls.make_certificate(folder, ["127.0.0.1"])
        before = len(group.casebook().store.entries())
        wanted(group)  # the data is made when the class is, not while it is held
        command = [sys.executable, "-m", "chatkit", "class", "host", str(folder), "--port", str(port)]
        with subprocess.Popen([*command, "--listen", "127.0.0.1"], stdout=subprocess.PIPE, text=True) as server:
            try:
                assert server.stdout
                next(line for line in server.stdout if "Ctrl-C" in line)
                start = time.monotonic()
                meter = asyncio.run(soak(folder, server, port, codes))
                took = time.monotonic() - start
            finally:
                server.terminate()
                server.wait(timeout=60)
        return report(group, before, meter, took)


def report(group: TrainingClass, before: int, meter: Meter, took: float) -> int:
    """Print the figures; returns 0 where all is as expected."""
    casebook = group.casebook()
    people = len(group.trainees)
    found = Counter(record.event for record in casebook.store.records()[before:])
    expected = {event: n * people for event, n in EXPECTED.items()}
    faults = casebook.verify()
    for what, seconds in meter.seconds.items():
        ordered = sorted(seconds)
        print(f"{what}: {len(ordered)} × · median {statistics.median(ordered):.1f} s · slowest {ordered[-1]:.1f} s")
    print(f"all of it: {took:.0f} s for {people} trainees on {psutil.cpu_count()} cores")
    print(f"log: {sum(found.values())} entries, {sum(expected.values())} expected; casebook {faults or 'verifies'}")
    print(f"memory: {meter.peak / (1 << 20):,.0f} MB at its peak, {meter.peak / people / (1 << 20):.0f} MB a trainee")
    if found != expected:
        print({event: (found[event], expected.get(event, 0)) for event in found | expected})
    return int(found != expected or bool(faults) or meter.peak >= MOST_MEMORY)


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
