import Loop
import Mail
import MartletTesting
import Synchronization
import Testing

@testable import MTA

/// A network of hosts that play scripts, in memory and in virtual time: each connection gets the next script.
final class ScriptedNetwork: Dialer {
    enum Script: Sendable {
        /// See `ScriptedPeer`. When it is over the connection stays open and silent.
        case play(String)
        /// The client's handshake fails.
        case playWithBrokenTLS(String)
        /// The certificate does not hold.
        case playWithCertificate(String, TLSFailure)
        /// A DANE-TA certificate with this name.
        case playWithName(String, String)
        case fail(StreamFailure)
        /// Nobody answers at all.
        case silence
    }

    private struct State {
        var scripts: ArraySlice<Script>
        var dialled: [SocketAddress] = []
        var origins: [IPAddress?] = []
        var heard: [String] = []
        var mismatches: [String] = []
    }

    private let state: Mutex<State>
    private let loop: SimulatedLoop
    private let chunk: Int
    private let host: ScriptedHost
    private let certificate: TLSServerContext

    init(_ scripts: [Script], on loop: SimulatedLoop, chunk: Int = 64 * 1024) throws {
        state = Mutex(State(scripts: scripts[...]))
        self.loop = loop
        self.chunk = chunk
        host = ScriptedHost(executor: loop)
        certificate = try TLSServerContext.selfSigned(names: ["mx.test"])
    }

    var dialled: [SocketAddress] { state.withLock { $0.dialled } }
    /// The addresses that the client wanted to come from.
    var origins: [IPAddress?] { state.withLock { $0.origins } }
    /// What the client said, one text per connection whose script is over.
    var heard: [String] { state.withLock { $0.heard } }
    /// Where a client did not follow its script.
    var mismatches: [String] { state.withLock { $0.mismatches } }

    func dial(
        _ peer: SocketAddress, from source: IPAddress?, deadline: MonotonicInstant
    ) async throws(StreamFailure) -> ByteStream {
        let script = state.withLock { state in
            state.dialled.append(peer)
            state.origins.append(source)
            return state.scripts.popFirst()
        }
        let link = MemoryLink(chunk: chunk, alarms: loop.time)
        let stream = link.client()
        switch script {
        case nil: throw .refused
        case .fail(let failure)?: throw failure
        case .silence?:
            try? await loop.time.sleep(until: deadline)
            throw .timedOut
        case .play(let text)?: start(text, link)
        case .playWithBrokenTLS(let text)?:
            stream.handshake = .failure(.tls(TLSFailure(reason: "wrong version number")))
            start(text, link)
        case .playWithCertificate(let text, let fault)?:
            stream.certificateFault = fault
            start(text, link)
        case .playWithName(let text, let name)?:
            stream.pretendedName = name
            start(text, link)
        }
        return stream
    }

    private func start(_ text: String, _ link: MemoryLink) {
        var peer = ScriptedPeer(.server, text)
        peer.serverTLS = certificate
        // The loop is where dialling happens, so the host is at work before the clock can move.
        host.assumeIsolated { host in
            host.start(peer, link) { heard, mismatch in
                self.state.withLock { state in
                    state.heard.append(heard)
                    if let mismatch { state.mismatches.append(mismatch) }
                }
            }
        }
    }
}

/// Plays scripts on the simulated loop.
private actor ScriptedHost {
    private let executor: SimulatedLoop
    private var streams: [MemoryStream] = []

    nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe executor.asUnownedSerialExecutor() }

    init(executor: SimulatedLoop) { self.executor = executor }

    func start(_ peer: ScriptedPeer, _ link: MemoryLink, report: @escaping @Sendable (String, String?) -> Void) {
        Task {
            let (heard, mismatch) = await self.play(peer, link)
            report(heard, mismatch)
        }
    }

    private func play(_ peer: ScriptedPeer, _ link: MemoryLink) async -> (String, String?) {
        let stream = link.server()
        streams.append(stream)
        do {
            return (String(decoding: try await peer.run(on: stream), as: UTF8.self), nil)
        } catch {
            return ("", "\(error)")
        }
    }
}

/// A shard over scripted hosts, and what became of the batches it was given.
struct ScriptedDelivery {
    var options = ClientOptions(heloName: "client.test")
    var rules = HostPlan.Rules()
    var recipients = 1
    var content: [[UInt8]] = [Array("Subject: x\r\n\r\nhello\r\n".utf8)]
    var envelopeChange: @Sendable (inout Envelope) -> Void = { _ in }
    var chunk = 64 * 1024
    /// Batches one after the other on one lane.
    var batches = 1
    /// Time that passes between two batches.
    var pause: Duration = .zero
    /// Addresses of each MX host.
    var addresses = 1
    /// MX hosts, best first.
    var hosts = ["mx.test"]
    /// Of the batches in turn; all of them have the same MX hosts, so they are one site.
    var destinations = ["dest.test"]
    var policies: TablePolicies?
    /// Several lanes of the site in turn.
    var lanes = 1
    /// Of the batches in turn.
    var sources: [EgressSource?] = [nil]
    var terms = ConnectionTerms()
    /// Further names that the resolver knows.
    var names: [String: [IPAddress]] = [:]

