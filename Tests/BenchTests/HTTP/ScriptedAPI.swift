import Loop
import Mail
import MartletTesting
import Synchronization

/// A small HTTP server on a port of this machine: it reads requests by their Content-Length, keeps them, and answers
/// with what the script says for each.
final class ScriptedAPI: Sendable {
    struct Reply: Sendable {
        var text: String
        /// Closes behind it.
        var closes = false

        static func json(_ status: Int, _ body: String, closes: Bool = false) -> Reply {
            let connection = closes ? "Connection: close\r\n" : ""
            return Reply(
                text: "HTTP/1.1 \(status) X\r\n\(connection)Content-Length: \(body.utf8.count)\r\n\r\n\(body)",
                closes: closes)
        }
    }

    let address: SocketAddress
    private let loop: EventLoop
    private let listener: Listener
    private let bodies = Mutex<[String]>([])
    private let script: @Sendable (Int, String) -> Reply

    /// - Parameter script: gets the number of the request, in the order they came, and its body.
    init(_ script: @escaping @Sendable (Int, String) -> Reply) throws {
        loop = try EventLoop(index: 9)
        listener = try Listener.bind(.loopback())
        address = listener.address
        self.script = script
        loop.start()
        listener.start(on: loop) { [self, loop] socket in
            Task(executorPreference: loop) {
                await Stage(on: loop).perform { _ in await self.serve(SocketStream(accepted: socket, on: loop)) }
            }
        }
    }

    var requests: [String] { bodies.withLock { $0 } }

    func stop() {
        listener.stop()
        loop.stop()
    }

    private func serve(_ stream: ByteStream) async {
        while let body = await Self.request(stream) {
            let number = bodies.withLock { bodies in
                bodies.append(body)
                return bodies.count - 1
            }
            let reply = script(number, body)
            stream.outbound.append(utf8: reply.text)
            guard (try? await stream.flush()) != nil, !reply.closes else { break }
        }
        stream.close()
    }

    private static func request(_ stream: ByteStream) async -> String? {
        while true {
            let text = String(decoding: stream.inbound.copy(), as: UTF8.self)
            if let head = text.firstRange(of: "\r\n\r\n") {
                let length =
                    text[..<head.lowerBound].split(separator: "\r\n")
                    .first { $0.lowercased().hasPrefix("content-length:") }
                    .flatMap { Int($0.split(separator: " ").last ?? "") } ?? 0
                let headLength = text[..<head.upperBound].utf8.count
                if stream.inbound.count >= headLength + length {
                    let body = stream.inbound.copy(headLength..<headLength + length)
                    stream.inbound.consume(headLength + length)
                    return String(decoding: body, as: UTF8.self)
                }
            }
            guard (try? await stream.fill()) == true else { return nil }
        }
    }
}
