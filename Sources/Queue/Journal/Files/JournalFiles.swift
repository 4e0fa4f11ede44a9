import Glibc

/// The system calls the journal makes, one method each, so that tests can let every one of them fail, tear or lose what
/// was not synced. Files are named by descriptors; the journal closes what it opens.
package protocol JournalFiles: Sendable {
    /// Makes the folder and its parents; one that exists is fine.
    func makeFolder(_ path: String) throws(FileFailure)
    /// Names without their folder, in any order, without `.` and `..`.
    func list(_ folder: String) throws(FileFailure) -> [String]
    func open(_ path: String, _ mode: FileMode) throws(FileFailure) -> Int32
    func close(_ file: Int32)
    /// An exclusive lock that ends with the process. `false`: somebody else has it.
    func lock(_ file: Int32) throws(FileFailure) -> Bool
    func unlock(_ file: Int32)
    func size(_ file: Int32) throws(FileFailure) -> UInt64
    /// Reserves room up to `size`, so that writes below it neither grow the file nor run out of disk.
    func allocate(_ file: Int32, _ size: UInt64) throws(FileFailure)
    func truncate(_ file: Int32, _ size: UInt64) throws(FileFailure)
    /// May write less than asked; returns how much.
    func write(_ file: Int32, _ bytes: Span<UInt8>, at offset: UInt64) throws(FileFailure) -> Int
    /// Up to `count` bytes; fewer only at the end of the file.
    func read(_ file: Int32, at offset: UInt64, count: Int) throws(FileFailure) -> [UInt8]
    /// fdatasync(2).
    func syncData(_ file: Int32) throws(FileFailure)
    /// fsync(2) of a folder: makes new names and removals durable.
    func syncFolder(_ path: String) throws(FileFailure)
    func rename(_ from: String, to: String) throws(FileFailure)
    func remove(_ path: String) throws(FileFailure)
}

package enum FileMode: Hashable, Sendable {
    /// Must exist; read and written.
    case existing
    /// Made when missing, emptied when not.
    case fresh
    /// Made when missing, kept when not.
    case kept
}

package struct FileFailure: Error, Hashable, Sendable {
    package var call: FileCall
    package var errno: Int32

    package init(_ call: FileCall, errno: Int32) {
        self.call = call
        self.errno = errno
    }

    /// For the log.
    var reason: String { unsafe "\(String(cString: strerror(errno))) (errno \(errno))" }
}

package enum FileCall: Hashable, Sendable, CaseIterable {
    case makeFolder, list, open, lock, size, allocate, truncate, write, read, syncData, syncFolder, rename, remove
}
