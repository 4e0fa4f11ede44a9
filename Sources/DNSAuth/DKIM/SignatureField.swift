import Mail

/// The text of one DKIM-Signature field (RFC 6376 §3.5) up to its empty `b=`, folded so that no line is longer than 78.
///
/// `b=` is the last tag: what is hashed is the field with an empty `b=` and nothing behind it, so the signature can
/// simply be appended.
struct SignatureField: Sendable {
    private(set) var bytes: [UInt8] = Array("DKIM-Signature: v=1;".utf8)
    private var column = 20

    private static let lineLength = 78

    init(
        algorithm: DKIMKey.Algorithm, domain: String, selector: String, form: CanonicalizationPair,
        signedAt: Int64, expiresAt: Int64?, bodyHash: String, fields: [String]
    ) {
        bytes.reserveCapacity(1_024)
        add("a=\(algorithm.rawValue);")
        add("c=\(form.text);")
        add("d=\(domain);")
        add("s=\(selector);")
        add("t=\(signedAt);")
        if let expiresAt { add("x=\(expiresAt);") }
        for (index, name) in fields.enumerated() {
            let end = index == fields.count - 1 ? ";" : ":"
            // RFC 6376 §3.5: in h= white space may stand on either side of a colon.
            if index == 0 { add("h=\(name)\(end)") } else { add("\(name)\(end)", separated: false) }
        }
        add("bh=\(bodyHash);")
        startLine()
        append("b=")
    }

    /// The complete field with CRLF. Base64 may be folded anywhere (RFC 6376 §2.10).
    consuming func signed(_ signature: [UInt8]) -> [UInt8] {
        let text = Base64.encode(signature.span)
        var at = 0
        while at < text.count {
            if column >= Self.lineLength { startLine() }
            let end = min(at + Self.lineLength - column, text.count)
            bytes += text[at..<end]
            column += end - at
            at = end
        }
        bytes += [13, 10]
        return bytes
    }

    private mutating func add(_ text: String, separated: Bool = true) {
        if column + text.utf8.count + 1 > Self.lineLength {
            startLine()
        } else if separated {
            append(" ")
        }
        append(text)
    }

    private mutating func startLine() {
        bytes += [13, 10, 9]
        column = 1
    }

    private mutating func append(_ text: String) {
        bytes += text.utf8
        column += text.utf8.count
    }
}
