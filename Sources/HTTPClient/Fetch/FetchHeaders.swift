import Mail

/// The header lines of a request.
enum FetchHeaders {
    /// curl's own, which decide where a message ends and where it goes.
    private static let reserved: Set<String> = [
        "host", "content-length", "transfer-encoding", "connection", "te", "upgrade", "expect",
    ]

    /// - Throws: `.badURL` for a field that cannot be sent.
    static func lines(for request: HTTPFetch) throws(HTTPFetchFailure) -> [String] {
        var names: Set<String> = []
        var lines: [String] = []
        for (name, value) in request.headers {
            let lower = name.lowercased()
            // RFC 9110 §5.1, §5.5: a token, and nothing that could end the line.
            guard !name.isEmpty, name.utf8.allSatisfy(isToken), !reserved.contains(lower),
                value.utf8.allSatisfy({ $0 == 9 || ($0 >= 0x20 && $0 != 0x7F) })
            else { throw .badURL }
            names.insert(lower)
            // To curl `Name:` means the removal of the field, and `Name;` the empty one.
            lines.append(value.isEmpty ? "\(name);" : "\(name): \(value)")
        }
        // Without these, curl would wait for leave to send a long body and call the body a form.
        lines.append("Expect:")
        if request.method == .post, !names.contains("content-type") { lines.append("Content-Type:") }
        return lines
    }

    private static func isToken(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "!"), UInt8(ascii: "#"), UInt8(ascii: "$"),
            UInt8(ascii: "%"), UInt8(ascii: "&"), UInt8(ascii: "'"), UInt8(ascii: "*"), UInt8(ascii: "+"),
            UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "^"), UInt8(ascii: "_"), UInt8(ascii: "`"),
            UInt8(ascii: "|"), UInt8(ascii: "~"):
            true
        default: false
        }
    }
}
