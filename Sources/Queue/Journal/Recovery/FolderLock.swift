/// The lock on the journal's folder. It lives as long as this object, and not a moment longer than the process.
final class FolderLock: Sendable {
    static let fileName = "lock"
    private let file: SegmentFile
    private let files: any JournalFiles

    /// Refuses what a newer program has written, before the first byte is changed: the pid in this file included.
    /// - Parameter pid: written into the file for whoever is refused.
    init(_ options: JournalOptions, pid: Int32) throws(JournalFailure) {
        let path = options.folder + "/" + Self.fileName
        files = options.files
        var holder: [UInt8]?
        var mismatch: FormatMismatch?
        do throws(FileFailure) {
            file = try SegmentFile(folder: options.folder, name: Self.fileName, mode: .kept, files: options.files)
            if try options.files.lock(file.descriptor) {
                mismatch = JournalFormat.mismatch(in: options.folder, files: options.files)
            } else {
                holder = try file.read(at: 0, count: 16)
            }
            if holder == nil, mismatch == nil {
                // A full disk refuses even these bytes; the lock holds without them, and the mail can be read.
                try? file.truncate(0)
                try? file.write(Array("\(pid)\n".utf8), at: 0)
            }
        } catch {
            throw .unusable(path: path, errno: error.errno)
        }
        if let mismatch { throw .unsupportedVersion(file: mismatch.file, version: mismatch.found) }
        if let holder { throw .locked(pid: Int32(String(decoding: holder, as: UTF8.self).filter(\.isNumber))) }
    }

    /// Closing the file alone would not do: a child that is just being started has a copy of the descriptor.
    deinit { files.unlock(file.descriptor) }
}
