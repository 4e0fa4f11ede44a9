import Mail

/// All that is done with the bytes of an answer, in one call: what a fuzzer aims at, since the steps themselves are
/// nobody's business outside the resolver.
package enum AnswerProbe {
    /// - Parameters:
    ///   - bytes: a packet, or anything.
    ///   - type: the question's; a number that is no type asked for stands for MX.
    ///   - isForged: makes id, flags and question those of the query, so that the packet is taken for its answer.
    /// - Returns: the records found; traps only where an answer breaks a promise of the parser.
    package static func records(
        in bytes: [UInt8], of type: UInt16, randomCase: Bool, isForged: Bool
    ) -> Int {
        var bytes = bytes
        var zeros = Zeros()
        let options = DNSQuery.Options(wantsAuthenticity: true, randomCase: randomCase)
        let type = RecordType(rawValue: type) ?? .mx
        guard let question = try? Question("mail.example.org", type),
            let query = try? DNSQuery(question, options: options, using: &zeros)
        else { return 0 }
        let questionEnd = 12 + question.name.text.utf8.count + 2 + 4
        if isForged, bytes.count >= questionEnd {
            bytes.replaceSubrange(0..<2, with: query.wire[0..<2])
            bytes[2] = bytes[2] & 0x07 | 0x80
            bytes.replaceSubrange(4..<6, with: query.wire[4..<6])
            bytes.replaceSubrange(12..<questionEnd, with: query.wire[12..<questionEnd])
            precondition(query.match(bytes) != .foreign, "an answer to the question is taken for a stranger's")
        } else {
            _ = query.match(bytes)
        }
        guard let message = try? DNSPacket.parse(bytes) else { return 0 }
        precondition(message.answers.count <= DNSPacket.recordLimit)
        var count = 0
        for owner in [question.name, message.answers.first?.owner ?? .root] {
            guard case .found(let records, let chain)? = try? message.reading(of: type, chain: AliasChain(name: owner))
            else { continue }
            precondition(chain.length <= AliasChain.limit)
            let answer = CachedAnswer(
                records, type: type, status: nil, name: chain.name, ttl: chain.ttl ?? 0, authenticated: true)
            _ = answer?.aged(ttl: 1)
            for case .tlsa(let record) in records { _ = DANERecord.isUsable(record) }
            count += records.count
        }
        return count
    }

    /// The same query every time, so that a finding can be repeated.
    private struct Zeros: RandomNumberGenerator {
        mutating func next() -> UInt64 { 0 }
    }
}
