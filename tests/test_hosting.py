"""The hosted desk: TLS or nothing, a code or nothing, one's own seat or nothing; and the code of nobody runs there."""

from __future__ import annotations

import asyncio
import http.client
import json
import os
import shutil
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from browserless import Trainee
from tornado.httpclient import HTTPClientError

from chatkit import BadInput
from chatkit.classroom.hall import forks, tls
from chatkit.classroom.hall.classes import TrainingClass, create_class, exports_of, reset, seat_of


@dataclass
class Hosted:
    """A class that is being held."""

    group: TrainingClass
    codes: dict[str, str]
    port: int

    def trainee(self) -> Trainee:
        """Somebody who has not signed in yet."""
        trust = ssl.create_default_context(cafile=self.group.folder / tls.CERTIFICATE)
        return Trainee(f"https://127.0.0.1:{self.port}", trust)


@pytest.fixture(scope="module")
def hosted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hosted]:
    folder = tmp_path_factory.mktemp("hosted") / "class"
    group, codes = create_class(folder, ["甲", "乙", "丙"], seed=3)
    tls.make_certificate(folder, ["127.0.0.1", "localhost"])
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    command = [sys.executable, "-m", "chatkit", "class", "host", str(folder), "--port", str(port)]
    environment = {**os.environ, "PYTHONIOENCODING": "utf-8"}
    with subprocess.Popen(
        [*command, "--listen", "127.0.0.1"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment
    ) as server:
        assert server.stdout
        told = b""
        for line in server.stdout:
            told += line
            if b"Ctrl-C" in line:
                break
        assert tls.fingerprint(folder).encode() in told
        try:
            yield Hosted(group, dict(codes), port)
        finally:
            server.terminate()
            server.wait(timeout=30)


def within(steps: Callable[[], Awaitable[Any]], seconds: float = 90) -> Any:
    """Carry out some steps as a trainee; too slow is a failure."""

    async def bounded() -> Any:
        return await asyncio.wait_for(steps(), seconds)

    return asyncio.run(bounded())


def test_plain_http_gets_no_answer(hosted: Hosted) -> None:
    plain = http.client.HTTPConnection("127.0.0.1", hosted.port, timeout=10)
    with pytest.raises((http.client.HTTPException, ConnectionError)):
        plain.request("GET", "/login")
        plain.getresponse()
    plain.close()


@pytest.mark.parametrize("newest", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_tls_is_as_new_as_the_browser_can(hosted: Hosted, newest: ssl.TLSVersion) -> None:
    trust = ssl.create_default_context(cafile=hosted.group.folder / tls.CERTIFICATE)
    trust.maximum_version = newest
    raw = socket.create_connection(("127.0.0.1", hosted.port), timeout=10)
    with trust.wrap_socket(raw, server_hostname="127.0.0.1") as wrapped:
        assert wrapped.version() == newest.name.replace("_", ".")


def test_the_server_takes_nothing_older_than_tls_1_2(hosted: Hosted) -> None:
    assert tls.context(hosted.group.folder).minimum_version == ssl.TLSVersion.TLSv1_2


def test_a_stranger_gets_the_form_and_nothing_else(hosted: Hosted) -> None:
    async def steps() -> list[tuple[str, int]]:
        stranger = hosted.trainee()
        paths = (
            "/",
            "/exports/",
            "/exports/x.csv",
            "/api/kernels/0",
            "/api/contents",
            "/api/sessions",
            "/api/terminals",
        )
        paths += ("/terminals/1", "/tree", "/lab", "/voila/files/desk.ipynb", "/voila/render/desk.ipynb", "/metrics")
        paths += ("/voila/tree", "/files/class.json", "/voila/api/contents/", "/%2e%2e/class.json", "/desk.ipynb")
        return [(path, (await stranger.fetch(path)).code) for path in paths]

    found = dict(within(steps))
    assert {path: code for path, code in found.items() if code == 302} == {
        "/": 302,
        "/exports/": 302,
        "/exports/x.csv": 302,
    }
    assert {code for path, code in found.items() if path not in ("/", "/exports/", "/exports/x.csv")} <= {403, 404}


def test_a_forged_cookie_signs_nobody_in(hosted: Hosted) -> None:
    async def steps() -> int:
        stranger = hosted.trainee()
        stranger.cookies["__Host-chatkit"] = "t01"
        return (await stranger.fetch("/exports/")).code

    assert within(steps) == 302


def test_a_code_signs_in_with_a_cookie_that_only_tls_carries(hosted: Hosted) -> None:
    async def steps() -> list[str]:
        seat = hosted.trainee()
        token = (await seat.fetch("/login")).body.decode().split('name="_xsrf" value="')[1].split('"')[0]
        body = f"_xsrf={token.replace('|', '%7C')}&code={hosted.codes['t01']}"
        answer = await seat.fetch("/login", method="POST", body=body)
        assert (answer.code, answer.headers["Location"]) == (302, "/")
        return [c for c in answer.headers.get_list("Set-Cookie") if c.startswith("__Host-chatkit=")]

    (cookie,) = within(steps)
    assert all(part in cookie for part in ("Secure", "HttpOnly", "SameSite=Strict", "Path=/"))
    assert "Domain" not in cookie


def test_a_sign_in_from_another_page_is_refused(hosted: Hosted) -> None:
    async def steps() -> int:
        return (await hosted.trainee().fetch("/login", method="POST", body=f"code={hosted.codes['t01']}")).code

    assert within(steps) == 403


def test_a_session_opens_its_own_seat_and_no_other(hosted: Hosted) -> None:
    async def steps() -> None:
        one, two = hosted.trainee(), hosted.trainee()
        assert [await one.sign_in(hosted.codes["t01"]), await two.sign_in(hosted.codes["t02"])] == [302, 302]
        await one.open()
        await two.open()
        seen = [json.dumps(seat.models, ensure_ascii=False) for seat in (one, two)]
        assert "t01 " in seen[0] and "t02 " not in seen[0] and "t02 " in seen[1] and "t01 " not in seen[1]
        assert (await one.fetch(f"/api/kernels/{one.kernel}")).code == 200
        assert (await one.fetch(f"/api/kernels/{two.kernel}")).code == 404
        token = one.cookies["_xsrf"]
        ended = await one.fetch(f"/api/kernels/{two.kernel}?_xsrf={token}", method="DELETE")
        assert ended.code in (403, 404)
        with pytest.raises(HTTPClientError) as refused:
            await one.connect(two.kernel)
        assert refused.value.code == 404
        assert (await two.fetch(f"/api/kernels/{two.kernel}")).code == 200
        await one.close()
        await two.close()

    within(steps)


def test_the_browser_cannot_say_whose_seat_it_is(hosted: Hosted) -> None:
    async def steps() -> str:
        seat = hosted.trainee()
        await seat.sign_in(hosted.codes["t03"])
        seat.headers = {"X-Chatkit-Seat": "t01", "x-chatkit-seat": "t01"}
        await seat.open()
        told = json.dumps(seat.models, ensure_ascii=False)
        await seat.close()
        return told

    told = within(steps)
    assert "t03 " in told and "t01 " not in told


def test_the_code_of_a_trainee_is_not_run(hosted: Hosted, tmp_path: Path) -> None:
    async def steps() -> None:
        seat = hosted.trainee()
        await seat.sign_in(hosted.codes["t01"])
        await seat.open()
        wanted = {"code": f"open({str(tmp_path / 'ran')!r}, 'w')", "silent": False, "store_history": False}
        for channel in ("shell", "control"):
            await seat.send("execute_request", {**wanted, "user_expressions": {}}, channel=channel, wait=False)
        await seat.send("comm_info_request", {})  # answered after what was sent before it
        await seat.close()

    within(steps)
    time.sleep(0.5)
    assert not (tmp_path / "ran").exists()


def test_one_seat_has_one_kernel_and_a_new_page_takes_it_over(hosted: Hosted) -> None:
    async def steps() -> tuple[int, int]:
        seat, again = hosted.trainee(), hosted.trainee()
        await seat.sign_in(hosted.codes["t02"])
        await seat.open()
        again.cookies = dict(seat.cookies)
        await again.open()
        codes = [(await again.fetch(f"/api/kernels/{each.kernel}")).code for each in (seat, again)]
        await seat.close()
        await again.close()
        return codes[0], codes[1]

    assert within(steps) == (404, 200)


def test_downloads_are_those_of_ones_own_seat(hosted: Hosted) -> None:
    casebook = hosted.group.casebook()
    folders = [exports_of(hosted.group, id, casebook) for id in ("t01", "t02")]
    for folder, text in zip(folders, ("eins", "zwei"), strict=True):
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{text}.csv").write_text(text, "utf-8")
    (folders[0] / ".zwei.csv").symlink_to(folders[1] / "zwei.csv")

    async def steps() -> tuple[str, bytes, list[int]]:
        seat = hosted.trainee()
        await seat.sign_in(hosted.codes["t01"])
        listed, own = (await seat.fetch("/exports/")).body.decode(), (await seat.fetch("/exports/eins.csv")).body
        paths = (
            "zwei.csv",
            "..%2F..%2Ft02-1%2Fexports%2Fzwei.csv",
            "../../t02-1/exports/zwei.csv",
            "..",
            "%2Fetc%2Fpasswd",
        )
        paths += ("..%5C..%5Cclass.json", ".zwei.csv", "..%2F..%2F..%2Fclass.key", "%00", "chats")
        return listed, own, [(await seat.fetch(f"/exports/{path}")).code for path in paths]

    listed, own, codes = within(steps)
    casebook.close()
    assert "eins.csv" in listed and "zwei" not in listed
    assert own == b"eins"
    assert set(codes) == {404}


def test_after_a_reset_the_next_page_is_the_new_seat(hosted: Hosted) -> None:
    casebook = hosted.group.casebook()
    reset(hosted.group, "t02", casebook)
    seat_of(hosted.group, "t02", casebook)
    casebook.close()

    async def steps() -> str:
        seat = hosted.trainee()
        await seat.sign_in(hosted.codes["t02"])
        await seat.open()
        told = json.dumps(seat.models, ensure_ascii=False)
        await seat.close()
        return told

    assert "t02-2 " in within(steps)


def test_wrong_codes_are_answered_later_and_later(hosted: Hosted) -> None:
    async def steps() -> list[tuple[int, float]]:
        stranger, told = hosted.trainee(), []
        for _ in range(2):
            start = time.monotonic()
            status = await stranger.sign_in("AAAA-BBBB-CCCC")
            told.append((status, time.monotonic() - start))
        return told

    (first, took), (second, longer) = within(steps)
    assert first == second == 403
    assert took >= 1.0 and longer >= 2.0


def test_leaving_forgets_the_session(hosted: Hosted) -> None:
    async def steps() -> tuple[int, int]:
        seat = hosted.trainee()
        await seat.sign_in(hosted.codes["t01"])
        before, cookies = (await seat.fetch("/exports/")).code, dict(seat.cookies)
        await seat.fetch("/logout")
        seat.cookies = cookies  # a copy of the cookie is of no use afterwards
        return before, (await seat.fetch("/exports/")).code

    assert within(steps) == (200, 302)


def test_a_class_without_certificate_is_not_hosted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    group, _ = create_class(tmp_path / "class", ["甲"], seed=3)
    with pytest.raises(BadInput, match="没有可用的证书"):
        tls.context(group.folder)
    with pytest.raises(BadInput, match="没有可用的证书"):
        tls.fingerprint(group.folder)


def test_the_certificate_names_hosts_and_addresses_and_its_key_is_private(tmp_path: Path) -> None:
    mark = tls.make_certificate(tmp_path, ["teacher.local", "192.0.2.9"])
    assert tls.certified(tmp_path) == ["teacher.local", "192.0.2.9"]
    assert len(mark.split(":")) == 32
    assert (tmp_path / tls.KEY).stat().st_mode & 0o077 == 0
    with pytest.raises(BadInput, match="文件已存在"):
        tls.make_certificate(tmp_path, ["teacher.local"])


@pytest.mark.skipif(not forks.possible(), reason="kernels are forked on Linux alone")
def test_a_fork_ends_with_the_process_it_was_forked_from(tmp_path: Path) -> None:
    nursery = forks.Nursery()
    connection = {"ip": "127.0.0.1", "transport": "tcp", "key": "k", "signature_scheme": "hmac-sha256"}
    ports = dict.fromkeys(("shell_port", "iopub_port", "stdin_port", "control_port", "hb_port"), 0)
    (tmp_path / "kernel.json").write_text(json.dumps({**connection, **ports}), "utf-8")
    pid = nursery.fork(["-f", str(tmp_path / "kernel.json")], dict(os.environ), str(tmp_path))
    kernel = forks.Forked(pid)
    assert kernel.poll() is None
    nursery.close()
    deadline = time.monotonic() + 20
    while kernel.poll() is None and time.monotonic() < deadline:
        time.sleep(0.1)
    assert kernel.poll() == 0


@pytest.mark.skipif(shutil.which("chromium") is None and not os.environ.get("CI"), reason="chromium is not installed")
def test_in_a_browser_the_code_opens_the_desk_and_nothing_is_asked_of_elsewhere(hosted: Hosted) -> None:
    from playwright.sync_api import sync_playwright

    flags = ["--no-sandbox", "--disable-gpu", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"]
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=shutil.which("chromium"), args=flags)
        view = browser.new_page(ignore_https_errors=True)
        view.set_default_timeout(60_000)
        asked: list[str] = []
        view.on("request", lambda request: asked.append(request.url))
        view.goto(f"https://127.0.0.1:{hosted.port}/")
        view.get_by_label("个人代码").fill(hosted.codes["t03"].lower())
        view.get_by_role("button", name="登录").click()
        view.get_by_role("button", name="进入", exact=True).click()
        view.get_by_role("button", name="提交申请").wait_for()
        browser.close()
    own = (f"https://127.0.0.1:{hosted.port}/", f"wss://127.0.0.1:{hosted.port}/", "data:", "blob:")
    assert [url for url in asked if not url.startswith(own)] == []
