"""torture.py MARTLET KILLS [--seed N] [--restarts] [--window MS]   kills the engine under load, again and again, on one data folder, and compares.

SMTP clients and HTTP clients (each request with an Idempotency-Key, repeated under the same key until it is answered)
hand in numbered messages all the time; a sink takes them. The engine is killed with SIGKILL at random moments: while it
works, while it starts and recovers, and while it drains after SIGTERM; now and then it is let come to its end. With
--restarts it always is: SIGTERM, and a new start, so many times.

Exit status 0 only if every message that was answered 250 or 202 arrived, no request made two messages, and a message came
twice only if its first copy was given shortly before a kill or was on its way then. Loopback only; ends by itself.
"""
import argparse
import asyncio
import bisect
import collections
import json
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

arguments = argparse.ArgumentParser()
arguments.add_argument("martlet")
arguments.add_argument("kills", type=int)
arguments.add_argument("--seed", type=int, default=random.randrange(1 << 30))
arguments.add_argument("--restarts", action="store_true")
# An outcome is on disk within so much of the receiver's 250; a slow build may be granted more.
arguments.add_argument("--window", type=float, default=50, metavar="MS")
arguments = arguments.parse_args()
WINDOW = arguments.window * 1e6
SMTP_CLIENTS, HTTP_CLIENTS, RATE = 14, 6, 2000
binary, kills, seed = os.path.abspath(arguments.martlet), arguments.kills, arguments.seed
dice = random.Random(seed)
work = tempfile.mkdtemp(prefix="martlet-torture-", dir=os.environ.get("TMPDIR") or "/var/tmp")
log = open(work + "/log", "ab")
children = []
for number in (signal.SIGTERM, signal.SIGHUP):
    # As Ctrl-C does: whatever was started is ended.
    signal.signal(number, signal.default_int_handler)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


sink_port, submission, api = free_port(), free_port(), free_port()
open(work + "/martlet.yaml", "w").write("""
hostname: torture.example
data: %s/data
api: {listen: "127.0.0.1:%d", require_verified_domain: false, require_known_domain: false}
submission:
  - {listen: "127.0.0.1:%d", tls: none, trusted_networks: [127.0.0.0/8]}

queue:
  segment_size: 1MiB
  free_disk_percent: 1
  drain: 5s
  retry: {first: 1s, factor: 1, maximum: 1s, connection: {first: 1s, factor: 1, maximum: 1s}}
  site_back_off: {first: 1s, factor: 1, maximum: 1s}
transports:
  next: {kind: relay, hosts: ["127.0.0.1:%d"], tls: none}
routes:
  - {match: "*", transport: next}
log: {level: error}
""" % (work, api, submission, sink_port))


class Load:
    """What clients know: which numbers were acknowledged, and when."""

    def __init__(self):
        self.next = 0
        self.smtp, self.http, self.refused = set(), set(), 0
        self.key, self.stops = None, False
        self.start = time.monotonic()

    def number(self):
        self.next += 1
        return self.next

    async def pace(self):
        """So much and no more: what one process of Python can check afterwards."""
        while self.next > (time.monotonic() - self.start) * RATE + 50 and not self.stops:
            await asyncio.sleep(0.005)


load = Load()


async def replies(reader, count):
    codes = []
    while len(codes) < count:
        line = await reader.readline()
        if not line:
            raise ConnectionError("closed")
        if line[3:4] != b"-":
            codes.append(int(line[:3]))
    return codes


async def smtp_client():
    while not load.stops:
        writer = None
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", submission)
            await replies(reader, 1)
            writer.write(b"EHLO inject.example\r\n")
            await replies(reader, 1)
            while not load.stops:
                await load.pace()
                number = load.number()
                writer.write(
                    b"MAIL FROM:<s@inject.example>\r\nRCPT TO:<r%d@sink%d.example>\r\nDATA\r\n" % (number % 7, number % 5))
                codes = await replies(reader, 3)
                if codes[2] != 354:
                    load.refused += 1
                    raise ConnectionError("refused")
                writer.write(
                    b"From: s@inject.example\r\nSubject: n\r\nX-Number: %d\r\n\r\n%s\r\n.\r\n"
                    % (number, b"x" * (40000 if number % 97 == 0 else 500)))
                if (await replies(reader, 1))[0] == 250:
                    load.smtp.add(number)
                else:
                    load.refused += 1
        except (OSError, ConnectionError, ValueError):
            await asyncio.sleep(0.01)
        finally:
            if writer:
                writer.close()


