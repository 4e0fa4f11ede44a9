import Mail

@testable import DNSAuth

/// Takes a DKIM-Signature field apart, enough to compute it again.
struct SignatureTemplate {
    /// The field with an empty `b=`, name included.
    var field: [UInt8]
    var tags: [String: String]
    /// `b=` without white space.
    var signature: String { (tags["b"] ?? "").filter { !$0.isWhitespace } }
    var bodyHash: String { (tags["bh"] ?? "").filter { !$0.isWhitespace } }
    var names: [String] { (tags["h"] ?? "").split(separator: ":").map { $0.filter { !$0.isWhitespace } } }

    var form: CanonicalizationPair {
        let parts = (tags["c"] ?? "simple/simple").split(separator: "/").map(String.init)
        return CanonicalizationPair(
            header: Canonicalization(rawValue: parts[0]) ?? .simple,
            body: parts.count > 1 ? Canonicalization(rawValue: parts[1]) ?? .simple : .simple)
    }

    /// - Parameter text: the whole field, name included, with or without its final CRLF.
    init(_ text: String) {
        var text = text
        if text.hasSuffix("\r\n") { text.removeLast() }
        let colon = text.firstIndex(of: ":")!
        var tags: [String: String] = [:]
        var stripped = String(text[...colon])
        let parts = text[text.index(after: colon)...].split(separator: ";", omittingEmptySubsequences: false)
        for (index, part) in parts.enumerated() {
            let equals = part.firstIndex(of: "=")
            let name = (equals.map { part[..<$0] } ?? part).filter { !$0.isWhitespace }
            if let equals { tags[String(name)] = part[part.index(after: equals)...].trimmed }
            // RFC 6376 §3.7: the value of b= is deleted, with all white space around it.
            stripped += name == "b" ? String(part[...equals!]) : String(part)
            if index < parts.count - 1 { stripped += ";" }
        }
        field = Array(stripped.utf8)
        self.tags = tags
    }

    /// What is signed, and the body hash, of the message below this signature.
    func hashInput(over message: [UInt8]) throws -> (input: [UInt8], canonicalBody: [UInt8]) {
        let content = Content(original: message)
        let header = try ContentHeader(content)
        let selection = FieldSelection(names: names, of: header, in: content, form.header)
        var body = form.body.body(Array(message[header.bodyOffset...]))
        if let limit = tags["l"].flatMap({ Int($0) }) { body = Array(body.prefix(limit)) }
        return (DKIMSigner.hashInput(selection, field, form.header), body)
    }
}

extension Substring {
    fileprivate var trimmed: String {
        var rest = self
        while let first = rest.first, first.isWhitespace { rest.removeFirst() }
        while let last = rest.last, last.isWhitespace { rest.removeLast() }
        return String(rest)
    }
}

/// SHA-256 as `bh=` writes it.
func hashText(_ bytes: [UInt8]) -> String { Base64.encode(SHA256Digest.of(bytes.span)) }
