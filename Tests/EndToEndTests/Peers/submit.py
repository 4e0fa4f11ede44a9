"""submit.py PORT SENDER RECIPIENT... < message   Python's smtplib hands in one message; fails when anyone is refused."""
import smtplib
import sys

with smtplib.SMTP("127.0.0.1", int(sys.argv[1]), timeout=30) as client:
    refused = client.sendmail(sys.argv[2], sys.argv[3:], sys.stdin.buffer.read())
if refused:
    sys.exit("refused: %s" % refused)