async def http_client():
    pending, writer = None, None
    while not load.stops:
        try:
            if load.key is None:
                await asyncio.sleep(0.01)
                continue
            if writer is None:
                reader, writer = await asyncio.open_connection("127.0.0.1", api)
            if pending is None:
                await load.pace()
                pending = load.number()
            body = json.dumps({
                "from": "s@inject.example", "to": "r%d@sink%d.example" % (pending % 7, pending % 5), "subject": "n",
                "text": "x" * 300, "headers": {"X-Number": str(pending)},
            }).encode()
            writer.write(
                b"POST /v1/messages/send HTTP/1.1\r\nHost: torture\r\nAuthorization: Bearer %s\r\n"
                b"Content-Type: application/json\r\nIdempotency-Key: torture-%d\r\nContent-Length: %d\r\n\r\n%s"
                % (load.key, pending, len(body), body))
            head = await reader.readuntil(b"\r\n\r\n")
            status = int(head.split(b" ", 2)[1])
            length = next(
                int(line.split(b":")[1]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length"))
            answer = await reader.readexactly(length)
            if status == 202:
                load.http.add(pending)
                pending = None
            elif status not in (409, 429, 503):
                sys.exit("HTTP %d: %s" % (status, answer[:500]))
            else:
                load.refused += 1
                await asyncio.sleep(0.02)
        except (OSError, ConnectionError, asyncio.IncompleteReadError):
            if writer:
                writer.close()
            writer = None
            await asyncio.sleep(0.01)


def listens(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


async def until(holds, seconds, what):
    end = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > end:
            raise RuntimeError(what)
        await asyncio.sleep(0.005)


def start():
    out = open(work + "/out", "ab")
    process = subprocess.Popen(
        [binary, "serve", "--config", work + "/martlet.yaml"], stdin=subprocess.DEVNULL, stdout=out, stderr=log)
    out.close()
    # Those that have been waited for are of no more interest.
    children[:] = [child for child in children if child.poll() is None] + [process]
    return process


def key():
    marker = b"shown only now: "
    text = open(work + "/out", "rb").read()
    return text.split(marker)[1].split()[0] if marker in text else None


class Bystander:
    """Syncs a byte to the same disk, again and again: what that takes, the machine takes from the engine, too."""

    def __init__(self):
        self.syncs = []

    def sync(self, file):
        os.pwrite(file, b"x", 0)
        os.fdatasync(file)

    async def run(self):
        file = os.open(work + "/bystander", os.O_RDWR | os.O_CREAT)
        while True:
            start = time.monotonic_ns()
            await asyncio.get_running_loop().run_in_executor(None, self.sync, file)
            self.syncs.append((start, time.monotonic_ns()))
            await asyncio.sleep(0.005)

    def slowest(self, start, end):
        """Nanoseconds of the slowest sync under way between two times."""
        first = bisect.bisect_left(self.syncs, start, key=lambda sync: sync[1])
        last = bisect.bisect_right(self.syncs, end, key=lambda sync: sync[0])
        return max((done - begun for begun, done in self.syncs[first:last]), default=0)


class Ends:
    """How the lives ended: the times in monotonic nanoseconds, and whether by a kill."""

    def __init__(self):
        self.lives, self.counts = [], collections.Counter()

    def kill(self, process, what):
        at = time.monotonic_ns()
        process.send_signal(signal.SIGKILL)
        process.wait()
        self.lives.append((at, True))
        self.counts[what] += 1

    async def term(self, process, patience):
        """SIGTERM; after `patience` seconds SIGKILL, `None`: never."""
        process.send_signal(signal.SIGTERM)
        end = time.monotonic() + (60 if patience is None else patience)
        while process.poll() is None and time.monotonic() < end:
            await asyncio.sleep(0.002)
        if process.poll() is None:
            if patience is None:
                process.kill()
                process.wait()
                raise RuntimeError("SIGTERM does not end the engine")
            self.kill(process, "while it drained")
            return
        if process.returncode != 0:
            raise RuntimeError("the engine ended with %d" % process.returncode)
        self.lives.append((time.monotonic_ns(), False))
        self.counts["came to their end"] += 1


async def ready(process, seconds=60):
    await until(lambda: process.poll() is not None or listens(submission), seconds, "the engine does not start")
    if process.poll() is not None:
        raise RuntimeError("the engine does not start: %d" % process.returncode)


async def torture(ends):
    clients = [asyncio.create_task(smtp_client()) for _ in range(SMTP_CLIENTS)]
    clients += [asyncio.create_task(http_client()) for _ in range(HTTP_CLIENTS)]
    process = start()
    await ready(process)
    await until(key, 10, "no key was shown")
    load.key = key()
    killed, began = 0, time.monotonic()
    while killed < kills:
        chance = 0.42 if arguments.restarts else dice.random()
        if chance < 0.25 and killed > 0:
            await asyncio.sleep(dice.uniform(0, 0.25))
            if process.poll() is not None:
                raise RuntimeError("the engine does not start: %d" % process.returncode)
            ends.kill(process, "just started")
        else:
            await ready(process)
            await asyncio.sleep(dice.uniform(0.02, 0.9))
            if chance < 0.40:
                await ends.term(process, dice.uniform(0, 0.2))
            elif chance < 0.43:
                await ends.term(process, None)
            else:
                ends.kill(process, "at work")
        killed = sum(1 for _, isKill in ends.lives if isKill or arguments.restarts)
        if killed % 50 == 0 and (ends.lives[-1][1] or arguments.restarts):
            print(
                "%d kills, %.2f s each, %d acknowledged" % (
                    killed, (time.monotonic() - began) / killed, len(load.smtp) + len(load.http)), flush=True)
        process = start()
    # The requests that nobody has answered yet are answered now.
    await ready(process)
    await asyncio.sleep(0.5)
    load.stops = True
    await asyncio.gather(*clients)
    return process


def arrived():
    """number: [(time of the 250, when its connection was opened, Message-ID)]"""
    found = collections.defaultdict(list)
    for line in open(work + "/seen"):
        if line.endswith("\n"):
            number, at, opened, name = line.split()
            found[int(number)].append((int(at), int(opened), name))
    return found


def judge(ends, promised, found, bystander):
    """What is wrong, and how the repeats came about."""
    lost = sorted(promised - found.keys())
    problems = ["%d was acknowledged and never arrived" % number for number in lost]
    near, slow, far = 0, 0, 0
    for number, copies in found.items():
        names = {name for _, _, name in copies}
        if len(names) > 1:
            problems.append("%d was made into %d messages" % (number, len(names)))
            continue
        copies.sort()
        for at, opened, _ in copies[:-1]:
            end, isKill = next(((end, isKill) for end, isKill in ends.lives if end > opened), (None, False))
            if not isKill:
                problems.append("%d came again although the engine was not killed after its first copy" % number)
            elif at >= end - WINDOW:
                near += 1
            elif at >= end - WINDOW - 2 * bystander.slowest(at, end):
                # The commit under way when it was given, and its own.
                slow += 1
            else:
                far += 1
                problems.append("%d came again; its first copy was given %.1f ms before the kill" % (number, (end - at) / 1e6))
    return lost, near, slow, far, problems


async def main():
    sink = subprocess.Popen(
        [sys.executable, os.path.join(os.path.dirname(os.path.abspath(__file__)), "sink.py"), str(sink_port),
         work + "/seen", "head"], stdout=subprocess.DEVNULL)
    await until(lambda: listens(sink_port), 20, "the sink does not start")
    ends, process, bystander = Ends(), None, Bystander()
    watch = asyncio.create_task(bystander.run())
    try:
        process = await torture(ends)
        promised = load.smtp | load.http
        end = time.monotonic() + 300
        while time.monotonic() < end and not promised <= arrived().keys():
            await asyncio.sleep(0.5)
        await ends.term(process, None)
        # What it has finished it does not begin again.
        process = start()
        await ready(process)
        await asyncio.sleep(1)
        await ends.term(process, None)
        found = arrived()
        lost, near, slow, far, problems = judge(ends, promised, found, bystander)
        counts = ", ".join("%d %s" % (count, what) for what, count in sorted(ends.counts.items()))
        print("seed %d, lives: %s" % (seed, counts))
        print(
            "%d acknowledged (%d by SMTP, %d by HTTP), %d arrived, %d refusals; %d lost; %d repeated: %d within %d ms of a "
            "kill or on their way, %d while a bystander's own sync took as long, %d beyond; %d violations" % (
                len(promised), len(load.smtp), len(load.http), len(found), load.refused, len(lost),
                near + slow + far, near, WINDOW / 1e6, slow, far, len(problems)))
        for problem in problems[:30]:
            print("  " + problem)
        if problems or not promised:
            sys.exit(1)
        shutil.rmtree(work, ignore_errors=True)
    except RuntimeError as failure:
        sys.exit("seed %d: %s; see %s" % (seed, failure, work))
    finally:
        watch.cancel()
        log.flush()
        for child in [sink] + children:
            if child.poll() is None:
                child.kill()
                child.wait()


asyncio.run(main())
