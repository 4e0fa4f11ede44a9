import Foundation
import Loop
import Testing

@testable import MTA

@Suite("Server: STARTTLS against a real TLS client", .timeLimit(.minutes(1)))
struct ServerStartTLSTests {
    @Test("smtp/starttls: the injected command is never answered, and TLS works without it")
    func injection() async throws {
        guard let file = ServerVectors.json("smtp/starttls/cases.json") else { return }
        let cases = try #require(file["server_cases"] as? [[String: Any]])
        let host = try ServerHost(tls: .startTLS)
        var count = 0
        for item in cases {
            let plain = try #require(item["plain"] as? [String])
            let secure = item["tls"] as? [String] ?? []
            let script = """
                import json, socket, ssl
                plain, secure = json.loads(r'''\(try Self.json(plain))'''), json.loads(r'''\(try Self.json(secure))''')
                s = socket.create_connection(('127.0.0.1', \(host.port)), timeout=10)
                s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                print(s.recv(4096)[:3])
                for piece in plain:
                    s.sendall(piece.encode())
                    print(s.recv(4096)[:3])
                c = ssl.create_default_context(); c.check_hostname = False; c.verify_mode = ssl.CERT_NONE
                try:
                    t = c.wrap_socket(s)
                except (OSError, ssl.SSLError):
                    print('no TLS'); raise SystemExit
                if not secure:
                    t.settimeout(1)
                    try: print('unasked', t.recv(4096))
                    except TimeoutError: print('quiet')
                for piece in secure:
                    t.sendall(piece.encode())
                    print(t.recv(4096)[:3])
                """
            guard let output = try await ServerTool.run("python3", ["-"], input: script) else { break }
            switch item["name"] as? String {
            // The connection ends before TLS: no reply to STARTTLS, none to the injected EHLO.
            case "command injection": #expect(output.text == "b'220'\nb'250'\nb''\nno TLS\n")
            case "sanity": #expect(output.text == "b'220'\nb'250'\nb'250'\nb'220'\nb'221'\n")
            default: Issue.record("unknown case \(item["name"] ?? "")")
            }
            count += 1
        }
        ServerVectors.report(
            "smtp/starttls (server)", cases: cases.count, agree: count, deviations: cases.count - count)
        await host.stop()
    }

    private static func json(_ strings: [String]) throws -> String {
        String(decoding: try JSONSerialization.data(withJSONObject: strings), as: UTF8.self)
    }

    @Test("openssl s_client, by STARTTLS and from the first byte", arguments: [ListenerTLS.startTLS, .implicit])
    func openssl(tls: ListenerTLS) async throws {
        let host = try ServerHost(trusted: false, tls: tls)
        var arguments = ["s_client", "-connect", "127.0.0.1:\(host.port)", "-quiet", "-crlf", "-ign_eof"]
        if tls == .startTLS { arguments += ["-starttls", "smtp"] }
        let output = try await ServerTool.run("openssl", arguments, input: "EHLO x\nQUIT\n")
        if let output {
            // EHLO with QUIT behind it is improper pipelining, which shows that the session runs inside TLS.
            #expect(output.text.contains("503 5.5.1 Improper pipelining"), "\(output.text)")
        }
        await host.stop()
    }

    @Test("Plain text at a TLS port ends the connection and leaves no session")
    func plainAtImplicit() async throws {
        let host = try ServerHost(tls: .implicit)
        let script = """
            import socket
            s = socket.create_connection(('127.0.0.1', \(host.port)), timeout=10)
            s.sendall(b'EHLO x\\r\\n')
            data = b''
            try:
                while True:
                    more = s.recv(4096)
                    if not more: break
                    data += more
            except ConnectionResetError: pass
            print(b'250' in data)
            """
        if let output = try await ServerTool.run("python3", ["-"], input: script) { #expect(output.text == "False\n") }
        await host.stop()
        #expect(host.server.sessionCount == 0)
    }
}
