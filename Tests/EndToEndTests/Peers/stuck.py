"""stuck.py SEEN_FILE HEALED_FILE PORT:PHASE...   receiving servers that fall silent at a phase of the conversation.

PHASE: connect, ehlo, mail, rcpt, data, dot, or none. Once HEALED_FILE exists they behave. SEEN_FILE gets the X-Number of each
message that was answered 250; a line "PHASE stuck" for every conversation that was left hanging.
"""
import asyncio
import os
import re
import sys

seen = open(sys.argv[1], "a", buffering=1)
NUMBER = re.compile(rb"^X-Number: (\d+)\r$", re.M)


class Silence(Exception):
    pass


def conversation(phase):
    def reach(now):
        if now == phase and not os.path.exists(sys.argv[2]):
            seen.write(phase + " stuck\n")
            raise Silence

    async def session(reader, writer):
        try:
            reach("connect")
            writer.write(b"220 stuck.example\r\n")
            while line := await reader.readline():
                verb = line[:4].upper()
                reach(verb.decode().lower())
                if verb == b"EHLO":
                    writer.write(b"250-stuck.example\r\n250-PIPELINING\r\n250 8BITMIME\r\n")
                elif verb == b"DATA":
                    writer.write(b"354 go\r\n")
                    content = await reader.readuntil(b"\r\n.\r\n")
                    reach("dot")
                    seen.write("%d\n" % int(NUMBER.search(content).group(1)))
                    writer.write(b"250 2.0.0 ok\r\n")
                elif verb == b"QUIT":
                    writer.write(b"221 bye\r\n")
                    break
                else:
                    writer.write(b"250 ok\r\n")
        except Silence:
            # Says nothing, and reads nothing, for as long as the other side wants.
            await reader.read()
        except (OSError, asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    return session


async def main():
    for word in sys.argv[3:]:
        port, phase = word.split(":")
        await asyncio.start_server(conversation(phase), "127.0.0.1", int(port), limit=1 << 22, backlog=1024)
    print("ready", flush=True)
    await asyncio.Event().wait()


asyncio.run(main())
