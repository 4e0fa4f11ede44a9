import Foundation
import Glibc

/// A web server in python that behaves as its paths say, with the certificate that the name asks for.
final class HTTPSServer {
    let port: UInt16
    /// The same without TLS.
    let plainPort: UInt16
    /// Answers every ClientHello with garbage.
    let brokenPort: UInt16
    private let process = Process()

    init(_ certificates: TestCertificates) throws {
        try Data(Self.script.utf8).write(to: certificates.folder.appending(path: "server.py"))
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["python3", "server.py"]
        process.currentDirectoryURL = certificates.folder
        let output = Pipe()
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        // The threads that run tests block most signals, and a child inherits that: it could not be asked to end.
        var none = sigset_t()
        var before = sigset_t()
        unsafe sigemptyset(&none)
        unsafe pthread_sigmask(SIG_SETMASK, &none, &before)
        defer { unsafe pthread_sigmask(SIG_SETMASK, &before, nil) }
        try process.run()
        var line: [UInt8] = []
        while line.last != 0x0A {
            guard let byte = try output.fileHandleForReading.read(upToCount: 1), !byte.isEmpty else {
                throw CocoaError(.fileReadCorruptFile)
            }
            line += byte
        }
        let ports = String(decoding: line, as: UTF8.self).split(whereSeparator: \.isWhitespace).compactMap {
            UInt16($0)
        }
        guard ports.count == 3 else { throw CocoaError(.fileReadCorruptFile) }
        (port, plainPort, brokenPort) = (ports[0], ports[1], ports[2])
    }

    deinit {
        process.terminate()
        process.waitUntilExit()
    }

    private static let script = #"""
        import json, os, socket, ssl, threading, time

        lock = threading.Lock()
        state = {"connections": 0, "requests": 0, "now": 0, "peak": 0, "hanging": 0, "open": 0}

        def context(name):
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(name + ".pem", name + ".key")
            return context

        contexts = {name: context(name) for name in ["good", "wrong", "expired", "future", "self"]}
        old = context("good")
        old.maximum_version = ssl.TLSVersion.TLSv1_1
        old.set_ciphers("ALL:@SECLEVEL=0")
        contexts["old"] = old

        def choose(connection, name, _):
            first = (name or "good").split(".")[0]
            connection.context = contexts.get(first, contexts["good"])

        contexts["good"].sni_callback = choose

        def answer(c, status=b"200 OK", body=b"", type=b"text/plain", more=b""):
            c.sendall(b"HTTP/1.1 " + status + b"\r\nContent-Type: " + type + b"\r\nContent-Length: "
                      + str(len(body)).encode() + b"\r\n" + more + b"\r\n" + body)

        def serve(c):
            data = b""
            while True:
                while b"\r\n\r\n" not in data:
                    more = c.recv(65536)
                    if not more: return
                    data += more
                head, data = data.split(b"\r\n\r\n", 1)
                lines = head.decode("latin1").split("\r\n")
                method, path, _ = lines[0].split(" ")
                fields = [(l.split(":", 1)[0], l.split(":", 1)[1].strip()) for l in lines[1:]]
                length = sum(int(v) for n, v in fields if n.lower() == "content-length")
                while len(data) < length: data += c.recv(65536)
                body, data = data[:length], data[length:]
                with lock: state["requests"] += 1
                if path == "/ok": answer(c, body=b"hello", type=b"Text/Plain; charset=utf-8")
                elif path == "/none": c.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
                elif path == "/echo":
                    answer(c, body=json.dumps({"method": method, "fields": fields, "body": body.decode("latin1")})
                           .encode(), type=b"application/json")
                elif path == "/redirect":
                    answer(c, b"302 Found", b"there", more=b"Location: https://good.example/ok\r\n")
                elif path == "/missing": answer(c, b"404 Not Found", b"gone")
                elif path == "/state":
                    with lock: answer(c, body=json.dumps(state).encode())
                elif path == "/size1000": answer(c, body=b"x" * 1000)
                elif path == "/close1000":
                    c.sendall(b"HTTP/1.0 200 OK\r\n\r\n" + b"x" * 1000); return
                elif path == "/huge":
                    c.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 999999999999\r\n\r\n")
                    time.sleep(600)
                elif path == "/endless":
                    c.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
                    while True: c.sendall(b"1000\r\n" + b"y" * 4096 + b"\r\n")
                elif path == "/drip":
                    c.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n")
                    while True:
                        c.sendall(b".")
                        time.sleep(0.02)
                elif path == "/fields":
                    c.sendall(b"HTTP/1.1 200 OK\r\n")
                    while True: c.sendall(b"X-More: " + b"z" * 1000 + b"\r\n")
                elif path == "/garbage": c.sendall(b"this is not http at all\r\n\r\n"); return
                elif path == "/cut": c.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nonly"); return
                elif path == "/empty": return
                elif path == "/cookie": answer(c, body=b"c", more=b"Set-Cookie: a=b; Path=/\r\n")
                elif path == "/hang":
                    with lock: state["hanging"] += 1
                    while c.recv(65536): pass
                    return
                elif path == "/slow":
                    with lock:
                        state["now"] += 1
                        state["peak"] = max(state["peak"], state["now"])
                    time.sleep(0.02)
                    with lock: state["now"] -= 1
                    answer(c, body=b"slow")
                else: answer(c, b"400 Bad Request")

        def handle(c, secure):
            try:
                c.settimeout(60)
                if secure: c = contexts["good"].wrap_socket(c, server_side=True)
                serve(c)
            except Exception: pass
            finally:
                try: c.close()
                except Exception: pass
                with lock: state["open"] -= 1

        def broken(c):
            try:
                c.recv(4096)
                c.sendall(b"220 this is a mail server\r\n")
                c.close()
            except Exception: pass

        def listen(target):
            s = socket.socket()
            s.bind(("127.0.0.1", 0))
            s.listen(200)
            def run():
                while True:
                    c, _ = s.accept()
                    with lock:
                        state["connections"] += 1
                        state["open"] += target is not broken
                    threading.Thread(target=target, args=(c,), daemon=True).start()
            threading.Thread(target=run, daemon=True).start()
            return s.getsockname()[1]

        ports = [listen(lambda c: handle(c, True)), listen(lambda c: handle(c, False)), listen(broken)]
        print(*ports, flush=True)
        while True: time.sleep(3600)
        """#
}
