"""How fast exports are read, beside parsing their lines and nothing more, and how much memory that takes.

Part of ``make bench``; alone: ``python tests/reading.py [--rows N] [--rounds N]``.
"""

import csv
import gc
import json
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import count, islice
from operator import itemgetter
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pandas as pd
import xlsxwriter

import chatkit as ck
import synthetic_data

HERE = Path(__file__).parent
LARGE = 200_000_000  # bytes of the file that memory is measured on
SHEET_MOST = 50_000  # rows of the workbook: openpyxl takes long
PAGE = 100  # messages of an answer of sync_msg
FORMS = {
    "wecom": "企业微信存档 WeCom archive",
    "kf": "sync_msg",
    "mp": "getmsglist",
    "entry": "ConversationEntry",
    "enhanced": "ConversationEntry, enhanced",
    "kf_page": f"sync_msg，一行一页 a page of {PAGE} a line",
}
HEADER = ("消息编号", "会话编号", "客户编号", "发送时间", "发送方", "发送人", "消息类型", "消息内容")
ROLES = {"customer": "EndUser", "agent": "Agent", "robot": "Bot", "system": "System"}
Message = dict[str, Any]
Job = Callable[[], object]


def messages(rows: int, seed: int) -> Iterator[Message]:
    """Generated messages with their customers, as many as asked."""
    for chunk in synthetic_data.generate(conversations=10_000_000, seed=seed):
        people = chunk["conversations"].set_index("conversation_id")["customer_id"]
        made = chunk["messages"].assign(customer=chunk["messages"]["conversation_id"].map(people))
        made["ms"] = made["sent_at"].astype("int64")
        made["utc"] = made["sent_at"].dt.strftime("%Y-%m-%dT%H:%M:%S.000Z")
        made["china"] = made["sent_at"].dt.tz_convert("Asia/Shanghai").dt.strftime("%Y-%m-%d %H:%M:%S")
        yield from made.head(rows).to_dict("records")
        rows -= min(rows, len(made))
        if not rows:
            return


