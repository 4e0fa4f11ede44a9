import Glibc

/// The files of a journal for whoever only looks: nothing can be changed through it, not even by mistake, and a folder
/// that is mounted read-only will do.
struct QuietFiles: JournalFiles {
    private let base: any JournalFiles
    private static let readOnly: Int32 = 30  // EROFS

    init(_ base: any JournalFiles) { self.base = base }

    func open(_ path: String, _ mode: FileMode) throws(FileFailure) -> Int32 {
        guard mode == .existing else { throw FileFailure(.open, errno: Self.readOnly) }
        guard base is PosixFiles else { return try base.open(path, mode) }
        let file = unsafe Glibc.open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { throw FileFailure(.open, errno: errno) }
        return file
    }

    func close(_ file: Int32) { base.close(file) }
    func list(_ folder: String) throws(FileFailure) -> [String] { try base.list(folder) }
    func lock(_ file: Int32) throws(FileFailure) -> Bool { try base.lock(file) }
    func unlock(_ file: Int32) { base.unlock(file) }
    func size(_ file: Int32) throws(FileFailure) -> UInt64 { try base.size(file) }

    func read(_ file: Int32, at offset: UInt64, count: Int) throws(FileFailure) -> [UInt8] {
        try base.read(file, at: offset, count: count)
    }

    func makeFolder(_ path: String) throws(FileFailure) { throw FileFailure(.makeFolder, errno: Self.readOnly) }

    func allocate(_ file: Int32, _ size: UInt64) throws(FileFailure) {
        throw FileFailure(.allocate, errno: Self.readOnly)
    }

    func truncate(_ file: Int32, _ size: UInt64) throws(FileFailure) {
        throw FileFailure(.truncate, errno: Self.readOnly)
    }

    func write(_ file: Int32, _ bytes: Span<UInt8>, at offset: UInt64) throws(FileFailure) -> Int {
        throw FileFailure(.write, errno: Self.readOnly)
    }

    func syncData(_ file: Int32) throws(FileFailure) { throw FileFailure(.syncData, errno: Self.readOnly) }
    func syncFolder(_ path: String) throws(FileFailure) { throw FileFailure(.syncFolder, errno: Self.readOnly) }
    func rename(_ from: String, to: String) throws(FileFailure) { throw FileFailure(.rename, errno: Self.readOnly) }
    func remove(_ path: String) throws(FileFailure) { throw FileFailure(.remove, errno: Self.readOnly) }
}
