"""idle.py PORT COUNT EXTRA PID   opens COUNT connections that say nothing, hands in mail beside them, then asks for EXTRA more.

Prints one line of JSON: how many were greeted, the resident KiB of the process PID before and with them, the replies to 20
messages, how many of the EXTRA connections were greeted and how many were told 421.
"""
import asyncio
import collections
import json
import resource
import sys

port, count, extra, pid = (int(word) for word in sys.argv[1:5])
hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def resident():
    for line in open("/proc/%d/status" % pid):
        if line.startswith("VmRSS"):
            return int(line.split()[1])


async def connect(turn):
    async with turn:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        greeting = await reader.readline()
        return greeting[:3].decode(), reader, writer


async def hand(number):
    code, reader, writer = await connect(asyncio.Semaphore(1))
    try:
        if code != "220":
            return code
        for line in (b"EHLO idle.example", b"MAIL FROM:<s@idle.example>", b"RCPT TO:<r@sink.example>", b"DATA",
                     b"From: s@idle.example\r\nX-Number: %d\r\n\r\nhello\r\n." % number):
            writer.write(line + b"\r\n")
            while (answer := await reader.readline())[3:4] == b"-":
                pass
        return answer[:3].decode()
    finally:
        writer.close()


async def main():
    before, turn = resident(), asyncio.Semaphore(200)
    idle = await asyncio.gather(*(connect(turn) for _ in range(count)))
    during = resident()
    replies = [await hand(number) for number in range(20)]
    more = await asyncio.gather(*(connect(turn) for _ in range(extra)))
    codes = collections.Counter(code for code, _, _ in more)
    print(json.dumps({
        "greeted": sum(code == "220" for code, _, _ in idle), "before": before, "during": during, "replies": replies,
        "more": codes["220"], "refused": codes["421"],
    }))
    for _, _, writer in idle + more:
        writer.close()


asyncio.run(main())
