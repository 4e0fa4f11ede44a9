"""campaign.py PORT COUNT CONNECTIONS DOMAIN...   hands in COUNT numbered messages, each to one recipient, taking the
domains in turn. Says how many were answered 250.
"""
import asyncio
import sys

port, count, connections = (int(word) for word in sys.argv[1:4])
domains = sys.argv[4:]
numbers = iter(range(count))
taken = 0


async def reply(reader):
    while True:
        line = await reader.readline()
        if not line:
            raise ConnectionError("closed")
        if line[3:4] != b"-":
            return int(line[:3])


async def client():
    global taken
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    await reply(reader)
    writer.write(b"EHLO campaign.example\r\n")
    await reply(reader)
    for number in numbers:
        recipient = b"r%d@%s" % (number, domains[number % len(domains)].encode())
        writer.write(b"MAIL FROM:<s@sender.test>\r\nRCPT TO:<%s>\r\nDATA\r\n" % recipient)
        codes = [await reply(reader) for _ in range(3)]
        if codes[2] != 354:
            raise SystemExit("refused: %s" % codes)
        writer.write(
            b"From: s@sender.test\r\nTo: %s\r\nSubject: n\r\nX-Number: %d\r\n\r\n%s\r\n.\r\n"
            % (recipient, number, b"x" * 300))
        if await reply(reader) != 250:
            raise SystemExit("the message was refused")
        taken += 1
    writer.write(b"QUIT\r\n")


async def main():
    await asyncio.gather(*(client() for _ in range(connections)))
    print(taken)


asyncio.run(main())
