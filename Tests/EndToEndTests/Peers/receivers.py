"""receivers.py PORT CONTROL HOST...   mail hosts of addresses of their own, whose answers a scenario changes as it goes.

Each line of JSON on the control port is answered by one line of JSON with what has arrived. A line may name a `host` and
say anew what it does: `reply` (to each RCPT; null: it takes all), `stall` (the end of data is not answered while it is
true), `closed` (connections are refused).
"""
import asyncio
import json
import re
import sys

NUMBER = re.compile(rb"^X-Number: (\d+)\r$", re.M)
port, control = int(sys.argv[1]), int(sys.argv[2])


class Host:
    def __init__(self, address):
        self.address, self.reply, self.stalls, self.server = address, None, False, None
        self.numbers, self.sources, self.hellos = [], {}, []
        self.refused = self.connections = 0
        self.released = asyncio.Event()
        self.released.set()

    async def open(self):
        self.server = await asyncio.start_server(self.session, self.address, port, limit=1 << 22, backlog=1024)

    async def change(self, words):
        if "reply" in words:
            self.reply = words["reply"].encode() if words["reply"] else None
        if "stall" in words:
            self.released.clear() if words["stall"] else self.released.set()
        if words.get("closed") and self.server:
            self.server.close()
            self.server = None
        elif words.get("closed") is False and not self.server:
            await self.open()

    async def session(self, reader, writer):
        source = writer.get_extra_info("peername")[0]
        self.connections += 1
        recipient = False
        try:
            writer.write(b"220 mx.example\r\n")
            while line := await reader.readline():
                verb = line[:4].upper()
                if verb == b"EHLO":
                    self.hellos.append(line[5:].strip().decode())
                    writer.write(b"250-mx.example\r\n250-PIPELINING\r\n250 8BITMIME\r\n")
                elif verb == b"MAIL":
                    recipient = False
                    writer.write(b"250 ok\r\n")
                elif verb == b"RCPT" and self.reply:
                    self.refused += 1
                    writer.write(self.reply + b"\r\n")
                    if self.reply.startswith(b"421"):
                        break
                elif verb == b"RCPT":
                    recipient = True
                    writer.write(b"250 ok\r\n")
                elif verb == b"DATA" and not recipient:
                    writer.write(b"554 5.5.1 no valid recipients\r\n")
                elif verb == b"DATA":
                    writer.write(b"354 go\r\n")
                    content = await reader.readuntil(b"\r\n.\r\n")
                    await self.released.wait()
                    found = NUMBER.search(content)
                    self.numbers.append(int(found.group(1)) if found else -1)
                    self.sources[source] = self.sources.get(source, 0) + 1
                    writer.write(b"250 2.0.0 ok\r\n")
                elif verb == b"QUIT":
                    writer.write(b"221 bye\r\n")
                    break
                else:
                    writer.write(b"250 ok\r\n")
                await writer.drain()
        except (OSError, asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    def figures(self):
        return {
            "numbers": self.numbers, "sources": self.sources, "hellos": sorted(set(self.hellos)),
            "refused": self.refused, "connections": self.connections,
        }


async def main():
    hosts = {address: Host(address) for address in sys.argv[3:]}
    for host in hosts.values():
        await host.open()

    async def session(reader, writer):
        words = json.loads(await reader.readline())
        if "host" in words:
            await hosts[words["host"]].change(words)
        figures = {address: host.figures() for address, host in hosts.items()}
        writer.write(json.dumps(figures).encode() + b"\n")
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(session, "127.0.0.1", control) as server:
        await server.serve_forever()


asyncio.run(main())
