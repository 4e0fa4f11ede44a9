"""dkim_judge.py ZONE_JSON < message   verifies every DKIM signature with dkimpy; ZONE_JSON maps names to TXT records.

Prints a line `selector algorithm verdict` for each signature and fails when one does not hold or there is none.
"""
import json
import re
import sys

import dkim

zone = json.load(open(sys.argv[1]))
message = sys.stdin.buffer.read()


def text(name, timeout=5):
    record = zone.get(name.decode().rstrip("."))
    return record.encode() if record else None


signatures = re.findall(rb"(?im)^dkim-signature:", message)
judge = dkim.DKIM(message)
good = bool(signatures)
for index in range(len(signatures)):
    verdict = judge.verify(idx=index, dnsfunc=text)
    fields = judge.signature_fields
    print(fields[b"s"].decode(), fields[b"a"].decode(), "pass" if verdict else "fail")
    good = good and verdict
sys.exit(0 if good else 1)