    struct Result: Sendable {
        var outcomes: [[Outcome]]
        var network: ScriptedNetwork
        var idle: Int
        /// Virtual time that the batches took.
        var elapsed: Duration
        var attempts: [TLSAttempt] = []

        /// Of the first batch.
        var verdicts: [Verdict] { outcomes.first?.map(\.verdict) ?? [] }
        var connections: Int { network.dialled.count }
    }

    init(_ change: (inout ScriptedDelivery) -> Void = { _ in }) {
        options.tls = .none
        rules.allowsLoopback = true
        change(&self)
    }

    var envelope: Envelope {
        let domain = Domain(canonical: "dest.test")
        var envelope = Envelope(
            sender: Mailbox(localPart: "s", domain: Domain(canonical: "from.test")),
            recipients: (0..<recipients).map { Recipient(Mailbox(localPart: "r\($0)", domain: domain)) })
        envelopeChange(&envelope)
        return envelope
    }

    func run(_ scripts: ScriptedNetwork.Script...) async throws -> Result { try await run(scripts) }

    func run(_ scripts: [ScriptedNetwork.Script]) async throws -> Result {
        let loop = SimulatedLoop()
        let network = try ScriptedNetwork(scripts, on: loop, chunk: chunk)
        var resolver = FakeResolver()
        for destination in destinations {
            resolver.mx[destination] = hosts.enumerated().map {
                MXRecord(preference: UInt16($0.offset), exchange: $0.element)
            }
        }
        for (number, host) in hosts.enumerated() {
            resolver.addresses[host] = (0..<UInt32(addresses)).map { .v4(0xC000_0201 + UInt32(number) << 4 + $0) }
        }
        resolver.addresses.merge(names) { $1 }
        let log = AttemptRecorder()
        var rules = rules
        rules.limits = options.limits
        let settings = SMTPShard.Settings(
            source: .exchanges(resolver, port: 2500, ownNames: ["client.test"]), options: options, rules: rules,
            context: try TLSClientContext(trust: .nobody), policies: policies, attempts: log)
        let shard = SMTPShard(
            settings, dialer: network, time: loop.time, executor: loop, generator: SplitMix(seed: 1))
        let envelope = envelope
        let delivery = self
        let (outcomes, idle, elapsed) = try await loop.run { _ in
            let start = loop.time.now
            var outcomes: [[Outcome]] = []
            for index in 0..<delivery.batches {
                if index > 0, delivery.pause > .zero { try await loop.time.sleep(for: delivery.pause) }
                let batch = DeliveryBatch(
                    message: UUIDv7(at: loop.time.wall), envelope: envelope,
                    recipientIndexes: envelope.recipients.indices.map { UInt32($0) }, content: delivery.content,
                    destination: Domain(canonical: delivery.destinations[index % delivery.destinations.count]),
                    attempt: 1, connections: delivery.terms, source: delivery.sources[index % delivery.sources.count])
                let lane = Lane(site: "direct:mx.test", shard: 0, number: index % delivery.lanes)
                outcomes.append(await shard.carry(batch, on: lane))
            }
            return (outcomes, await shard.idleConnections, loop.time.now - start)
        }
        loop.runUntilIdle()
        // What was idle has gone, and with it its place in the count: nothing is counted for ever.
        loop.advance(by: .seconds(600))
        let counted = try await loop.run { _ in await shard.census.count(site: "direct:mx.test") }
        #expect(counted == 0, "connections that are counted and are not there")
        return Result(
            outcomes: outcomes, network: network, idle: idle, elapsed: elapsed, attempts: log.attempts)
    }
}

/// Pieces of dialogue that many scripts share.
enum Dialogue {
    static let hello = """
        S: 220 mx.test ESMTP
        C: EHLO client.test
        S: 250-mx.test
        S: 250-PIPELINING
        S: 250 8BITMIME

        """
    static let transaction = """
        C: MAIL FROM:<s@from.test>
        C: RCPT TO:<r0@dest.test>
        C: DATA
        S: 250 sender
        S: 250 recipient
        S: 354 go
        C.
        S: 250 2.0.0 queued as 7

        """
}
