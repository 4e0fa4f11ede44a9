"""policies.py PORT CERTIFICATE KEY POLICIES_JSON   an HTTPS server with the MTA-STS policy of each host name."""
import http.server
import json
import ssl
import sys

policies = json.load(open(sys.argv[4]))


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        text = policies.get(self.headers.get("Host", "").split(":")[0])
        found = text is not None and self.path == "/.well-known/mta-sts.txt"
        body = text.encode() if found else b"no such page"
        self.send_response(200 if found else 404)
        self.send_header("Content-Type", "text/plain")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(sys.argv[2], sys.argv[3])
server = http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Handler)
server.socket = context.wrap_socket(server.socket, server_side=True)
server.serve_forever()
