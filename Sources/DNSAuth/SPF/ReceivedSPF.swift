package import Mail

/// The Received-SPF field (RFC 7208 §9.1): what one check found, for whoever reads the message later.
package struct ReceivedSPF: Hashable, Sendable {
    package struct Pair: Hashable, Sendable {
        /// Lower-case.
        package var key: String
        package var value: String
    }

    package var result: SPFResult
    /// For people; may be empty.
    package var comment: String
    package var pairs: [Pair]

    package init(result: SPFResult, comment: String, pairs: [Pair]) {
        self.result = result
        self.comment = comment
        self.pairs = pairs
    }

    /// What is to be written about an outcome.
    /// - Parameter receiver: the name of this host.
    package init(_ outcome: SPFOutcome, client: MessageClient, receiver: String) {
        result = outcome.result
        let domain = outcome.domain.isEmpty ? "unknown" : outcome.domain
        let address = client.address.unmapped
        // RFC 7208 §9.1: the sentences of its examples.
        let sentence =
            switch outcome.result {
            case .pass: "domain of \(domain) designates \(address) as permitted sender"
            case .fail: "domain of \(domain) does not designate \(address) as permitted sender"
            case .softfail: "domain of transitioning \(domain) does not designate \(address) as permitted sender"
            case .neutral: "\(address) is neither permitted nor denied by domain of \(domain)"
            case .none: "\(domain) does not designate permitted sender hosts"
            case .temperror: "error in processing during lookup of \(domain)"
            case .permerror: "permanent error in processing domain of \(domain)"
            }
        comment = "\(receiver): \(sentence)"
        pairs = [
            Pair(key: "receiver", value: receiver), Pair(key: "client-ip", value: "\(address)"),
            Pair(key: "envelope-from", value: client.sender.map { "\($0)" } ?? ""),
            Pair(key: "helo", value: client.helo), Pair(key: "identity", value: outcome.identity.rawValue),
        ]
        if let mechanism = outcome.mechanism { pairs.append(Pair(key: "mechanism", value: mechanism)) }
        if outcome.result == .temperror || outcome.result == .permerror {
            pairs.append(Pair(key: "problem", value: outcome.reason))
        }
    }

    /// The value of a key, of the first pair that has it.
    package subscript(key: String) -> String? { pairs.first { $0.key == key }?.value }

    /// The whole field with its CRLF, folded at 78 where it can be. Whatever the values hold, it is one field.
    package var field: [UInt8] {
        var pieces = ["Received-SPF: \(result.rawValue)"]
        if !comment.isEmpty { pieces.append("(\(Self.escaped(comment, "()\\")))") }
        for (index, pair) in pairs.enumerated() {
            let value = Self.isDotAtom(pair.value) ? pair.value : "\"\(Self.escaped(pair.value, "\"\\"))\""
            pieces.append("\(pair.key)=\(value)\(index + 1 < pairs.count ? ";" : "")")
        }
        var out: [UInt8] = []
        var column = 0
        for piece in pieces {
            let count = piece.utf8.count
            if column > 0 {
                let isTooLong = column + 1 + count > 78
                out += isTooLong ? [0x0D, 0x0A, 0x09] : [0x20]
                column = isTooLong ? 1 : column + 1
            }
            out += piece.utf8
            column += count
        }
        return out + [0x0D, 0x0A]
    }

    /// With a backslash before the named characters and without controls; at most 400 bytes, so that no line passes
    /// the 998 of RFC 5322 §2.1.1.
    private static func escaped(_ text: String, _ special: String) -> String {
        var out = String.UnicodeScalarView()
        var count = 0
        for scalar in text.unicodeScalars {
            count += UTF8.width(scalar)
            guard count <= 400 else { break }
            let isControl = scalar.value < 0x20 || (0x7F..<0xA0).contains(scalar.value)
            if special.unicodeScalars.contains(scalar) { out.append("\\") }
            out.append(isControl ? "?" : scalar)
        }
        return String(out)
    }

    /// RFC 5322 §3.2.3. Everything else, an IPv6 address too, needs its quotes.
    private static func isDotAtom(_ text: String) -> Bool {
        guard !text.isEmpty, text.utf8.count <= 255 else { return false }
        var previous = UInt8(ascii: ".")
        for byte in text.utf8 {
            if byte == UInt8(ascii: ".") {
                guard previous != byte else { return false }
            } else {
                guard isAtom(byte) else { return false }
            }
            previous = byte
        }
        return previous != UInt8(ascii: ".")
    }

    private static func isAtom(_ byte: UInt8) -> Bool {
        SPFCharacter.isAlphanumeric(byte) || "!#$%&'*+-/=?^_`{|}~".utf8.contains(byte)
    }
}
