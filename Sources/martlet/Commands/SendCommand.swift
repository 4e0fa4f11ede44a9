import ArgumentParser
import DNSAuth
import Foundation
import Loop
import MTA
import Mail

struct SendCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "send", abstract: "Hand a message to a submission server, ours or another.",
        discussion: """
            Composes a message from --subject, --text, --html and --attach, or takes a whole one from --file ('-' is \
            standard input). Prints the server's answer; the status is 0 only when every recipient was accepted.
            """)

    @Option(name: .long, help: "HOST:PORT of the submission server.")
    var server = "127.0.0.1:2587"

    @Option(name: .long, help: "The sender.")
    var from: String

    @Option(name: .long, help: "A recipient; may be given several times.")
    var to: [String]

    @Option(name: .long, help: "The subject.")
    var subject = ""

    @Option(name: .long, help: "The plain text.")
    var text: String?

    @Option(name: .long, help: "The HTML.")
    var html: String?

    @Option(name: .long, help: "A file to attach; may be given several times.")
    var attach: [String] = []

    @Option(name: .long, help: "A whole message (RFC 5322) to send as it is.")
    var file: String?

    @Option(name: .long, help: "The AUTH user.")
    var user: String?

    @Option(name: .long, help: "The AUTH password; better in the environment as MARTLET_PASSWORD.")
    var password: String?

    @Option(
        name: .long,
        help: """
            none, opportunistic, required, verify, implicit. With a password verify by default, and required where the \
            server is this machine; a password goes to a server that does not prove its name with required only.
            """)
    var tls: String?

    func run() async throws {
        let sender = try mailbox(from, "--from")
        let recipients = try to.map { Recipient(try mailbox($0, "--to")) }
        let content = try file.map(whole) ?? composed(recipients)
        let password = password ?? ProcessInfo.processInfo.environment["MARTLET_PASSWORD"]
        guard let host = HostPort(server) else { throw ValidationError("--server must be HOST:PORT, not '\(server)'") }
        var client = ClientOptions(
            heloName: ProcessInfo.processInfo.hostName,
            tls: try mode(hasPassword: password != nil && user != nil, host: host.host))
        if let user, let password {
            client.credentials = ClientCredentials(
                user: user, password: password, allowsUnverifiedTLS: client.tls == .required)
        }
        var options = RelayTransportOptions(hosts: [.init(name: host.host, port: host.port)], heloName: client.heloName)
        options.client = client

        let is8Bit = content.contains { $0 >= 0x80 }
        let addresses = [sender] + recipients.map(\.mailbox)
        let batch = DeliveryBatch(
            message: UUIDv7(at: SystemTime().wall),
            envelope: Envelope(
                sender: sender, recipients: recipients, is8Bit: is8Bit,
                needsSMTPUTF8: addresses.contains { !$0.localPart.utf8.allSatisfy { $0 < 0x80 } }),
            recipientIndexes: Array(0..<UInt32(recipients.count)), content: [content],
            destination: recipients[0].mailbox.domain, attempt: 1)
        let outcomes = try await Courier.carry(batch, with: options)
        var isComplete = true
        for (recipient, outcome) in zip(recipients, outcomes) {
            let words = outcome.reply.map(\.description) ?? Self.words(for: outcome.verdict)
            print("\(recipient.mailbox): \(words)")
            if outcome.verdict != .delivered { isComplete = false }
        }
        if !isComplete { throw ExitCode.failure }
    }

    private static func words(for verdict: Verdict) -> String {
        switch verdict {
        case .delivered: "accepted"
        case .deferred(.connectionRefused): "nobody listens there: connection refused"
        case .deferred(.connectionTimeout): "no answer: the connection timed out"
        case .deferred(.tlsUnavailable): "the server offers no TLS, which --tls asks for"
        case .deferred(.tlsFailed): "the TLS handshake failed, or the certificate does not prove the name"
        case .deferred(.authenticationFailed): "the server refused the user and password, or offers no AUTH under TLS"
        case .deferred(.dnsFailure): "the server's name cannot be resolved"
        case .deferred(let reason): "not accepted (\(reason))"
        case .bounced(let reason): "refused (\(reason))"
        }
    }

    private func composed(_ recipients: [Recipient]) throws -> [UInt8] {
        guard text != nil || html != nil else { throw ValidationError("--text, --html or --file is needed") }
        let now = SystemTime().wall
        let author = try mailbox(from, "--from")
        var draft = MessageDraft(
            from: NamedMailbox(mailbox: author), to: recipients.map { NamedMailbox(mailbox: $0.mailbox) },
            subject: subject,
            date: now, messageID: "<\(UUIDv7(at: now))@\(author.domain.text)>")
        draft.text = text
        draft.html = html
        draft.attachments = try attach.map { path in
            let file = URL(fileURLWithPath: path)
            return Attachment(
                filename: file.lastPathComponent, contentType: "application/octet-stream",
                content: Array(try Data(contentsOf: file)))
        }
        return try MIMEComposer.compose(draft, seed: UInt64.random(in: .min ... .max))
    }

    /// SMTP wants CRLF; a file of this machine usually has LF.
    private func whole(_ path: String) throws -> [UInt8] {
        let data =
            path == "-"
            ? FileHandle.standardInput.readDataToEndOfFile() : try Data(contentsOf: URL(fileURLWithPath: path))
        var bytes: [UInt8] = []
        bytes.reserveCapacity(data.count + data.count / 40)
        for byte in data {
            if byte == 0x0A, bytes.last != 0x0D { bytes.append(0x0D) }
            bytes.append(byte)
        }
        return bytes
    }

    private func mailbox(_ text: String, _ option: String) throws -> Mailbox {
        do { return try Mailbox(parsing: text) } catch {
            throw ValidationError("\(option): '\(text)' is not an address: \(error)")
        }
    }

    private func mode(hasPassword: Bool, host: String) throws -> TLSMode {
        guard let tls else {
            guard hasPassword else { return .opportunistic }
            // On this machine certificates are self-signed, and nobody stands in between.
            return host == "localhost" || IPAddress(host)?.isLoopback == true ? .required : .verify
        }
        let modes: [TLSMode] = [.none, .opportunistic, .required, .verify, .implicit]
        guard let mode = TLSMode(rawValue: tls), modes.contains(mode) else {
            throw ValidationError("--tls: '\(tls)' is not one of \(modes.map(\.rawValue).joined(separator: ", "))")
        }
        return mode
    }
}

/// Carries one batch on a loop of its own.
private actor Courier {
    private let loop: EventLoop
    nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe loop.asUnownedSerialExecutor() }

    private init(loop: EventLoop) { self.loop = loop }

    static func carry(_ batch: DeliveryBatch, with options: RelayTransportOptions) async throws -> [Outcome] {
        let loops = try EngineProcess.loops(1)
        loops.start()
        let resolver = DNSResolver(options: .system(), on: loops.loops[0])
        let context = try TLSClientContext(trust: .system)
        let transport = RelayTransport(options, resolver: resolver, context: context, loops: loops.loops)
        let outcomes = await Courier(loop: loops.loops[0]).carry(batch, with: transport)
        loops.stop()
        return outcomes
    }

    private func carry(_ batch: DeliveryBatch, with transport: RelayTransport) async -> [Outcome] {
        let outcomes = await transport.carry(batch, on: Lane(site: "send", shard: 0, number: 0))
        await transport.shutDown()
        return outcomes
    }
}
