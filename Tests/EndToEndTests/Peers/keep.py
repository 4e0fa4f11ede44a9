"""keep.py PORT FILE   a receiving server (aiosmtpd) that appends envelope and content of every message to FILE."""
import sys
import threading

from aiosmtpd.controller import Controller


class Keep:
    async def handle_DATA(self, server, session, envelope):
        with open(sys.argv[2], "ab") as out:
            out.write(b"FROM %s\n" % (envelope.mail_from.encode() or b"<>"))
            for recipient in envelope.rcpt_tos:
                out.write(b"TO %s\n" % recipient.encode())
            out.write(envelope.original_content + b"\n")
        return "250 2.0.0 kept"


controller = Controller(Keep(), hostname="127.0.0.1", port=int(sys.argv[1]), enable_SMTPUTF8=True)
controller.start()
print("ready", flush=True)
threading.Event().wait()
