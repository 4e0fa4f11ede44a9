import Mail

extension VerificationReport {
    /// The same facts as `text`, one object, keys in a fixed order, two spaces a level.
    package var json: String { document.text(indentedBy: 0) + "\n" }

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

/// RFC 8259.
private indirect enum JSONText {
    case null
    case bool(Bool)
    case number(Int)
    case string(String)
    case array([JSONText])
    case object([(String, JSONText)])

    static func optional(_ text: String?) -> JSONText { text.map { .string($0) } ?? .null }

    func text(indentedBy depth: Int) -> String {
        switch self {
        case .null: "null"
        case .bool(let value): "\(value)"
        case .number(let value): "\(value)"
        case .string(let value): Self.quoted(value)
        case .array(let items):
            Self.nested("[", "]", depth, items.map { $0.text(indentedBy: depth + 1) })
        case .object(let members):
            Self.nested("{", "}", depth, members.map { Self.quoted($0) + ": " + $1.text(indentedBy: depth + 1) })
        }
    }

    private static func nested(_ open: String, _ close: String, _ depth: Int, _ items: [String]) -> String {
        guard !items.isEmpty else { return open + close }
        let indent = String(repeating: "  ", count: depth)
        return open + "\n" + items.map { indent + "  " + $0 }.joined(separator: ",\n") + "\n" + indent + close
    }

    private static func quoted(_ text: String) -> String {
        var out = String.UnicodeScalarView("\"".unicodeScalars)
        for scalar in text.unicodeScalars {
            switch scalar {
            // RFC 8259 §7.
            case "\"", "\\":
                out.append("\\")
                out.append(scalar)
            case "\u{0}"..<" ", "\u{7F}"..."\u{9F}", "\u{2028}", "\u{2029}":
                let hex = String(scalar.value, radix: 16)
                out.append(contentsOf: ("\\u" + String(repeating: "0", count: 4 - hex.count) + hex).unicodeScalars)
            default: out.append(scalar)
            }
        }
        out.append("\"")
        return String(out)
    }
}
