import CZlib
package import Mail

/// The member of a zip archive that is the report. Only what reporters use: stored and deflated members, no encryption,
/// no ZIP64, one disk.
package enum ZipArchive {
    static func isOne(_ bytes: Span<UInt8>) -> Bool {
        bytes.count > 4 && bytes[0] == 0x50 && bytes[1] == 0x4B
            && ((bytes[2] == 3 && bytes[3] == 4) || (bytes[2] == 5 && bytes[3] == 6))
    }

    /// The first member whose name ends in `.xml` or `.json`; the only member, whatever its name.
    package static func unpack(_ bytes: [UInt8], limits: ReportLimits) throws(ReportFailure) -> [UInt8] {
        let members = try directory(bytes.span, limits: limits)
        let files = members.filter { !$0.name.hasSuffix("/") && !$0.name.hasPrefix("__macosx/") }
        guard
            let member = files.first(where: { $0.name.hasSuffix(".xml") || $0.name.hasSuffix(".json") })
                ?? (files.count == 1 ? files[0] : nil)
        else { throw files.isEmpty ? .empty : .noReport }
        return try content(of: member, in: bytes.span, limits: limits)
    }

    /// An entry of the central directory. Sizes are what it claims.
    private struct Member {
        /// Lower-case; only ever compared.
        var name: String
        var isEncrypted: Bool
        var method: Int
        var checksum: UInt32
        var packed: Int
        var unpacked: Int
        var headerOffset: Int
    }

    private static func directory(
        _ bytes: Span<UInt8>, limits: ReportLimits
    ) throws(ReportFailure) -> [Member] {
        guard let end = endRecord(bytes) else { throw .damagedContainer(reason: "no zip directory") }
        let count = number(bytes, end + 10, 2)
        guard count <= limits.members else { throw .tooManyMembers(limit: limits.members) }
        var at = number(bytes, end + 16, 4)
        var members: [Member] = []
        for _ in 0..<count {
            guard at + 46 <= bytes.count, number(bytes, at, 4) == 0x0201_4B50 else {
                throw .damagedContainer(reason: "the zip directory is broken")
            }
            let nameLength = number(bytes, at + 28, 2)
            guard at + 46 + nameLength <= bytes.count else {
                throw .damagedContainer(reason: "the zip directory is broken")
            }
            var name: [UInt8] = []
            for place in at + 46..<at + 46 + nameLength { name.append(bytes[place]) }
            members.append(
                Member(
                    name: String(decoding: name, as: UTF8.self).lowercased(),
                    isEncrypted: number(bytes, at + 8, 2) & 1 == 1, method: number(bytes, at + 10, 2),
                    checksum: UInt32(number(bytes, at + 16, 4)), packed: number(bytes, at + 20, 4),
                    unpacked: number(bytes, at + 24, 4), headerOffset: number(bytes, at + 42, 4)))
            at += 46 + nameLength + number(bytes, at + 30, 2) + number(bytes, at + 32, 2)
        }
        return members
    }

    private static func content(
        of member: Member, in bytes: Span<UInt8>, limits: ReportLimits
    ) throws(ReportFailure) -> [UInt8] {
        if member.isEncrypted { throw .encrypted }
        let header = member.headerOffset
        guard member.unpacked <= limits.bytes else { throw .tooLarge(limit: limits.bytes) }
        guard header + 30 <= bytes.count, number(bytes, header, 4) == 0x0403_4B50 else {
            throw .damagedContainer(reason: "the zip member is not where the directory says")
        }
        let start = header + 30 + number(bytes, header + 26, 2) + number(bytes, header + 28, 2)
        guard start <= bytes.count, member.packed <= bytes.count - start else {
            throw .damagedContainer(reason: "the zip member is cut off")
        }
        let packed = bytes.extracting(start..<start + member.packed)
        var out: [UInt8] = []
        switch member.method {
        case 0:
            out.reserveCapacity(packed.count)
            for index in packed.indices { out.append(packed[index]) }
        case 8:
            var inflater = try Inflater(.raw)
            _ = try inflater.unpack(packed, to: &out, limits: limits)
        default: throw .damagedContainer(reason: "zip method \(member.method) is not supported")
        }
        let sum = unsafe out.withUnsafeBufferPointer { unsafe crc32_z(0, $0.baseAddress, $0.count) }
        guard out.isEmpty || UInt32(truncatingIfNeeded: sum) == member.checksum else {
            throw .damagedContainer(reason: "the zip checksum does not hold")
        }
        return out
    }

    /// The end record lies in front of a comment of at most 65,535 bytes.
    private static func endRecord(_ bytes: Span<UInt8>) -> Int? {
        guard bytes.count >= 22 else { return nil }
        var at = bytes.count - 22
        let lowest = max(0, at - 65_535)
        while at >= lowest {
            if bytes[at] == 0x50, number(bytes, at, 4) == 0x0605_4B50 { return at }
            at -= 1
        }
        return nil
    }

    /// Little-endian, at most four bytes. The caller has checked that they are there.
    private static func number(_ bytes: Span<UInt8>, _ at: Int, _ width: Int) -> Int {
        var value = 0
        for place in 0..<width where at + place < bytes.count { value |= Int(bytes[at + place]) << (8 * place) }
        return value
    }
}
