import Mail

/// The text of an ARC-Message-Signature or ARC-Seal field, its tags in the order of the alphabet as the reference
/// implementations write them, folded so that no line is longer than 78.
///
/// `b=` stands near the front, so the field is kept in two pieces with the signature between them.
struct ARCFieldWriter: Sendable {
    private var head: [UInt8]
    private var tail: [UInt8] = []

    private static let lineLength = 78
    /// A space, not a tab: dkimpy finds the field of an instance by the text ` i=1;`.
    private static let fold: [UInt8] = [.carriageReturn, .lineFeed, .space]

    /// - Parameter tags: all but `a` and `b`, in order, with values in ASCII and without white space.
    init(_ name: String, algorithm: DKIMKey.Algorithm, _ tags: [(name: String, value: String)]) {
        head = Array("\(name): a=\(algorithm.rawValue);\r\n b=".utf8)
        tail.append(UInt8(ascii: ";"))
        // Behind the signature, wherever that ends, a new line begins.
        var column = Self.lineLength
        for (index, tag) in tags.enumerated() {
            let end = index + 1 == tags.count ? "" : ";"
            let text = Array("\(tag.name)=\(tag.value)\(end)".utf8)
            if column + 1 + text.count > Self.lineLength {
                tail += Self.fold
                column = 1
            } else {
                tail.append(.space)
                column += 1
            }
            guard column + text.count > Self.lineLength else {
                tail += text
                column += text.count
                continue
            }
            // RFC 6376 §3.5: in h= white space may stand on either side of a colon. No other value is so long.
            for piece in text.split(separator: .colon).enumerated() {
                let isLast = piece.offset == tag.value.utf8.count(where: { $0 == .colon })
                if column + piece.element.count + 1 > Self.lineLength, column > 1 {
                    tail += Self.fold
                    column = 1
                }
                tail += piece.element
                column += piece.element.count
                guard !isLast else { continue }
                tail.append(.colon)
                column += 1
            }
        }
    }

    /// The field with an empty `b=` and without its CRLF, as it is hashed (RFC 6376 §3.7).
    var unsigned: [UInt8] { head + tail }

    /// The complete field with CRLF. Base64 may be folded anywhere (RFC 6376 §2.10); where it is folded stays in the
    /// relaxed form that later seals cover, and changes them.
    /// - Parameter lineLength: of the lines of the signature, at most 900.
    func signed(_ signature: [UInt8], lineLength: Int) -> [UInt8] {
        var out = head
        out.reserveCapacity(head.count + tail.count + signature.count * 3 / 2 + 16)
        let text = Base64.encode(signature.span)
        let length = min(max(lineLength, 4), 900)
        var end = length - 2
        for (index, byte) in text.enumerated() {
            if index == end {
                out += Self.fold
                end += length
            }
            out.append(byte)
        }
        return out + tail + [.carriageReturn, .lineFeed]
    }
}
