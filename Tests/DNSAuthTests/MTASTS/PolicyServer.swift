import Foundation
import Glibc

/// An HTTPS server in python that answers every request with the bytes of the file `answer`, with a certificate of its
/// own authority for `mta-sts.good.example` and `mta-sts.other.example`.
final class PolicyServer {
    let port: UInt16
    let folder: TemporaryFolder
    private var process: RunningTool?
    var authority: String { folder.url.appending(path: "ca.pem").path }

    init?(for test: String) throws {
        guard let python = Tool.find("python3", for: test), let shell = Tool.find("sh", for: test),
            Tool.find("openssl", for: test) != nil
        else { return nil }
        folder = try TemporaryFolder()
        port = try LoopbackSocket.freePort()
        try folder.write(Self.certificates, to: "make.sh")
        try folder.write(Self.server, to: "server.py")
        try folder.write("", to: "requests")
        let made = try Tool.run(shell, ["make.sh"], in: folder.url)
        guard made.status == 0 else { throw CocoaError(.fileWriteUnknown, userInfo: ["errors": made.errors]) }
        process = try RunningTool(python, ["server.py", "\(port)"], in: folder.url)
        let ready = folder.url.appending(path: "ready").path
        while !FileManager.default.fileExists(atPath: ready) {
            try Task.checkCancellation()
            sched_yield()
        }
    }

    func serve(_ body: String, status: String = "200 OK", type: String = "text/plain", more: String = "") throws {
        let head = "HTTP/1.1 \(status)\r\nContent-Type: \(type)\r\nContent-Length: \(body.utf8.count)\r\n\(more)"
        try folder.write(head + "Connection: close\r\n\r\n" + body, to: "answer")
    }

    /// The first lines of the requests so far, with the host asked for.
    var requests: [String] {
        let text = (try? String(contentsOf: folder.url.appending(path: "requests"), encoding: .utf8)) ?? ""
        return text.split(separator: "\n").map(String.init)
    }

    func stop() { process = nil }

    private static let certificates = """
        set -e
        printf '[req]\\ndistinguished_name=dn\\n[dn]\\n' > conf
        openssl ecparam -name prime256v1 -genkey -noout -out ca.key
        openssl req -config conf -x509 -new -key ca.key -subj /CN=policy-ca -days 30 -out ca.pem \\
            -addext basicConstraints=critical,CA:TRUE
        openssl ecparam -name prime256v1 -genkey -noout -out leaf.key
        openssl req -config conf -new -key leaf.key -subj /CN=policies -out leaf.csr
        printf 'subjectAltName=DNS:mta-sts.good.example,DNS:mta-sts.other.example\\n' > ext
        openssl x509 -req -in leaf.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 30 -extfile ext -out leaf.pem
        """

    private static let server = """
        import socket, ssl, sys, threading
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain("leaf.pem", "leaf.key")
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", int(sys.argv[1])))
        listener.listen(50)
        open("ready", "w").close()
        def handle(c):
            try:
                c.settimeout(30)
                c = context.wrap_socket(c, server_side=True)
                data = b""
                while b"\\r\\n\\r\\n" not in data: data += c.recv(4096)
                lines = data.decode("latin1").split("\\r\\n")
                host = [l for l in lines if l.lower().startswith("host:")][0]
                with open("requests", "a") as log: log.write(lines[0] + " " + host + "\\n")
                c.sendall(open("answer", "rb").read())
                c.unwrap()
            except Exception: pass
            finally: c.close()
        while True:
            c, _ = listener.accept()
            threading.Thread(target=handle, args=(c,), daemon=True).start()
        """
}
