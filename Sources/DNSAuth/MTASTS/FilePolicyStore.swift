import Glibc
package import Loop

/// Policies in one file of the data folder, replaced as a whole: written beside it, synced, renamed over it.
package struct FilePolicyStore: MTASTSPolicyStore {
    private let path: String
    private let pool: BlockingPool
    /// More is no file of ours: 10,000 policies take a few megabytes.
    private static let byteLimit = 256 << 20

    /// - Parameter pool: where the file is read and written, since both may block.
    package init(path: String, pool: BlockingPool) {
        self.path = path
        self.pool = pool
    }

    package func load() async throws(MTASTSStoreFailure) -> [StoredMTASTSPolicy] {
        let path = path
        return try await pool.run { () throws(MTASTSStoreFailure) in
            guard let bytes = try Self.read(path) else { return [] }
            return try MTASTSPolicyFile.decode(bytes.span)
        }
    }

    package func save(_ policies: [StoredMTASTSPolicy]) async throws(MTASTSStoreFailure) {
        let path = path
        try await pool.run { () throws(MTASTSStoreFailure) in
            try Self.replace(path, with: MTASTSPolicyFile.encode(policies))
        }
    }

    // MARK: Blocking

    /// `nil`: there is no file.
    private static func read(_ path: String) throws(MTASTSStoreFailure) -> [UInt8]? {
        let file = unsafe open(path, O_RDONLY | O_CLOEXEC)
        if file < 0 {
            if errno == ENOENT { return nil }
            throw .file(operation: "open", errno: errno)
        }
        defer { _ = Glibc.close(file) }
        let size = lseek(file, 0, SEEK_END)
        guard size >= 0, lseek(file, 0, SEEK_SET) == 0 else { throw .file(operation: "seek", errno: errno) }
        guard size <= byteLimit else { throw .file(operation: "read", errno: EFBIG) }
        var bytes = [UInt8](repeating: 0, count: size)
        var done = 0
        while done < size {
            let count = unsafe bytes.withUnsafeMutableBytes {
                unsafe Glibc.read(file, $0.baseAddress?.advanced(by: done), size - done)
            }
            if count < 0 && errno == EINTR { continue }
            if count < 0 { throw .file(operation: "read", errno: errno) }
            if count == 0 { break }
            done += count
        }
        return Array(bytes.prefix(done))
    }

    private static func replace(_ path: String, with bytes: [UInt8]) throws(MTASTSStoreFailure) {
        let beside = path + ".new"
        let file = unsafe open(beside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o640)
        if file < 0 { throw .file(operation: "create", errno: errno) }
        let failure = write(bytes, to: file)
        _ = Glibc.close(file)
        if let failure {
            _ = unsafe unlink(beside)
            throw failure
        }
        guard unsafe rename(beside, path) == 0 else { throw .file(operation: "rename", errno: errno) }
        // The name is only as durable as its folder.
        let slash = path.lastIndex(of: "/")
        let folder = slash.map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
        let directory = unsafe open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        if directory < 0 { throw .file(operation: "open folder", errno: errno) }
        defer { _ = Glibc.close(directory) }
        if fsync(directory) != 0 { throw .file(operation: "sync folder", errno: errno) }
    }

    private static func write(_ bytes: [UInt8], to file: Int32) -> MTASTSStoreFailure? {
        var done = 0
        while done < bytes.count {
            let count = unsafe bytes.withUnsafeBytes {
                unsafe Glibc.write(file, $0.baseAddress?.advanced(by: done), bytes.count - done)
            }
            if count < 0 && errno == EINTR { continue }
            if count < 0 { return .file(operation: "write", errno: errno) }
            done += count
        }
        return fsync(file) == 0 ? nil : .file(operation: "sync", errno: errno)
    }
}
