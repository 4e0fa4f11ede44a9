import Loop
import Mail
import MartletTesting
import Synchronization
import Testing

@testable import MTA

/// A host on a real loopback socket that plays scripts, one per connection, and then stays open and silent.
final class SocketHost: Sendable {
    let address: SocketAddress
    let certificate: TLSServerContext
    private let listener: Listener
    private let conversations: Conversations
    private let scripts: Mutex<ArraySlice<Script>>

    enum Script: Sendable {
        case play(String)
        /// Sends this many bytes in reply to the connection, as fast as they are taken.
        case flood(Int)
        /// Says 220 to STARTTLS and then something that is not TLS.
        case garbageInsteadOfTLS
    }

    init(_ scripts: [Script], on loop: EventLoop) throws {
        listener = try Listener.bind(.loopback())
        address = listener.address
        certificate = try TLSServerContext.selfSigned(names: ["mx.test"])
        conversations = Conversations(loop: loop)
        self.scripts = Mutex(scripts[...])
        listener.start(on: loop) { [unowned self] socket in
            guard let script = self.scripts.withLock({ $0.popFirst() }) else { return }
            Task { await self.conversations.take(socket, script, self.certificate) }
        }
    }

    func stop() { listener.stop() }

    /// Waits until `count` scripts are over. What each heard and where the client went off its script.
    func results(_ count: Int) async -> [(heard: String, mismatch: String?)] { await conversations.results(count) }
}

private actor Conversations {
    private let loop: EventLoop
    private var streams: [SocketStream] = []
    private var done: [(heard: String, mismatch: String?)] = []

    nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe loop.asUnownedSerialExecutor() }

    init(loop: EventLoop) { self.loop = loop }

    func take(_ socket: AcceptedSocket, _ script: SocketHost.Script, _ certificate: TLSServerContext) async {
        let stream = SocketStream(accepted: socket, on: loop)
        stream.deadline = loop.time.now + .seconds(30)
        streams.append(stream)
        do {
            done.append((try await perform(script, on: stream, certificate), nil))
        } catch {
            done.append(("", "\(error)"))
        }
    }

    private func perform(
        _ script: SocketHost.Script, on stream: SocketStream, _ certificate: TLSServerContext
    ) async throws -> String {
        switch script {
        case .play(let text):
            var peer = ScriptedPeer(.server, text)
            peer.serverTLS = certificate
            return String(decoding: try await peer.run(on: stream), as: UTF8.self)
        case .flood(let count):
            stream.outbound.append("250 ")
            let block = Array(repeating: UInt8(ascii: "x"), count: 100_000)
            for _ in 0..<count / block.count {
                stream.outbound.append(block)
                try await stream.flush()
            }
            return ""
        case .garbageInsteadOfTLS:
            let hello =
                "S: 220 mx\nC: EHLO *\nS: 250-mx\nS: 250 STARTTLS\nC: STARTTLS\nS: 220 go\nC+ 1\nS: not TLS at all\n"
            return String(decoding: try await ScriptedPeer(.server, hello + "X: close").run(on: stream), as: UTF8.self)
        }
    }

    func results(_ count: Int) async -> [(heard: String, mismatch: String?)] {
        let deadline = loop.time.now + .seconds(20)
        while done.count < count, loop.time.now < deadline { try? await loop.time.sleep(for: .milliseconds(5)) }
        return done
    }
}

/// Loops that run for one test, and deliveries over them.
struct Wire {
    static let domain = Domain(canonical: "dest.test")

    /// Runs the body with started loops and stops them afterwards.
    static func withLoops<Result>(
        _ count: Int = 1, _ body: ([EventLoop]) async throws -> Result
    ) async throws -> Result {
        let group = try LoopGroup(count: count)
        group.start()
        do {
            let result = try await body(group.loops)
            group.stop()
            return result
        } catch {
            group.stop()
            throw error
        }
    }

    static func batch(
        _ content: [[UInt8]] = [Array("Subject: x\r\n\r\nhello\r\n".utf8)], recipients: Int = 1
    ) -> DeliveryBatch {
        let envelope = Envelope(
            sender: Mailbox(localPart: "s", domain: Domain(canonical: "from.test")),
            recipients: (0..<recipients).map { Recipient(Mailbox(localPart: "r\($0)", domain: domain)) })
        return DeliveryBatch(
            message: UUIDv7(at: WallTime(milliseconds: 1)), envelope: envelope,
            recipientIndexes: (0..<UInt32(recipients)).map { $0 }, content: content, destination: domain, attempt: 1)
    }

    static let lane = Lane(site: "s", shard: 0, number: 0)

    /// A direct transport for `dest.test`, whose one MX is the given addresses.
    static func transport(
        to port: UInt16, loops: [EventLoop], context: TLSClientContext? = nil, mode: TLSMode = .none,
        _ change: (inout SMTPTransportOptions) -> Void = { _ in }
    ) -> SMTPTransport {
        var resolver = FakeResolver()
        resolver.mx["dest.test"] = [MXRecord(preference: 10, exchange: "mx.test")]
        resolver.addresses["mx.test"] = [.v4(0x7F00_0001)]
        var options = SMTPTransportOptions(client: ClientOptions(heloName: "client.test", tls: mode))
        options.port = port
        options.allowsLoopbackTargets = true
        change(&options)
        return SMTPTransport(options, resolver: resolver, context: context, loops: loops)
    }
}
