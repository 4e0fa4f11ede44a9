"""providers.py SETTINGS.json   stands in front of several smtp-sinks and behaves as large receivers do.

Each provider has an address of its own and one sink behind it. A command goes on to the sink unless the provider's rules
answer it: too many connections (421), greylisting (450), too many messages in a while (451), a blocked source (550).
Whatever happens is counted here, where mail arrives, with the time of its arrival; each line on the control port
is answered by one line of JSON with all figures.
"""
import asyncio
import json
import re
import sys
import time

NUMBER = re.compile(rb"^X-Number: (\d+)\r$", re.M)


class Provider:
    def __init__(self, settings):
        self.settings = settings
        self.name = settings["name"]
        self.open = 0
        self.connections = []  # [opened, ended, source, messages]
        self.attempts = []  # [time, source]: each RCPT
        self.replies = {}
        self.numbers = {}
        self.sources = {}
        self.accepted = 0
        self.first_seen = {}
        self.windows = {}
        self.paused_until = {}
        self.pauses = 0

    def count(self, reply):
        code = reply[:3].decode()
        self.replies[code] = self.replies.get(code, 0) + 1

    def answer_mail(self, source, now):
        settings = self.settings
        if source in settings.get("blocked", []):
            return b"550 5.7.1 mail from this address is blocked, see https://postmaster.example\r\n"
        throttle = settings.get("throttle")
        if throttle:
            if now < self.paused_until.get(source, 0):
                return b"451 4.7.650 the mail server has been temporarily rate limited\r\n"
            window = self.windows.setdefault(source, [])
            while window and window[0] <= now - throttle["seconds"]:
                window.pop(0)
            if len(window) >= throttle["messages"]:
                self.paused_until[source] = now + throttle["pause"]
                self.pauses += 1
                window.clear()
                return b"451 4.7.650 the mail server has been temporarily rate limited\r\n"
        return None

    def answer_recipient(self, recipient, now):
        wait = self.settings.get("greylist")
        if wait and now < self.first_seen.setdefault(recipient, now) + wait:
            return b"450 4.7.1 greylisted, please try again later\r\n"
        return None

    def took(self, source, number, now):
        self.accepted += 1
        self.numbers[number] = self.numbers.get(number, 0) + 1
        self.sources[source] = self.sources.get(source, 0) + 1
        if self.settings.get("throttle"):
            self.windows.setdefault(source, []).append(now)

    async def session(self, reader, writer):
        source = writer.get_extra_info("peername")[0]
        record = [time.monotonic(), None, source, 0]
        self.connections.append(record)
        self.open += 1
        sink = None
        try:
            limit = self.settings.get("connections")
            if limit and self.open > limit:
                # The end of another may be on its way: who counts does so when it has come.
                await asyncio.sleep(0.05)
            if limit and self.open > limit:
                self.say(writer, b"421 4.7.0 too many concurrent connections from your network\r\n")
                return
            sink = await asyncio.open_connection("127.0.0.1", self.settings["sink"], limit=1 << 20)
            await self.converse(reader, writer, sink[0], sink[1], source, record)
        except (OSError, asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            if record[1] is None:
                record[1] = time.monotonic()
                self.open -= 1
            if sink:
                sink[1].close()
            writer.close()

    def say(self, writer, reply):
        self.count(reply)
        writer.write(reply)

    @staticmethod
    async def reply(sink):
        lines = b""
        while True:
            line = await sink.readline()
            if not line:
                raise ConnectionError("the sink has gone")
            lines += line
            if line[3:4] != b"-":
                return lines

    async def converse(self, reader, writer, sink, to_sink, source, record):
        writer.write(await self.reply(sink))
        refused = False
        while True:
            line = await reader.readline()
            if not line:
                return
            verb = line[:4].upper()
            now = time.monotonic()
            answer = None
            if verb == b"MAIL":
                answer = self.answer_mail(source, now)
                refused = answer is not None
            elif verb == b"RCPT":
                self.attempts.append([now, source])
                answer = b"503 5.5.1 no sender\r\n" if refused else self.answer_recipient(line.strip().lower(), now)
                refused = answer is not None
            elif verb == b"DATA" and refused:
                answer = b"554 5.5.1 no valid recipients\r\n"
            elif verb == b"QUIT":
                # From here on the client counts it no longer.
                record[1] = now
                self.open -= 1
            if answer:
                self.say(writer, answer)
                continue
            if verb == b"RSET":
                refused = False
            to_sink.write(line)
            reply = await self.reply(sink)
            if verb != b"DATA" or not reply.startswith(b"354"):
                self.say(writer, reply)
                if verb == b"QUIT":
                    return
                continue
            writer.write(reply)
            content = await reader.readuntil(b"\r\n.\r\n")
            to_sink.write(content)
            reply = await self.reply(sink)
            if reply.startswith(b"250"):
                found = NUMBER.search(content)
                self.took(source, int(found.group(1)) if found else -1, time.monotonic())
                record[3] += 1
            self.say(writer, reply)

    # ---- what was counted

    def most_open(self, of=None):
        """Connections at once; those that overlap by less than 50 ms came one after the other."""
        changes = []
        for opened, ended, source, _ in self.connections:
            if of in (None, source):
                start, end = opened + 0.05, ended if ended else float("inf")
                if end > start:
                    changes += [(start, 1), (end, -1)]
        most = at_once = 0
        for _, change in sorted(changes):
            at_once += change
            most = max(most, at_once)
        return most

    @staticmethod
    def burst(times, rate):
        """The smallest burst with which a limit of `rate` a second would have let all this pass when it did."""
        worst, lowest = 0.0, float("inf")
        for place, moment in enumerate(sorted(times)):
            lowest = min(lowest, place - rate * moment)
            worst = max(worst, place + 1 - rate * moment - lowest)
        return worst

    def figures(self):
        settings = self.settings
        opened = [record[0] for record in self.connections]
        tried = [moment for moment, _ in self.attempts]
        out = {
            "name": self.name, "accepted": self.accepted, "distinct": len(self.numbers),
            "repeated": sum(count - 1 for count in self.numbers.values()), "attempts": len(tried),
            "connections": len(opened), "most_open": self.most_open(), "replies": self.replies,
            "sources": self.sources, "unknown": self.numbers.get(-1, 0),
            "most_messages": max([record[3] for record in self.connections], default=0),
            "pauses": self.pauses, "seconds": max(tried) - min(tried) if tried else 0,
        }
        out["most_open_by_source"] = {name: self.most_open(name) for name in {record[2] for record in self.connections}}
        if "message_rate" in settings:
            out["message_burst"] = self.burst(tried, settings["message_rate"])
        if "connection_rate" in settings:
            out["connection_burst"] = self.burst(opened, settings["connection_rate"])
        if "source_rate" in settings:
            out["source_burst"] = most_by_source(self.attempts, settings["source_rate"])
        return out


def most_by_source(attempts, rate):
    """The largest burst of any one source."""
    return max(
        [Provider.burst([moment for moment, source in attempts if source == name], rate)
         for name in {source for _, source in attempts}], default=0)


async def main():
    with open(sys.argv[1]) as file:
        settings = json.load(file)
    providers = [Provider(each) for each in settings["providers"]]
    for provider in providers:
        await asyncio.start_server(
            provider.session, provider.settings["listen"], settings["port"], limit=1 << 22, backlog=1024)

    async def control(reader, writer):
        line = await reader.readline()
        if line.strip() == b"count":
            writer.write(b"%d\n" % sum(len(provider.numbers) for provider in providers))
        else:
            every = [attempt for provider in providers for attempt in provider.attempts]
            figures = {
                "providers": [provider.figures() for provider in providers],
                "source_burst": most_by_source(every, settings.get("source_rate", 1)),
                "lag": lag[0],
            }
            writer.write(json.dumps(figures).encode() + b"\n")
        await writer.drain()
        writer.close()

    # How late this program itself looks at what has arrived: the error of all times above.
    lag = [0.0]

    async def measure():
        while True:
            before = time.monotonic()
            await asyncio.sleep(0.01)
            lag[0] = max(lag[0], time.monotonic() - before - 0.01)

    watch = asyncio.create_task(measure())
    await asyncio.start_server(control, "127.0.0.1", settings["control"])
    print("ready", flush=True)
    await watch


asyncio.run(main())
