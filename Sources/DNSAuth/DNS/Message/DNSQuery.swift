import Mail

/// A query in wire form, and the check that a datagram answers exactly it.
struct DNSQuery: Sendable {
    let question: Question
    let id: UInt16
    let wire: [UInt8]
    /// The question section lies at 12 ..< questionEnd of the wire form.
    private let questionEnd: Int
    private let caseMatters: Bool

    enum Match: Hashable, Sendable {
        case answer
        /// TC: the rest must be fetched over TCP (RFC 7766 §5).
        case truncated
        /// Not an answer to this query: a forgery, or a late answer to another one. To be ignored, not to be treated as
        /// a failure, or any stranger could make a lookup fail.
        case foreign
    }

    struct Options: Hashable, Sendable {
        /// RFC 6891: announces that datagrams of 1232 bytes may come back.
        var edns = true
        /// RFC 6840 §5.7: AD in the query asks for AD in the answer.
        var wantsAuthenticity = false
        var randomCase = false
    }

    init(
        _ question: Question, options: Options, using generator: inout some RandomNumberGenerator
    ) throws(ResolverFailure) {
        let name = question.name.wire(randomCase: &generator, randomised: options.randomCase)
        // RFC 5452 §9.2: the id is drawn from the whole 16 bits, by a generator that cannot be predicted.
        let id = UInt16.random(in: .min ... .max, using: &generator)
        self.question = question
        self.id = id
        wire = try DNSPacket.query(
            name: name, type: question.type, id: id, edns: options.edns, authentic: options.wantsAuthenticity)
        questionEnd = 12 + name.count + 4
        caseMatters = options.randomCase
        guard wire.count >= questionEnd else { throw .badName }
    }

    /// RFC 5452 §9.1: id, and question with name, type and class, must be those of the query.
    func match(_ bytes: [UInt8]) -> Match {
        // QR set, opcode 0.
        guard bytes.count >= questionEnd, bytes[0] == wire[0], bytes[1] == wire[1], bytes[2] & 0xF8 == 0x80 else {
            // A server that could not even read the question may leave it out; it can only say so.
            return isBareRefusal(bytes) ? .answer : .foreign
        }
        guard bytes[4] == 0, bytes[5] == 1 else { return isBareRefusal(bytes) ? .answer : .foreign }
        for index in 12..<questionEnd {
            let same =
                caseMatters ? bytes[index] == wire[index] : Self.folded(bytes[index]) == Self.folded(wire[index])
            guard same else { return .foreign }
        }
        return bytes[2] & 0x02 != 0 ? .truncated : .answer
    }

    /// RFC 6891 §7: FORMERR of a server that does not know EDNS may be a bare header. It carries nothing to believe.
    private func isBareRefusal(_ bytes: [UInt8]) -> Bool {
        bytes.count == 12 && bytes[0] == wire[0] && bytes[1] == wire[1] && bytes[2] & 0xF8 == 0x80
            && bytes[3] & 0x0F == ResponseCode.formatError && bytes[4...].allSatisfy { $0 == 0 }
    }

    private static func folded(_ byte: UInt8) -> UInt8 { byte &- 0x41 < 26 ? byte | 0x20 : byte }
}
