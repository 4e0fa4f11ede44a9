"""submit.py PORT SENDER RECIPIENT... < message   Python's smtplib hands in one message; fails when anyone is refused.

Line ends that are not CRLF are made CRLF. Says on standard error what the server said when it refused.
"""
import re
import smtplib
import sys

message = re.sub(rb"\r?\n", b"\r\n", sys.stdin.buffer.read())
with smtplib.SMTP("127.0.0.1", int(sys.argv[1]), timeout=30) as client:
    try:
        refused = client.sendmail(sys.argv[2], sys.argv[3:], message)
    except smtplib.SMTPRecipientsRefused as failure:
        refused = failure.recipients
    except smtplib.SMTPResponseException as failure:
        refused = {"": (failure.smtp_code, failure.smtp_error)}
for recipient, (code, text) in refused.items():
    print("refused %s: %d %s" % (recipient, code, text.decode()), file=sys.stderr)
sys.exit(1 if refused else 0)