def as_json(form: str, m: Message) -> dict[str, Any]:
    """A message as an export of that form has it."""
    said, staff = m["role"] == "customer", m["sender_id"] or "k1001"
    customer = f"wm{m['customer']}PpvBXqcQAbOHOzl9K26xgP"
    match form:
        case "wecom":
            sides = (customer, staff) if said else (staff, customer)
            ids = {"msgid": f"{m['message_id']}_{m['ms']}_external", "action": "send", "from": sides[0]}
            where = {"tolist": [sides[1]], "roomid": "", "msgtime": m["ms"]}
            return {**ids, **where, "msgtype": "text", "text": {"content": m["text"]}}
        case "kf" | "kf_page":
            ids = {
                "msgid": f"{m['message_id']}AbOHOzl9K26x",
                "open_kfid": "wkAJ2GCAAASSm4",
                "external_userid": customer,
            }
            sent = {"send_time": m["ms"] // 1000, "origin": 3 if said else 5, "servicer_userid": staff}
            return {**ids, **sent, "msgtype": "text", "text": {"content": m["text"]}}
        case "mp":
            told = {"openid": customer, "opercode": 2003 if said else 2002, "text": m["text"]}
            return {**told, "time": m["ms"] // 1000, "worker": f"{staff}@shop"}
        case "entry":
            ids = {"Id": m["message_id"], "ConversationId": m["conversation_id"], "EntryType": "Text"}
            who = {"ActorType": ROLES[m["role"]], "ActorId": m["sender_id"], "ActorName": ""}
            return {**ids, **who, "EntryTime": m["utc"], "Message": m["text"]}
        case _:
            payload = {"abstractMessage": {"messageType": "StaticContentMessage", "staticContent": {"text": m["text"]}}}
            sender = {"role": ROLES[m["role"]], "subject": m["sender_id"], "displayName": ""}
            ids = {"identifier": m["message_id"], "conversation_identifier": m["conversation_id"]}
            inner = {"entry_payload": json.dumps(payload, ensure_ascii=False), "sender": json.dumps(sender)}
            return {**ids, "entry_type": "Message", **inner, "transcripted_timestamp": m["ms"]}


def write_json(path: Path, form: str, made: Sequence[Message]) -> Path:
    """The messages in a form that has one JSON value a line."""
    values: Iterator[dict[str, Any]] = (as_json(form, m) for m in made)
    if form == "kf_page":
        paged = values
        values = ({"msg_list": page, "has_more": 0} for page in iter(lambda: list(islice(paged, PAGE)), []))
    with open(path, "w", encoding="utf-8", newline="\n") as out:
        out.writelines(json.dumps(value, ensure_ascii=False) + "\n" for value in values)
    return path


def as_cells(m: Message) -> tuple[str, ...]:
    """A message as a row under HEADER."""
    keys = ("message_id", "conversation_id", "customer", "china", "role", "sender_id", "type", "text")
    return tuple(m[key] for key in keys)


def write_csv(path: Path, encoding: str, made: Sequence[Message]) -> Path:
    """The messages as a table of text."""
    with open(path, "w", encoding=encoding, newline="") as out:
        writer = csv.writer(out)
        writer.writerow(HEADER)
        writer.writerows(map(as_cells, made))
    return path


def write_sheet(path: Path, made: Sequence[Message]) -> Path:
    """The messages as a workbook."""
    with xlsxwriter.Workbook(path, {"constant_memory": True, "strings_to_formulas": False}) as book:
        sheet = book.add_worksheet()
        for number, cells in enumerate([HEADER, *map(as_cells, made)]):
            for place, cell in enumerate(cells):
                sheet.write_string(number, place, cell)
    return path


# ---- what others do with the same file, and no more


def lines_parsed(path: Path) -> None:
    """Each line through json.loads, and nothing kept."""
    with open(path, encoding="utf-8") as file:
        for line in file:
            json.loads(line)


def table_parsed(path: Path, encoding: str) -> object:
    """The table as pandas has it: text, no role, no time."""
    return pd.read_csv(path, dtype=str, keep_default_na=False, encoding=encoding)


def sheet_parsed(path: Path) -> None:
    """Each row of the first sheet, and nothing kept."""
    book = openpyxl.load_workbook(path, read_only=True)
    for _ in book.worksheets[0].iter_rows(values_only=True):
        pass
    book.close()


def contests(folder: Path, made: Sequence[Message]) -> Iterator[tuple[str, str, Path, int, Job]]:
    """Form, what it is beside, the file, its rows, and what the other does with it."""
    for form, words in FORMS.items():
        path = write_json(folder / f"{form}.jsonl", form, made)
        yield words, "json.loads", path, len(made), partial(lines_parsed, path)
    for encoding in ("utf-8-sig", "gb18030"):
        path = write_csv(folder / f"{encoding}.csv", encoding, made)
        yield f"CSV {encoding}", "pandas.read_csv", path, len(made), partial(table_parsed, path, encoding)
    sheet = made[:SHEET_MOST]
    path = write_sheet(folder / "sheet.xlsx", sheet)
    yield "XLSX", "openpyxl", path, len(sheet), partial(sheet_parsed, path)


def compare(made: Sequence[Message], rounds: int) -> pd.DataFrame:
    """One unmeasured pass, then round after round, by turns: CPU seconds, and ours as a multiple of the same round."""
    told = {}
    with tempfile.TemporaryDirectory() as folder:
        for words, beside, path, rows, other in contests(Path(folder), made):
            jobs = (other, partial(ck.read_chats, path))
            seconds = np.array([[timed(job) for job in jobs] for _ in range(rounds + 1)])[1:]
            theirs, ours = np.median(seconds, axis=0)
            told[words] = {
                "行 rows": f"{rows:,}",
                "MB": f"{path.stat().st_size / 1e6:.0f}",
                "秒 s": f"{ours:.2f}",
                "旁边 beside": f"{beside} {theirs:.2f} s",
                "× 用时 × its time": f"{np.median(seconds[:, 1] / seconds[:, 0]):.2f}",
            }
            path.unlink()
    return pd.DataFrame(told).T


def timed(job: Job) -> float:
    """CPU seconds of one run."""
    gc.collect()
    began = time.process_time()
    job()
    return time.process_time() - began


# ---- memory


def memory(made: Sequence[Message]) -> Iterator[str]:
    """The most memory that reading a large file takes, in a process of its own, beside file and result."""
    from bench import in_its_own_process

    if not Path("/proc/self/clear_refs").exists():
        yield "内存只在 Linux 上测 · memory is measured on Linux only"
        return
    with tempfile.TemporaryDirectory() as folder:
        path = write_large(Path(folder) / "large.jsonl", made)
        extra, kept, rows = map(int, in_its_own_process(f"peak({str(path)!r})", "reading"))
        size = path.stat().st_size
    large, times = [f"{n / 1e6:.0f} MB" for n in (size, extra, kept)], [f"{extra / n:.2f}" for n in (size, kept)]
    yield (
        f"新进程读 {large[0]} 的存档，{rows:,} 条：峰值（VmHWM）减去起点 {large[1]}，是文件的 {times[0]} 倍，"
        f"是结果（DataFrame，{large[2]}）的 {times[1]} 倍"
        f"\na new process reads an archive of {large[0]}, {rows:,} messages: peak (VmHWM) less what was there"
        f"\n{large[1]}, × {times[0]} the file, × {times[1]} the result (a DataFrame of {large[2]})"
    )


def write_large(path: Path, made: Sequence[Message]) -> Path:
    """The messages as an archive, again and again under new ids, until the file is large."""
    with open(path, "w", encoding="utf-8", newline="\n") as out:
        for number in count():
            again = (as_json("wecom", {**m, "message_id": f"{number}{m['message_id']}"}) for m in made)
            out.writelines(json.dumps(value, ensure_ascii=False) + "\n" for value in again)
            if out.tell() >= LARGE:
                break
    return path


def peak(path: str) -> tuple[int, int, int]:
    """Bytes at the peak of reading beyond those before it, bytes of the result, and its rows."""
    from bench import extra_memory

    read = list[ck.Chats]()
    extra = extra_memory(lambda: read.append(ck.read_chats(path)))
    frame = read[0].frame
    return extra, int(frame.memory_usage(deep=True).sum()), len(frame)


def read(rows: int, rounds: int, seed: int) -> None:
    """Prints both: speed and memory."""
    made = sorted(messages(rows, seed), key=itemgetter("ms"))  # as interfaces and archives give them
    print(
        f"{rounds} 轮的中位数，一个核，CPU 秒；× 用时：我们的用时是它的几倍（它只解析，不留下什么）"
        f"\nmedians of {rounds} rounds, one core, CPU seconds; × its time: ours as a multiple (it only parses)"
    )
    print(compare(made, rounds).to_string())
    for line in memory(made):
        print(line)


def main() -> None:
    """This part of the bench alone."""
    from bench import SEED, alone, head

    given = alone(__doc__, 200_000)
    head("读入", "reading")
    read(given.rows, given.rounds, SEED)


if __name__ == "__main__":
    main()
