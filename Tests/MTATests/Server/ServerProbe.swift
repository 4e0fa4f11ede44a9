import Loop
import Mail

@testable import MTA

/// Drives a `ServerDialogue` without a socket: plays the conversation, the policy and the queue.
final class ServerProbe {
    var dialogue: ServerDialogue
    private var inbound = Bytes()
    private(set) var messages: [ReceivedMessage] = []
    private(set) var isClosed = false
    private(set) var handshakes = 0
    /// Something was in the buffer when the handshake would have begun.
    private(set) var wasInjected = false
    var refusal: Refusal?

    var session: ServerSession { dialogue.session }

    static let tenant = UUIDv7(high: 1, low: 2)
    static let principal = Principal(tenant: tenant, user: nil)

    init(
        role: ServerRole = .submission, tls: ListenerTLS = .startTLS, trusted: Bool = true,
        _ adjust: (inout ServerOptions) -> Void = { _ in }
    ) {
        var options = ServerOptions(address: .loopback(), hostname: "mx.example.org", tls: tls)
        options.role = role
        options.synchronisation = .lenient
        adjust(&options)
        dialogue = ServerDialogue(ServerSession(options: options, trusted: trusted ? Self.principal : nil))
    }

    /// What the server answers to these bytes.
    @discardableResult
    func send(_ text: String) -> String { send(Array(text.utf8)) }

    @discardableResult
    func send(_ bytes: [UInt8]) -> String {
        guard !isClosed else { return "" }
        var outbound = Bytes()
        inbound.append(bytes)
        loop: while true {
            var next: SessionAction
            switch dialogue.advance(&inbound, into: &outbound) {
            case .proceed: break loop
            case .checkSender(let sender):
                let reply = Reply(code: 550, enhanced: EnhancedStatus(5, 7, 1), text: "Not yours")
                next = dialogue.session.senderChecked(
                    sender?.localPart == "forbidden" ? reply : nil, into: &outbound)
            case .checkRecipient(let recipient):
                let reply = Reply(code: 550, enhanced: EnhancedStatus(5, 1, 1), text: "Not here")
                next = dialogue.session.recipientChecked(
                    recipient.localPart == "nobody" ? reply : nil, into: &outbound)
            case .authenticate(let credentials):
                let isRight = credentials == SASLCredentials(user: "user", password: "secret")
                next = dialogue.session.authenticated(
                    isRight ? Principal(tenant: Self.tenant, user: credentials.user) : nil, into: &outbound)
            case .handshake:
                handshakes += 1
                wasInjected = wasInjected || !inbound.isEmpty
                dialogue.session.tlsStarted(
                    TLSFacts(version: "TLSv1.3", cipher: "test", verification: .notRequested))
                next = .proceed
            case .store:
                let result: StoreResult
                switch dialogue.session.takeMessage() {
                case .success(let message):
                    if let refusal {
                        result = .refused(refusal)
                    } else {
                        messages.append(message)
                        result = .accepted(UUIDv7(high: 3, low: 4))
                    }
                case .failure(let fault): result = .faulty(fault)
                }
                next = dialogue.session.stored(result, into: &outbound)
            case .close: next = .close
            }
            if next == .close {
                isClosed = true
                break
            }
        }
        return String(decoding: outbound.copy(), as: UTF8.self)
    }

    /// The codes of the replies, each reply once.
    func codes(_ text: String) -> [Int] { Self.codes(in: send(text)) }

    static func codes(in output: String) -> [Int] {
        // CR LF is one character to Swift.
        output.split(separator: "\r\n").filter { $0.dropFirst(3).first != "-" }.compactMap { Int($0.prefix(3)) }
    }

    /// Through EHLO, MAIL and RCPT.
    func toRecipients() {
        send("EHLO client.example\r\n")
        send("MAIL FROM:<a@example.org>\r\nRCPT TO:<b@example.net>\r\n")
    }
}
