/// A list of `tag=value` pairs between semicolons (RFC 6376 §3.2): the form of DKIM-Signature, of ARC's fields, and of
/// the records of DKIM, DMARC, MTA-STS and TLSRPT.
///
/// White space and line ends around names and values belong to neither. Bytes above 127 pass (RFC 8616 §3), since
/// whoever knows the tag knows whether it may hold them; controls do not.
package struct TagList: Sendable {
    package struct Tag: Hashable, Sendable {
        /// As it stands there: names are case-sensitive (RFC 6376 §3.2).
        package var name: String
        /// In the bytes that were parsed, without the white space around it.
        package var value: Range<Int>
        /// All that stands between the equals sign and the semicolon, in the same bytes.
        package var spacedValue: Range<Int>
    }

    /// Bytes that are read at most.
    package static let byteLimit = 65_536
    package static let tagLimit = 100

    /// In the order of the text.
    package let tags: [Tag]
    private let bytes: [UInt8]

    /// The whole span must be a list; a semicolon at its end is allowed, and white space behind that is passed over.
    package init(_ bytes: Span<UInt8>) throws(TagListFailure) {
        guard bytes.count <= Self.byteLimit else { throw .tooLong }
        var tags: [Tag] = []
        var at = 0
        while true {
            Self.skipSpace(bytes, &at)
            // RFC 6376 §3.2: `tag-list = tag-spec *( ";" tag-spec ) [ ";" ]`, so that an empty list is none.
            if at == bytes.count, !tags.isEmpty { break }
            let tag = try Self.tag(bytes, &at)
            // RFC 6376 §3.2: tags with duplicate names make the whole list invalid.
            guard !tags.contains(where: { $0.name == tag.name }) else { throw .duplicate(tag.name) }
            guard tags.count < Self.tagLimit else { throw .tooManyTags }
            tags.append(tag)
            if at == bytes.count { break }
            at += 1
        }
        self.tags = tags
        var copy: [UInt8] = []
        copy.reserveCapacity(bytes.count)
        for index in bytes.indices { copy.append(bytes[index]) }
        self.bytes = copy
    }

    package init(_ text: String) throws(TagListFailure) { try self.init(Array(text.utf8).span) }

    package func contains(_ name: String) -> Bool { tag(name) != nil }

    package func tag(_ name: String) -> Tag? { tags.first { $0.name == name } }

    /// The value without the white space around it; folds inside stay as they are. `nil` when there is no such tag.
    package func text(_ name: String) -> String? {
        tag(name).map { String(decoding: bytes[$0.value], as: UTF8.self) }
    }

    /// The value without any white space: for Base64, and for lists that may be folded at their separators.
    package func unfolded(_ name: String) -> String? {
        compact(name).map { String(decoding: $0, as: UTF8.self) }
    }

    /// The same as bytes.
    package func compact(_ name: String) -> [UInt8]? {
        tag(name).map { bytes[$0.value].filter { !$0.isFoldingSpace } }
    }

    /// Reads from a name to the semicolon behind its value, or to the end.
    private static func tag(_ bytes: Span<UInt8>, _ at: inout Int) throws(TagListFailure) -> Tag {
        let start = at
        while at < bytes.count, bytes[at].isTagNameCharacter { at += 1 }
        let name = start..<at
        // RFC 6376 §3.2: `tag-name = ALPHA *ALNUMPUNC`.
        guard !name.isEmpty, (bytes[start] | 0x20) &- 0x61 < 26 else { throw .malformed(at: at) }
        skipSpace(bytes, &at)
        guard at < bytes.count, bytes[at] == UInt8(ascii: "=") else { throw .malformed(at: at) }
        at += 1
        let valueStart = at
        skipSpace(bytes, &at)
        let first = at
        var end = at
        while at < bytes.count, bytes[at] != UInt8(ascii: ";") {
            let byte = bytes[at]
            at += 1
            if byte.isFoldingSpace { continue }
            guard byte > 0x20, byte != 0x7F else { throw .malformed(at: at - 1) }
            end = at
        }
        var text: [UInt8] = []
        for index in name { text.append(bytes[index]) }
        return Tag(
            name: String(decoding: text, as: UTF8.self), value: first..<max(first, end), spacedValue: valueStart..<at)
    }

    private static func skipSpace(_ bytes: Span<UInt8>, _ at: inout Int) {
        while at < bytes.count, bytes[at].isFoldingSpace { at += 1 }
    }
}

package enum TagListFailure: Error, Hashable, Sendable {
    /// Neither a name, an equals sign nor a character of a value; the offset in the bytes.
    case malformed(at: Int)
    case duplicate(String)
    case tooManyTags
    case tooLong
}

extension UInt8 {
    /// What FWS is made of (RFC 6376 §2.8).
    var isFoldingSpace: Bool { self == 32 || self == 9 || self == 13 || self == 10 }

    fileprivate var isTagNameCharacter: Bool {
        (self | 0x20) &- 0x61 < 26 || self &- 0x30 < 10 || self == UInt8(ascii: "_")
    }
}
