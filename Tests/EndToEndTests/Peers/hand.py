"""hand.py PORT COUNT FIRST DOMAIN...   hands in COUNT messages, numbered from FIRST, each to one recipient, taking the
domains in turn. Prints the identifier of each message, as the server has answered it.
"""
import socket
import sys

port, count, first = (int(word) for word in sys.argv[1:4])
domains = sys.argv[4:]
connection = socket.create_connection(("127.0.0.1", port), 30)
file = connection.makefile("rb")


def reply():
    while True:
        line = file.readline()
        if line[3:4] != b"-":
            return line.decode().strip()


reply()
connection.sendall(b"EHLO hand.example\r\n")
reply()
for number in range(first, first + count):
    recipient = b"r%d@%s" % (number, domains[number % len(domains)].encode())
    connection.sendall(b"MAIL FROM:<s@sender.test>\r\nRCPT TO:<%s>\r\nDATA\r\n" % recipient)
    replies = [reply() for _ in range(3)]
    if not replies[2].startswith("354"):
        sys.exit("refused: %s" % replies)
    connection.sendall(
        b"From: s@sender.test\r\nTo: %s\r\nSubject: n\r\nX-Number: %d\r\n\r\n%s\r\n.\r\n"
        % (recipient, number, b"x" * 300))
    answer = reply()
    if not answer.startswith("250"):
        sys.exit("refused: %s" % answer)
    print(answer.split()[-1])
connection.sendall(b"QUIT\r\n")
