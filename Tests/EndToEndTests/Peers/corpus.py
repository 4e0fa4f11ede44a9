"""corpus.py MIME_FOLDER HOST PORT USER PASSWORD INBOX_URL   submits every message of cpython, mail-parser and enmime over
SMTP and compares what arrives, byte for byte, behind the fields that the engine has put in front.

A line end that is not CRLF is made CRLF first, as any SMTP client does. What the data may not hold even then (a bare CR, a
NUL, a line beyond the limit) must be refused with the reply of that rule. Prints a line of counts per suite.
"""
import glob
import json
import os
import re
import smtplib
import ssl
import sys
import time
import urllib.request

folder, host, port, user, password, inbox = sys.argv[1:7]
context = ssl.create_default_context()
context.check_hostname = False
context.verify_mode = ssl.CERT_NONE
ADDED = re.compile(rb"\A(?:(?:Received|DKIM-Signature|Message-ID|Date):[^\r\n]*\r\n(?:[ \t][^\r\n]*\r\n)*)+", re.I)


def connect():
    client = smtplib.SMTP(host, int(port), timeout=60)
    client.starttls(context=context)
    client.login(user, password)
    return client


def stored(count):
    """All that has arrived: envelope sender -> raw bytes."""
    found, offset = {}, 0
    while True:
        page = json.load(urllib.request.urlopen("%s?limit=1000&offset=%d" % (inbox, offset)))
        for entry in page["data"]:
            found[entry["from"]] = entry["id"]
        offset += len(page["data"])
        if not page["meta"]["has_more"]:
            return found


client, sent, refused, failures = connect(), {}, [], []
for suite in ("cpython", "mail-parser", "enmime"):
    names = sorted(
        name for pattern in ("*.txt", "*.eml", "*.raw", "*.msg")
        for name in glob.glob("%s/%s/**/%s" % (folder, suite, pattern), recursive=True)
        if os.path.basename(name).split(".")[0] not in ("LICENSE", "SOURCE", "README"))
    for name in names:
        original = open(name, "rb").read()
        wire = re.sub(rb"\r?\n", b"\r\n", original)
        if not wire.endswith(b"\r\n"):
            wire += b"\r\n"
        bare = re.search(rb"\r(?!\n)", wire)
        nul = b"\0" in wire
        sender = "%s-%d@example.com" % (suite, len(sent) + len(refused))
        client.mail(sender, ["BODY=8BITMIME"])
        client.rcpt("reader@example.net")
        client.docmd("DATA")
        client.send(re.sub(rb"(?m)^\.", b"..", wire) + b".\r\n")
        code, text = client.getreply()
        if code == 250:
            if bare or nul:
                failures.append("%s: taken although it holds %s" % (name, "a bare CR" if bare else "a NUL"))
            sent[sender] = (suite, name, wire)
        elif (bare or nul) and code == 550 and text.startswith(b"5.6.11"):
            refused.append((suite, name, text))
        else:
            failures.append("%s: refused %d %s" % (name, code, text))
client.quit()

deadline, found = time.time() + 60, {}
while time.time() < deadline and not set(sent) <= set(found):
    found = stored(len(sent))
    time.sleep(0.1)
for sender, (suite, name, wire) in sent.items():
    if sender not in found:
        failures.append("%s: has not arrived" % name)
        continue
    arrived = urllib.request.urlopen("%s/%s/raw" % (inbox, found[sender])).read()
    if not arrived.endswith(wire):
        failures.append("%s: differs" % name)
    elif not ADDED.fullmatch(arrived[: len(arrived) - len(wire)]):
        failures.append("%s: something else was put in front: %r" % (name, arrived[: len(arrived) - len(wire)][:200]))
for suite in ("cpython", "mail-parser", "enmime"):
    print("conformance mime/%s over SMTP: %d arrived byte for byte, %d refused by rule (bare CR or NUL, 550 5.6.11)" % (
        suite, sum(entry[0] == suite for entry in sent.values()), sum(entry[0] == suite for entry in refused)))
for failure in failures:
    print("FAILED", failure)
sys.exit(1 if failures else 0)
