import Mail

enum OutcomeCodec {
    private static let hasReply: UInt8 = 1
    private static let hasEnhanced: UInt8 = 2
    private static let hasHost: UInt8 = 4
    private static let hasTLS: UInt8 = 8

    static func encode(_ outcome: Outcome, into out: inout RecordEncoder) {
        switch outcome.verdict {
        case .delivered:
            out.put(1)
        case .deferred(let reason):
            out.put(2)
            out.put(reason.rawValue)
        case .bounced(let reason):
            out.put(3)
            out.put(reason.rawValue)
        }
        var flags: UInt8 = 0
        if outcome.reply != nil { flags |= hasReply }
        if outcome.reply?.enhanced != nil { flags |= hasEnhanced }
        if outcome.host != nil { flags |= hasHost }
        if outcome.tls != nil { flags |= hasTLS }
        out.put(flags)
        out.put(varint: UInt64(microseconds(outcome.elapsed)))
        if let reply = outcome.reply {
            out.put(fixed: reply.code)
            if let enhanced = reply.enhanced {
                out.put(enhanced.severity)
                out.put(fixed: enhanced.subject)
                out.put(fixed: enhanced.detail)
            }
            out.put(reply.text)
        }
        if let host = outcome.host {
            out.put(host.name)
            out.put(host.address)
        }
        if let tls = outcome.tls { OriginCodec.put(tls, into: &out) }
    }

    static func decode(_ decoder: inout RecordDecoder) throws(CodecFailure) -> Outcome {
        let verdict: Verdict
        switch try decoder.byte() {
        case 1:
            verdict = .delivered
        case 2:
            guard let reason = DeferralReason(rawValue: try decoder.byte()) else { throw .badValue }
            verdict = .deferred(reason)
        case 3:
            guard let reason = BounceReason(rawValue: try decoder.byte()) else { throw .badValue }
            verdict = .bounced(reason)
        default:
            throw .badValue
        }
        let flags = try decoder.byte()
        guard flags < 16 else { throw .badValue }
        let elapsed = try decoder.number()
        guard elapsed <= longest else { throw .badValue }
        var outcome = Outcome(verdict, elapsed: .microseconds(elapsed))
        if flags & hasReply != 0 {
            let code: UInt16 = try decoder.fixed()
            var enhanced: EnhancedStatus?
            if flags & hasEnhanced != 0 {
                let severity = try decoder.byte()
                let subject: UInt16 = try decoder.fixed()
                enhanced = EnhancedStatus(severity, subject, try decoder.fixed())
            }
            outcome.reply = Reply(code: code, enhanced: enhanced, text: try decoder.text())
        }
        if flags & hasHost != 0 {
            let name = try decoder.text()
            outcome.host = RemoteHost(name: name, address: try decoder.text())
        }
        if flags & hasTLS != 0 { outcome.tls = try OriginCodec.tls(&decoder) }
        return outcome
    }

    /// About eleven days: no attempt takes longer, and a damaged number must not overflow.
    private static let longest = 1_000_000_000_000

    /// The journal keeps microseconds, in 0 ... `longest`.
    private static func microseconds(_ duration: Duration) -> Int64 {
        let (seconds, attoseconds) = duration.components
        guard seconds >= 0, attoseconds >= 0 else { return 0 }
        guard seconds < Int64(longest / 1_000_000) else { return Int64(longest) }
        return seconds * 1_000_000 + attoseconds / 1_000_000_000_000
    }
}
