"""sink.py PORT NUMBERS_FILE   a receiving server that notes the X-Number of every message it has answered 250."""
import asyncio
import re
import sys

seen = open(sys.argv[2], "a", buffering=1)
pattern = re.compile(rb"^X-Number: (\d+)\r$", re.M)


async def session(reader, writer):
    try:
        writer.write(b"220 sink.example\r\n")
        while True:
            line = await reader.readline()
            if not line:
                break
            verb = line[:4].upper()
            if verb == b"EHLO":
                writer.write(b"250-sink.example\r\n250-PIPELINING\r\n250 8BITMIME\r\n")
            elif verb == b"DATA":
                writer.write(b"354 go\r\n")
                data = await reader.readuntil(b"\r\n.\r\n")
                found = pattern.search(data)
                seen.write("%s\n" % (found.group(1).decode() if found else "?"))
                writer.write(b"250 2.0.0 ok\r\n")
            elif verb == b"QUIT":
                writer.write(b"221 bye\r\n")
                break
            else:
                writer.write(b"250 ok\r\n")
    except (OSError, asyncio.IncompleteReadError, ConnectionError):
        pass
    finally:
        writer.close()


async def main():
    server = await asyncio.start_server(session, "127.0.0.1", int(sys.argv[1]), limit=1 << 22, backlog=1024)
    print("ready", flush=True)
    async with server:
        await server.serve_forever()


asyncio.run(main())
