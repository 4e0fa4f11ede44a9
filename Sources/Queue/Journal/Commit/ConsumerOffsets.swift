import Mail

/// How far each consumer of the log has come, kept in the small file `consumers`. A segment is not removed before every
/// consumer named here has passed its events.
struct ConsumerOffsets: Sendable {
    static let fileName = "consumers"
    static let magic: [UInt8] = Array("MARTLETC".utf8)
    static let version: UInt8 = 1

    private(set) var offsets: [String: UInt64] = [:]
    private var written: [UInt8] = []

    /// Where nobody reads, nobody is waited for.
    var lowest: UInt64 { offsets.values.min() ?? .max }

    /// - Returns: whether segments may have become removable.
    mutating func acknowledge(_ consumer: String, _ offset: UInt64) -> Bool {
        let before = lowest
        // A consumer that starts over pins what is still there.
        offsets[consumer] = offset
        return lowest > before || before == .max
    }

    /// One that is known already stays where it is.
    mutating func expect(_ consumer: String) { offsets[consumer] = offsets[consumer] ?? 0 }

    mutating func forget(_ consumer: String) { offsets[consumer] = nil }

    /// The file's bytes, when they are not those last written.
    func changes() -> [UInt8]? {
        let bytes = encode()
        return bytes == written || (written.isEmpty && offsets.isEmpty) ? nil : bytes
    }

    mutating func wrote(_ bytes: [UInt8]) { written = bytes }

    private func encode() -> [UInt8] {
        var out = RecordEncoder()
        out.put(raw: Self.magic)
        out.put(Self.version)
        out.put(count: offsets.count)
        for (name, offset) in offsets.sorted(by: { $0.key < $1.key }) {
            out.put(name)
            out.put(fixed: offset)
        }
        out.put(fixed: CRC32C.of(out.bytes))
        return out.bytes
    }

    /// `nil` when the bytes are damaged.
    static func decode(_ bytes: [UInt8]) -> ConsumerOffsets? {
        guard bytes.count > magic.count + 4, bytes.starts(with: magic) else { return nil }
        var tail = RecordDecoder(bytes, in: bytes.count - 4..<bytes.count)
        guard (try? tail.fixed(UInt32.self)) == CRC32C.of(Array(bytes.dropLast(4))) else { return nil }
        var decoder = RecordDecoder(bytes, in: magic.count..<bytes.count - 4)
        guard (try? decoder.byte()) == version, let count = try? decoder.count(width: 9) else { return nil }
        var result = ConsumerOffsets()
        for _ in 0..<count {
            guard let name = try? decoder.text(), let offset = try? decoder.fixed(UInt64.self) else { return nil }
            result.offsets[name] = offset
        }
        result.written = bytes
        return result
    }

    /// Written beside, synced, then renamed: there is always one whole file.
    static func write(_ bytes: [UInt8], folder: String, files: any JournalFiles) throws(FileFailure) {
        let file = try SegmentFile(folder: folder, name: fileName + ".new", mode: .fresh, files: files)
        try file.write(bytes, at: 0)
        try file.syncData()
        try files.rename(file.path, to: folder + "/" + fileName)
        try files.syncFolder(folder)
    }
}
