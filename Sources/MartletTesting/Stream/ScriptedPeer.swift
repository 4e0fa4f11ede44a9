package import Loop
import Mail

/// One side of a dialogue, by script. One step per line; blank lines and `#` comments do nothing:
/// ```
/// S: 220 mx.example ESMTP        the server says this line
/// C: EHLO *                      the client says a line that matches: `*` stands for anything
/// C+ 1000                        the client says that many bytes
/// C. the client says lines up to a lone dot (RFC 5321 §4.1.1.4)
/// S> 250-a\r\n250 b              the server says exactly this, without a line end added
/// X: starttls                    both start TLS
/// X: close | half-close | eof    it closes, ends its writing side, or expects the other side to end
/// ```
/// Played as `.server` it says the S lines and expects the C lines, as `.client` the other way round. Lines that come
/// after one another on its own side go out in one piece.
package struct ScriptedPeer: Sendable {
    package enum Role: Sendable { case client, server }

    /// The other side said something else, or ended too early.
    package struct Mismatch: Error, CustomStringConvertible {
        package var step: String
        package var got: String
        package var description: String { "script wants \"\(step)\", got \"\(got)\"" }
    }

    private enum Action: Sendable {
        case say([UInt8])
        case expect(String)
        case expectBytes(Int)
        case expectData
        case startTLS, close, halfClose, expectEnd
    }

    private let role: Role
    private let steps: [(text: String, action: Action)]
    package var serverTLS: TLSServerContext?
    package var clientTLS: TLSClientContext?

    /// - Traps: a line that is none of the above.
    package init(_ role: Role = .server, _ script: String) {
        self.role = role
        steps = script.split(separator: "\n").compactMap { line in
            let text = String(line.drop { $0 == " " })
            if text.isEmpty || text.hasPrefix("#") { return nil }
            return (text, Self.action(text, role))
        }
    }

    private static func action(_ text: String, _ role: Role) -> Action {
        let rest = String(text.dropFirst(3))
        let isMine = text.hasPrefix(role == .server ? "S" : "C")
        switch text.prefix(2) {
        case "S:", "C:": return isMine ? .say(Array((rest + "\r\n").utf8)) : .expect(rest)
        case "S>", "C>": if isMine { return .say(unescape(rest)) }
        case "S+", "C+": if !isMine, let count = Int(rest) { return .expectBytes(count) }
        case "S.", "C.": if !isMine { return .expectData }
        case "X:":
            switch rest {
            case "starttls": return .startTLS
            case "close": return .close
            case "half-close": return .halfClose
            case "eof": return .expectEnd
            default: break
            }
        default: break
        }
        preconditionFailure("no step of a script: \(text)")
    }

    private static func unescape(_ text: String) -> [UInt8] {
        var bytes: [UInt8] = []
        var isEscaped = false
        for byte in text.utf8 {
            switch (isEscaped, byte) {
            case (false, UInt8(ascii: "\\")): isEscaped = true
            case (true, UInt8(ascii: "r")): (bytes, isEscaped) = (bytes + [13], false)
            case (true, UInt8(ascii: "n")): (bytes, isEscaped) = (bytes + [10], false)
            case (true, UInt8(ascii: "0")): (bytes, isEscaped) = (bytes + [0], false)
            default: (bytes, isEscaped) = (bytes + [byte], false)
            }
        }
        return bytes
    }

    /// Plays the script to its end.
    /// - Returns: everything that the other side said.
    /// - Throws: `Mismatch`, or the stream's failure.
    @discardableResult
    package func run(on stream: ByteStream) async throws -> [UInt8] {
        var heard: [UInt8] = []
        for (text, action) in steps {
            if case .say(let bytes) = action {
                stream.outbound.append(bytes)
                continue
            }
            if !stream.outbound.isEmpty { try await stream.flush() }
            switch action {
            case .say: break
            case .expect(let pattern):
                let line = try await Self.line(from: stream, step: text)
                heard += line
                let said = String(decoding: line.dropLast(2), as: UTF8.self)
                guard Self.matches(said, pattern) else { throw Mismatch(step: text, got: said) }
            case .expectBytes(let count):
                while stream.inbound.count < count { try await Self.more(from: stream, step: text) }
                heard += stream.inbound.copy(0..<count)
                stream.inbound.consume(count)
            case .expectData:
                var line: [UInt8]
                repeat {
                    line = try await Self.line(from: stream, step: text)
                    heard += line
                } while line != Array(".\r\n".utf8)
            case .startTLS: try await startTLS(on: stream, step: text)
            case .close: stream.close()
            case .halfClose: stream.shutdownWrite()
            case .expectEnd:
                if try await stream.fill() {
                    throw Mismatch(step: text, got: String(decoding: stream.inbound.copy(), as: UTF8.self))
                }
            }
        }
        if !stream.outbound.isEmpty { try await stream.flush() }
        return heard
    }

    private func startTLS(on stream: ByteStream, step: String) async throws {
        switch role {
        case .server:
            guard let serverTLS else { throw Mismatch(step: step, got: "no server context") }
            _ = try await stream.startTLSServer(serverTLS)
        case .client:
            guard let clientTLS else { throw Mismatch(step: step, got: "no client context") }
            _ = try await stream.startTLSClient(clientTLS, host: "localhost", verify: false)
        }
    }

    private static func more(from stream: ByteStream, step: String) async throws {
        guard try await stream.fill() else {
            throw Mismatch(step: step, got: "<end> " + String(decoding: stream.inbound.copy(), as: UTF8.self))
        }
    }

    /// A line with its CRLF.
    private static func line(from stream: ByteStream, step: String) async throws -> [UInt8] {
        while true {
            if let end = stream.inbound.firstIndex(of: 10) {
                let line = stream.inbound.copy(0..<end + 1)
                stream.inbound.consume(end + 1)
                guard line.count > 1, line[line.count - 2] == 13 else {
                    throw Mismatch(step: step, got: "a line that ends in a bare LF")
                }
                return line
            }
            try await more(from: stream, step: step)
        }
    }

    /// `*` stands for any characters, also none.
    static func matches(_ text: String, _ pattern: String) -> Bool {
        let parts = pattern.split(separator: "*", omittingEmptySubsequences: false).map { Array($0.utf8) }
        let bytes = Array(text.utf8)
        guard let first = parts.first, let last = parts.last else { return false }
        if parts.count == 1 { return bytes == first }
        guard bytes.count >= first.count + last.count, bytes.starts(with: first), bytes.suffix(last.count) == last[...]
        else { return false }
        var at = first.count
        let end = bytes.count - last.count
        for part in parts.dropFirst().dropLast() where !part.isEmpty {
            let found = (at...max(at, end)).first { place in
                place + part.count <= end && bytes[place..<place + part.count] == part[...]
            }
            guard let found else { return false }
            at = found + part.count
        }
        return true
    }
}
