extension Canonicalization {
    /// Appends the canonical form of one field, which comes with its name and ends with CRLF or at the end of the span.
    /// - Parameter terminated: `false` for the signature field itself, which is hashed without its final CRLF
    ///   (RFC 6376 §3.7).
    func appendHeaderField(_ field: Span<UInt8>, to out: inout [UInt8], terminated: Bool = true) {
        switch self {
        case .simple: appendSimple(field, to: &out)
        case .relaxed: appendRelaxed(field, to: &out)
        }
        if terminated {
            out.append(.carriageReturn)
            out.append(.lineFeed)
        }
    }

    /// One field in canonical form.
    package func headerField(_ field: [UInt8], terminated: Bool = true) -> [UInt8] {
        var out: [UInt8] = []
        appendHeaderField(field.span, to: &out, terminated: terminated)
        return out
    }

    /// RFC 6376 §3.4.1: nothing is changed.
    private func appendSimple(_ field: Span<UInt8>, to out: inout [UInt8]) {
        var end = field.count
        if end >= 2, field[end - 1] == .lineFeed, field[end - 2] == .carriageReturn { end -= 2 }
        out.write(field.extracting(0..<end))
    }

    /// RFC 6376 §3.4.2: the name in lower case, the value unfolded, white space reduced to single spaces, none around
    /// the colon and none at the end.
    private func appendRelaxed(_ field: Span<UInt8>, to out: inout [UInt8]) {
        var at = 0
        while at < field.count, field[at] != .colon {
            if !field[at].isWhiteSpace { out.append(field[at].lowercased) }
            at += 1
        }
        out.append(.colon)
        at += 1
        var hasSpace = false
        var isAtStart = true
        while at < field.count {
            let byte = field[at]
            at += 1
            if byte.isWhiteSpace {
                hasSpace = true
            } else if byte == .carriageReturn, at < field.count, field[at] == .lineFeed {
                at += 1
            } else {
                if hasSpace, !isAtStart { out.append(.space) }
                hasSpace = false
                isAtStart = false
                out.append(byte)
            }
        }
    }
}
