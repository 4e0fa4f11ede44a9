/// Why a journal cannot be looked at or mended.
package enum InspectionFailure: Error, Hashable, Sendable {
    /// A newer program has written it.
    case newer(FormatMismatch)
    /// There is no folder, or no segment in it.
    case noJournal(folder: String)
    /// Another process works on the folder; its pid where the lock file tells.
    case locked(pid: Int32?)
    case unusable(path: String, errno: Int32)
    /// No record with this identifier has content.
    case noContent
    /// The content does not match its checksum.
    case damagedContent(file: String, offset: UInt64)
}
