package import Mail

/// Reads a policy file (RFC 8461 §3.2).
package enum MTASTSPolicyParser {
    /// Bytes of a file that are read; the RFC's own advice (§3.3).
    package static let byteLimit = 65_536
    /// Seconds; RFC 8461 §3.2: the most that `max_age` may say. More counts as this.
    package static let longestAge = 31_557_600

    /// - Parameter id: of the record that the file was fetched for.
    package static func parse(_ bytes: Span<UInt8>, id: String) throws(MTASTSPolicyFailure) -> MTASTSPolicy {
        guard bytes.count <= byteLimit else { throw .tooLong }
        var reader = MTASTSPolicyFields()
        var lines: [String] = []
        var start = 0
        while start < bytes.count {
            var end = start
            while end < bytes.count, bytes[end] != 0x0A { end += 1 }
            let next = end + 1
            // RFC 8461 §3.2: `sts-policy-term = LF / CRLF`.
            if end < bytes.count, end > start, bytes[end - 1] == 0x0D { end -= 1 }
            // Empty lines are not in the grammar, but at the end of many files.
            if end > start {
                let line = bytes.extracting(start..<end)
                try reader.take(line)
                lines.append(text(line))
            }
            start = next
        }
        return try reader.policy(id: id, lines: lines)
    }

    package static func parse(_ bytes: [UInt8], id: String) throws(MTASTSPolicyFailure) -> MTASTSPolicy {
        try parse(bytes.span, id: id)
    }

    static func text(_ bytes: Span<UInt8>) -> String {
        unsafe bytes.withUnsafeBufferPointer { unsafe String(decoding: $0, as: UTF8.self) }
    }
}

/// Why a file is no policy.
package enum MTASTSPolicyFailure: Error, Hashable, Sendable {
    case tooLong
    /// A line that is not `name: value`.
    case malformedLine(String)
    case badValue(field: String)
    case missing(field: String)

    /// For reports: printable ASCII.
    package var reason: String {
        switch self {
        case .tooLong: "the policy is longer than \(MTASTSPolicyParser.byteLimit) bytes"
        case .malformedLine(let line): "malformed line: \(PolicyReason.clean(line))"
        case .badValue(let field): "bad value of \(field)"
        case .missing(let field): "no \(field)"
        }
    }
}

/// Words of strangers for logs and reports.
enum PolicyReason {
    /// Printable ASCII, at most 100 bytes.
    static func clean(_ text: String) -> String {
        String(decoding: text.utf8.prefix(100).map { $0 < 0x20 || $0 >= 0x7F ? 0x3F : $0 }, as: UTF8.self)
    }
}
