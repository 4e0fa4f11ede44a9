/// The head of a `settled` record: states of messages in older segments.
enum SettledCodec {
    static let version: UInt8 = 1
    /// Effects in one record.
    static let limit = 10_000

    static func encode(_ effects: [Effect]) -> [UInt8] {
        var out = RecordEncoder(reserving: effects.count * 20 + 8)
        out.put(version)
        out.put(count: effects.count)
        for effect in effects { effect.encode(into: &out) }
        return out.bytes
    }

    static func decode(_ head: [UInt8]) throws(CodecFailure) -> [Effect] {
        var decoder = RecordDecoder(head)
        let version = try decoder.byte()
        guard version == Self.version else { throw .version(version) }
        var effects: [Effect] = []
        for _ in 0..<(try decoder.count(width: 11)) { effects.append(try Effect(from: &decoder)) }
        try decoder.finish()
        return effects
    }
}
