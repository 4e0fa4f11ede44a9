"""inject.py PORT COUNT CONNECTIONS ACKED_FILE [FIRST]   submits COUNT numbered messages, pipelined, over kept connections.

Writes the number of every message that was answered 250 to ACKED_FILE, at once, and ends quietly when the server goes away:
what stands in the file is what the server has promised to deliver.
"""
import asyncio
import sys

port, count, connections = (int(word) for word in sys.argv[1:4])
acked = open(sys.argv[4], "a", buffering=1)
first = int(sys.argv[5]) if len(sys.argv) > 5 else 0
numbers = iter(range(first, first + count))


async def reply(reader):
    while True:
        line = await reader.readline()
        if not line:
            raise ConnectionError("closed")
        if line[3:4] != b"-":
            return int(line[:3])


async def client():
    try:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        await reply(reader)
        writer.write(b"EHLO inject.example\r\n")
        await reply(reader)
        for number in numbers:
            writer.write(
                b"MAIL FROM:<s@inject.example>\r\nRCPT TO:<r%d@sink.example>\r\nDATA\r\n" % (number % 7))
            codes = [await reply(reader) for _ in range(3)]
            if codes[2] != 354:
                raise ConnectionError("refused: %s" % codes)
            body = b"x" * 500
            writer.write(
                b"From: s@inject.example\r\nSubject: n\r\nX-Number: %d\r\n\r\n%s\r\n.\r\n" % (number, body))
            if await reply(reader) == 250:
                acked.write("%d\n" % number)
        writer.write(b"QUIT\r\n")
    except (OSError, ConnectionError):
        pass


async def main():
    await asyncio.gather(*(client() for _ in range(connections)))


asyncio.run(main())
