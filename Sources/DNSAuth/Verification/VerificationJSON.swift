import Mail

extension VerificationReport {
    /// The same facts as `text`, one object, keys in a fixed order, two spaces a level.
    package var json: String { document.indented + "\n" }

    private var document: JSONText {
        .object([
            ("verdict", .string(isPass ? "pass" : "not pass")), ("reason", .string(verdict.reason)),
            ("source", .string(source)), ("bytes", .number(size)), ("client", client.map(Self.value) ?? .null),
            ("spf", .array(results.spf.map(Self.value))), ("dkim", .array(results.dkim.map(Self.value))),
            ("dmarc", Self.value(results.dmarc)), ("arc", Self.value(results.arc)),
            ("notes", .array(notes.map { .string($0) })),
        ])
    }

    private static func value(_ client: MessageClient) -> JSONText {
        .object([
            ("ip", .string("\(client.address)")), ("helo", .string(client.helo)),
            ("mail_from", .string(client.sender.map { "\($0)" } ?? "")),
        ])
    }

    private static func value(_ outcome: SPFOutcome) -> JSONText {
        .object([
            ("result", .string(outcome.result.rawValue)), ("identity", .string(outcome.identity.rawValue)),
            ("domain", .string(outcome.domain)), ("reason", .string(outcome.reason)),
            ("mechanism", .optional(outcome.mechanism)), ("explanation", .optional(outcome.explanation)),
            ("lookups", .number(outcome.lookups)), ("void_lookups", .number(outcome.voidLookups)),
        ])
    }

    private static func value(_ outcome: DKIMOutcome) -> JSONText {
        .object([
            ("result", .string(outcome.result.rawValue)), ("reason", .string(outcome.reason)),
            ("domain", .optional(outcome.domain?.text)), ("identity", .string(outcome.identity)),
            ("selector", .string(outcome.selector)), ("algorithm", .string(outcome.algorithm)),
            ("key_bits", outcome.keyBits.map { .number($0) } ?? .null), ("testing", .bool(outcome.isTesting)),
            ("signature_start", .string(outcome.signatureStart)), ("unsigned_bytes", .number(outcome.unsignedBytes)),
        ])
    }

    private static func value(_ outcome: DMARCOutcome) -> JSONText {
        .object([
            ("result", .string(outcome.result.rawValue)), ("reason", .string(outcome.reason)),
            ("author", .optional(outcome.author?.text)), ("record_domain", .optional(outcome.recordDomain?.text)),
            ("organizational_domain", .optional(outcome.organizationalDomain?.text)),
            ("policy", .string(outcome.policy.rawValue)), ("policy_tag", .optional(outcome.policyTag?.rawValue)),
            ("disposition", .string(outcome.disposition.rawValue)), ("testing", .bool(outcome.isTesting)),
            ("spf_aligned", .bool(outcome.isSPFAligned)), ("dkim_aligned", .bool(outcome.isDKIMAligned)),
        ])
    }

    private static func value(_ outcome: ARCOutcome) -> JSONText {
        .object([
            ("result", .string(outcome.result.rawValue)), ("reason", .string(outcome.reason)),
            ("sealers", .array(outcome.sealers.map { .string($0) })),
            ("oldest_pass", outcome.oldestPass.map { .number($0) } ?? .null),
        ])
    }
}
