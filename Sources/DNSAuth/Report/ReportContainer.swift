package import Mail

/// What a file that claims to be a report really is. Names and content types are often wrong, the first bytes are not.
package enum ReportContainer {
    enum Kind {
        case gzip
        case zip
        case xml
        case json
    }

    static func kind(of bytes: [UInt8]) -> Kind? {
        if GzipFile.isOne(bytes.span) { return .gzip }
        if ZipArchive.isOne(bytes.span) { return .zip }
        var at = 0
        // A byte order mark, and UTF-16 with or without one.
        while at < min(bytes.count, 512) {
            switch bytes[at] {
            case 0xEF, 0xBB, 0xBF, 0xFE, 0xFF, 0x00, 0x20, 0x09, 0x0D, 0x0A: at += 1
            case UInt8(ascii: "<"): return .xml
            case UInt8(ascii: "{"): return .json
            default: return nil
            }
        }
        return nil
    }

    /// The report in the file, unpacked. One container at most: a second one is never a report.
    package static func open(_ bytes: [UInt8], limits: ReportLimits) throws(ReportFailure) -> [UInt8] {
        if bytes.isEmpty { throw .empty }
        let content: [UInt8]
        let packing = kind(of: bytes)
        switch packing {
        case .gzip: content = try GzipFile.unpack(bytes, limits: limits)
        case .zip: content = try ZipArchive.unpack(bytes, limits: limits)
        case .xml, .json: content = bytes
        case nil: throw .noReport
        }
        guard content.count <= limits.bytes else { throw .tooLarge(limit: limits.bytes) }
        if content.isEmpty { throw .empty }
        let inside = kind(of: content)
        switch inside {
        case .gzip, .zip: throw .nestedContainer
        case .xml, .json: return content
        case nil: throw .noReport
        }
    }
}
