import Mail

extension SPFNode {
    /// Notes what is allowed and still unwise.
    mutating func noteHabits(_ record: SPFRecord, bytes: Int) {
        if bytes > 450 {
            // RFC 7208 §3.4.
            note(.warning, .longRecord, "\(bytes) bytes; above 450 an answer may not fit a UDP packet")
        }
        for (index, directive) in record.directives.enumerated() {
            switch directive.mechanism {
            case .ptr:
                // RFC 7208 §5.5.
                note(.warning, .usesPTR, "\(directive.text) should not be used: slow, and dropped by some receivers")
            case .network(let network) where directive.qualifier == .pass && network.prefixLength <= 1:
                note(.warning, .passesEveryone, "\(directive.text) allows everyone to send for this domain")
            case .all:
                if directive.qualifier == .pass {
                    note(.warning, .passesEveryone, "\(directive.text) allows everyone to send for this domain")
                }
                // RFC 7208 §5.1: what follows all is ignored, a redirect wherever it stands.
                if index + 1 < record.directives.count {
                    note(.warning, .unreachable, "what stands behind \(directive.text) is never looked at")
                }
                if let redirect = record.redirect {
                    note(.warning, .unreachable, "redirect=\(redirect.text) is ignored beside \(directive.text)")
                }
                return
            case .include, .a, .mx, .network, .exists: break
            }
        }
        // RFC 7208 §4.7. An included record needs no end: only its pass counts.
        if record.redirect == nil, !isIncluded {
            note(.warning, .endsOpen, "neither all nor redirect at the end: other hosts get neutral")
        }
    }

    private var isIncluded: Bool { term.map { !$0.hasPrefix("redirect=") } ?? false }
}
