package import Mail

/// What opening the journal found and did. The caller logs it; nothing is repaired in silence.
package struct RecoveryReport: Hashable, Sendable {
    /// A place in a file whose bytes do not match their checksum. Messages that lay there are lost.
    package struct Damage: Hashable, Sendable {
        /// The file's name within the journal's folder.
        package var file: String
        /// The place in the file, in bytes.
        package var offset: UInt64
        /// Bytes passed over before the next valid record.
        package var skipped: UInt64
        /// Where the untouched copy of the file lies; `nil` when it could not be copied.
        package var quarantined: String?

        package init(file: String, offset: UInt64, skipped: UInt64, quarantined: String?) {
            self.file = file
            self.offset = offset
            self.skipped = skipped
            self.quarantined = quarantined
        }
    }

    package var segments = 0
    /// Segments read record by record because they carry no index.
    package var scanned = 0
    package var messages = 0
    /// When the last of the records that were read was written; `nil`: none was that says so.
    package var lastRecord: WallTime?
    /// Bytes of unfinished, never acknowledged writes that were cut off the end of the log.
    package var tornBytes: UInt64 = 0
    package var damages: [Damage] = []

    package init() {}
}
