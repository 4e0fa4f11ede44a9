import Glibc

/// The real file system.
package struct PosixFiles: JournalFiles {
    package init() {}

    package func makeFolder(_ path: String) throws(FileFailure) {
        if unsafe mkdir(path, 0o700) == 0 || errno == EEXIST { return }
        guard errno == ENOENT, let slash = path.lastIndex(of: "/"), slash != path.startIndex else {
            throw FileFailure(.makeFolder, errno: errno)
        }
        try makeFolder(String(path[..<slash]))
        guard unsafe mkdir(path, 0o700) == 0 || errno == EEXIST else { throw FileFailure(.makeFolder, errno: errno) }
    }

    package func list(_ folder: String) throws(FileFailure) -> [String] {
        guard let stream = unsafe opendir(folder) else { throw FileFailure(.list, errno: errno) }
        defer { unsafe closedir(stream) }
        var names: [String] = []
        while true {
            errno = 0
            guard let entry = unsafe readdir(stream) else { break }
            let name = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                unsafe String(decoding: bytes.prefix(while: { $0 != 0 }), as: UTF8.self)
            }
            if name != ".", name != ".." { names.append(name) }
        }
        guard errno == 0 else { throw FileFailure(.list, errno: errno) }
        return names
    }

    package func open(_ path: String, _ mode: FileMode) throws(FileFailure) -> Int32 {
        let flags =
            switch mode {
            case .existing: O_RDWR
            case .fresh: O_RDWR | O_CREAT | O_TRUNC
            case .kept: O_RDWR | O_CREAT
            }
        let file = unsafe Glibc.open(path, flags | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw FileFailure(.open, errno: errno) }
        return file
    }

    package func close(_ file: Int32) { _ = Glibc.close(file) }

    package func lock(_ file: Int32) throws(FileFailure) -> Bool {
        if flock(file, LOCK_EX | LOCK_NB) == 0 { return true }
        if errno == EWOULDBLOCK { return false }
        throw FileFailure(.lock, errno: errno)
    }

    package func unlock(_ file: Int32) { _ = flock(file, LOCK_UN) }

    package func size(_ file: Int32) throws(FileFailure) -> UInt64 {
        var facts = stat()
        guard unsafe fstat(file, &facts) == 0 else { throw FileFailure(.size, errno: errno) }
        return UInt64(facts.st_size)
    }

    package func allocate(_ file: Int32, _ size: UInt64) throws(FileFailure) {
        while true {
            // Where the file system cannot reserve, the library writes the blocks: slow, and just as good.
            let result = posix_fallocate(file, 0, off_t(size))
            if result == 0 { return }
            guard result == EINTR else { throw FileFailure(.allocate, errno: result) }
        }
    }

    package func truncate(_ file: Int32, _ size: UInt64) throws(FileFailure) {
        while ftruncate(file, off_t(size)) != 0 {
            guard errno == EINTR else { throw FileFailure(.truncate, errno: errno) }
        }
    }

    package func write(_ file: Int32, _ bytes: Span<UInt8>, at offset: UInt64) throws(FileFailure) -> Int {
        while true {
            let written = unsafe bytes.withUnsafeBytes { unsafe pwrite(file, $0.baseAddress, $0.count, off_t(offset)) }
            if written >= 0 { return written }
            guard errno == EINTR else { throw FileFailure(.write, errno: errno) }
        }
    }

    package func read(_ file: Int32, at offset: UInt64, count: Int) throws(FileFailure) -> [UInt8] {
        var failure: Int32 = 0
        let bytes = unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            while filled < count {
                let got = unsafe pread(
                    file, buffer.baseAddress.map { unsafe $0 + filled }, count - filled, off_t(offset) + filled)
                if got == 0 { return }
                if got < 0 {
                    if errno == EINTR { continue }
                    failure = errno
                    return
                }
                filled += got
            }
        }
        guard failure == 0 else { throw FileFailure(.read, errno: failure) }
        return bytes
    }

    package func syncData(_ file: Int32) throws(FileFailure) {
        // Not repeated on EINTR or anything else: after a failed sync the kernel may have dropped the pages and
        // the next call would report success for data that never reached the disk.
        guard fdatasync(file) == 0 else { throw FileFailure(.syncData, errno: errno) }
    }

    package func syncFolder(_ path: String) throws(FileFailure) {
        let folder = unsafe Glibc.open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard folder >= 0 else { throw FileFailure(.syncFolder, errno: errno) }
        defer { _ = Glibc.close(folder) }
        guard fsync(folder) == 0 else { throw FileFailure(.syncFolder, errno: errno) }
    }

    package func rename(_ from: String, to: String) throws(FileFailure) {
        guard unsafe Glibc.rename(from, to) == 0 else { throw FileFailure(.rename, errno: errno) }
    }

    package func remove(_ path: String) throws(FileFailure) {
        guard unsafe unlink(path) == 0 else { throw FileFailure(.remove, errno: errno) }
    }
}
