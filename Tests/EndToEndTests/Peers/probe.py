"""probe.py PORT NUMBER   hands in one numbered message and prints the reply code to its end of data (or to an earlier refusal)."""
import smtplib
import sys

client = smtplib.SMTP("127.0.0.1", int(sys.argv[1]), timeout=30)
client.ehlo("probe.example")
try:
    client.mail("s@probe.example")
    client.rcpt("r@sink.example")
    code, text = client.data(b"From: s@probe.example\r\nX-Number: %d\r\n\r\n%s\r\n" % (int(sys.argv[2]), b"x" * 20000))
except smtplib.SMTPResponseException as failure:
    code, text = failure.smtp_code, failure.smtp_error
except smtplib.SMTPServerDisconnected:
    code, text = 421, b"disconnected"
print(code, text.decode())
