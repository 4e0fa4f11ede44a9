import Mail

/// What is known against a transaction before a byte of it is sent: compares the message with what the host offers.
enum Preflight {
    /// The facts of a batch that do not depend on the host.
    struct Demands: Hashable, Sendable {
        var size: Int
        /// An address that only SMTPUTF8 can carry.
        var hasUTF8Address = false
        /// The submission declared SMTPUTF8.
        var declaresUTF8 = false
        var is8Bit = false
        /// An address that no parser let in: refused, because it would be a command of its own on the wire.
        var hasControl = false

        init(_ envelope: Envelope, size: Int) {
            self.size = size
            declaresUTF8 = envelope.needsSMTPUTF8
            is8Bit = envelope.is8Bit
            if let sender = envelope.sender { add(sender) }
            for recipient in envelope.recipients { add(recipient.mailbox) }
        }

        private mutating func add(_ mailbox: Mailbox) {
            let traits = AddressTraits(of: mailbox.localPart)
            if traits.contains(.nonASCII) { hasUTF8Address = true }
            if traits.contains(.control) { hasControl = true }
        }
    }

    enum Decision: Hashable, Sendable {
        case send(usesUTF8: Bool)
        case bounce(BounceReason)
    }

    /// - Parameter header8Bit: whether the header section has 8-bit bytes; asked only when it decides.
    static func decide(
        _ demands: Demands, extensions: Extensions, eightBit: EightBitPolicy, header8Bit: () -> Bool
    ) -> Decision {
        if demands.hasControl { return .bounce(.policy) }
        // RFC 1870 §6.1: a client need not try what the host has already refused.
        if let limit = extensions.sizeLimit, demands.size > limit { return .bounce(.tooLarge) }
        let offersUTF8 = extensions.offered.contains(.smtpUTF8)
        let wantsUTF8 = demands.declaresUTF8 || demands.hasUTF8Address
        if wantsUTF8, !offersUTF8 {
            // RFC 6531 §3.2: not to be sent without the extension. §3.4 leaves out the keyword where nothing in the
            // message turned out to need it.
            if demands.hasUTF8Address || header8Bit() { return .bounce(.needsSMTPUTF8) }
        }
        if demands.is8Bit, !extensions.offered.contains(.eightBitMIME), eightBit == .bounce {
            return .bounce(.needs8BitMIME)  // RFC 6152 §3
        }
        return .send(usesUTF8: wantsUTF8 && offersUTF8)
    }

    /// Whether a byte above 127 stands in front of the first empty line.
    static func header8Bit(in content: [[UInt8]]) -> Bool {
        var atLineStart = true
        for piece in content {
            for byte in piece {
                if byte >= 0x80 { return true }
                if byte == UInt8(ascii: "\n") {
                    if atLineStart { return false }
                    atLineStart = true
                } else if byte != UInt8(ascii: "\r") {
                    atLineStart = false
                }
            }
        }
        return false
    }
}
