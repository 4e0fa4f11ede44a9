/// Owns the descriptor of one open segment file. Whoever still reads keeps the file alive, also after its removal.
final class SegmentFile: Sendable {
    /// Without the folder.
    let name: String
    let path: String
    let descriptor: Int32
    private let files: any JournalFiles

    init(folder: String, name: String, mode: FileMode, files: any JournalFiles) throws(FileFailure) {
        self.name = name
        path = folder + "/" + name
        self.files = files
        descriptor = try files.open(path, mode)
    }

    deinit { files.close(descriptor) }

    func size() throws(FileFailure) -> UInt64 { try files.size(descriptor) }

    func allocate(_ size: UInt64) throws(FileFailure) { try files.allocate(descriptor, size) }

    func truncate(_ size: UInt64) throws(FileFailure) { try files.truncate(descriptor, size) }

    func syncData() throws(FileFailure) { try files.syncData(descriptor) }

    /// Up to `count` bytes; fewer only at the end of the file.
    func read(at position: UInt64, count: Int) throws(FileFailure) -> [UInt8] {
        try files.read(descriptor, at: position, count: count)
    }

    /// All of the bytes, however little the system takes at a time.
    func write(_ bytes: [UInt8], at position: UInt64) throws(FileFailure) {
        var done = 0
        while done < bytes.count {
            let written = try files.write(
                descriptor, bytes.span.extracting(done..<bytes.count), at: position + UInt64(done))
            // Nothing written and no error: never seen on a file, and no reason to spin.
            guard written > 0 else { throw FileFailure(.write, errno: JournalFailure.ioError) }
            done += written
        }
    }
}
