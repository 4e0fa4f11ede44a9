import Loop
import Mail

@testable import MTA

extension Operation {
    /// The server's side of one message of 1 KiB on a connection that is kept: commands and content in, replies out.
    static let serverSession = Operation("server-session", count: 1_500) {
        let content = SampleMail.message(1_024)
        let commands = "MAIL FROM:<sender@bench.example>\r\nRCPT TO:<recipient@d1.bench.example>\r\nDATA\r\n"
        var stuffer = DotStuffer()
        var wire = Bytes()
        stuffer.stuff(content.span, into: &wire)
        stuffer.finish(into: &wire)
        let conversation = ServerSide(Array(commands.utf8), wire.copy())
        return { times in
            for _ in 0..<times { try conversation.takeOne() }
        }
    }
}

/// Plays the conversation, the policy and the queue around a `ServerDialogue`.
private final class ServerSide {
    private var dialogue: ServerDialogue
    private var inbound = Bytes()
    private var outbound = Bytes()
    private let commands: [UInt8]
    private let content: [UInt8]

    init(_ commands: [UInt8], _ content: [UInt8]) {
        self.commands = commands
        self.content = content
        var options = ServerOptions(address: .loopback(), hostname: "mx.bench.example")
        options.synchronisation = .lenient
        dialogue = ServerDialogue(
            ServerSession(options: options, trusted: Principal(tenant: UUIDv7(high: 1, low: 2), user: nil)))
        inbound.append(Array("EHLO client.bench.example\r\n".utf8))
        _ = dialogue.advance(&inbound, into: &outbound)
    }

    func takeOne() throws {
        inbound.append(commands)
        var stored = try answer()
        inbound.append(content)
        stored += try answer()
        guard stored == 1 else { throw Operation.Unexpected("\(stored) messages instead of one") }
        outbound.removeAll()
    }

    /// - Returns: messages that came to their end.
    private func answer() throws -> Int {
        var stored = 0
        while true {
            let action: SessionAction
            switch dialogue.advance(&inbound, into: &outbound) {
            case .proceed: return stored
            case .checkSender: action = dialogue.session.senderChecked(nil, into: &outbound)
            case .checkRecipient: action = dialogue.session.recipientChecked(nil, into: &outbound)
            case .store:
                guard case .success = dialogue.session.takeMessage() else {
                    throw Operation.Unexpected("the content was refused")
                }
                stored += 1
                action = dialogue.session.stored(.accepted(UUIDv7(high: 3, low: 4)), into: &outbound)
            case .authenticate, .handshake, .close: throw Operation.Unexpected("the session ended")
            }
            guard case .proceed = action else { throw Operation.Unexpected("the session wants \(action)") }
        }
    }
}
