"""sink.py PORT NUMBERS_FILE [HEAD]   a receiving server that notes the X-Number of every message it has answered 250.

With HEAD each line also tells when the 250 was given, when its connection was opened (both nanoseconds of the monotonic
clock, which all processes of a machine share) and the Message-ID.
"""
import asyncio
import re
import sys
import time

seen = open(sys.argv[2], "a", buffering=1)
isDetailed = len(sys.argv) > 3
number = re.compile(rb"^X-Number: (\d+)\r$", re.M | re.I)
identifier = re.compile(rb"^Message-ID:\s*(\S+)\r$", re.M | re.I)


class Session(asyncio.Protocol):
    def connection_made(self, transport):
        self.transport, self.buffer, self.inData = transport, bytearray(), False
        self.opened = time.monotonic_ns()
        transport.write(b"220 sink.example\r\n")

    def data_received(self, data):
        self.buffer += data
        while True:
            if self.inData:
                # The dot may be the first line of all.
                end = 0 if self.buffer.startswith(b".\r\n") else self.buffer.find(b"\r\n.\r\n") + 2
                if end == 1:
                    return
                content = bytes(self.buffer[:end])
                del self.buffer[:end + 3]
                self.inData = False
                self.take(content)
                continue
            end = self.buffer.find(b"\r\n")
            if end < 0:
                return
            verb = bytes(self.buffer[:4]).upper()
            del self.buffer[:end + 2]
            if verb == b"EHLO":
                self.transport.write(b"250-sink.example\r\n250-PIPELINING\r\n250 8BITMIME\r\n")
            elif verb == b"DATA":
                self.inData = True
                self.transport.write(b"354 go\r\n")
            elif verb == b"QUIT":
                self.transport.write(b"221 bye\r\n")
                return self.transport.close()
            else:
                self.transport.write(b"250 ok\r\n")

    def take(self, content):
        found = number.search(content)
        word = found.group(1).decode() if found else "?"
        # A message counts as given from the moment on at which its answer may be on the way.
        if isDetailed:
            name = identifier.search(content)
            name = name.group(1).decode() if name else "?"
            word = "%s %d %d %s" % (word, time.monotonic_ns(), self.opened, name)
        seen.write(word + "\n")
        self.transport.write(b"250 2.0.0 ok\r\n")


async def main():
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Session, "127.0.0.1", int(sys.argv[1]), backlog=1024)
    print("ready", flush=True)
    async with server:
        await server.serve_forever()


asyncio.run(main())
