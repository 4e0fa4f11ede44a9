/// Why the journal could not do what it was asked.
package enum JournalFailure: Error, Hashable, Sendable {
    /// Another process works on the folder; its pid where the lock file tells.
    case locked(pid: Int32?)
    /// A file or the folder cannot be opened, listed or made.
    case unusable(path: String, errno: Int32)
    /// A segment was written by a newer program: opening it with this one could lose mail.
    case unsupportedVersion(file: String, version: UInt32)
    /// A write, an allocation or a sync failed. Nothing of the message has been accepted.
    case writeFailed(errno: Int32)
    /// ENOSPC or EDQUOT. Nothing of the message has been accepted.
    case diskFull
    /// The record would not fit the format.
    case tooLarge(limit: Int)
    /// No unfinished message has this number.
    case notFound(number: UInt64)
    /// The stored bytes do not match their checksum; `offset` is the place in the file.
    case damaged(file: String, offset: UInt64)
    case unreadable(errno: Int32)
    /// `close()` was called.
    case closed
}

extension JournalFailure {
    static let ioError: Int32 = 5  // EIO
    private static let noSpace: Int32 = 28  // ENOSPC
    private static let quota: Int32 = 122  // EDQUOT

    /// What a failed write means for whoever waits for it.
    init(writing failure: FileFailure) {
        switch failure.errno {
        case Self.noSpace, Self.quota: self = .diskFull
        default: self = .writeFailed(errno: failure.errno)
        }
    }
}
