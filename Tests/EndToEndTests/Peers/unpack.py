"""unpack.py FILE FOLDER   takes reports out of the mail that keep.py has kept in FILE.

Writes each attached report, unpacked, to FOLDER as it is named, and prints one JSON object per mail that has one.
"""
import email
import gzip
import json
import re
import sys

for part in re.split(rb"(?m)^FROM ", open(sys.argv[1], "rb").read())[1:]:
    sender, _, rest = part.partition(b"\n")
    recipients = []
    while rest.startswith(b"TO "):
        line, _, rest = rest.partition(b"\n")
        recipients.append(line[3:].decode())
    message = email.message_from_bytes(rest)
    for attachment in message.walk():
        name = attachment.get_filename()
        if not name or not name.endswith(".gz"):
            continue
        content = gzip.decompress(attachment.get_payload(decode=True))
        path = "%s/%s" % (sys.argv[2], name[:-3])
        open(path, "wb").write(content)
        print(json.dumps({
            "from": sender.decode(), "to": recipients, "author": message["From"], "subject": message["Subject"],
            "type": message.get_content_type(), "attached": attachment.get_content_type(), "file": path,
        }))
