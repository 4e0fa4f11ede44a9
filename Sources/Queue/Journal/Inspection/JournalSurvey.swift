package import Mail

/// What a look at every byte of a journal has found. Nothing was changed for it.
package struct JournalSurvey: Sendable {
    package struct Segment: Hashable, Sendable {
        package enum State: String, Hashable, Sendable {
            /// The last one, which goes on being written.
            case open
            /// Ended by an index.
            case sealed
            /// Neither: a write into it failed once.
            case unsealed
        }

        /// The file's name, whatever it should be.
        package var file: String
        /// The log offset of its first byte.
        package var first: UInt64
        /// Behind the last byte that counts.
        package var end: UInt64
        package var format: UInt32
        package var state: State
        package var records = 0
    }

    package var folder: String
    package var journal: UUIDv7?
    /// The process that has the folder; 0 where it is not known which. `nil`: none. Beside a running engine what is
    /// written meanwhile may be missing here.
    package var holder: Int32?
    package var segments: [Segment] = []
    /// Records by the name of their kind.
    package var records: [String: Int] = [:]
    /// Bytes of records that are right.
    package var bytes: UInt64 = 0
    /// Messages of which at least one recipient waits.
    package var unfinished = 0
    package var consumers: [String: UInt64] = [:]
    /// Files in `quarantine/`.
    package var quarantined: [String] = []
    package var findings: [JournalFinding] = []

    package var start: UInt64 { segments.first?.first ?? 0 }
    package var end: UInt64 { segments.last?.end ?? 0 }
    package var damages: [JournalFinding] { findings.filter(\.kind.isDamage) }

    /// Reads all of the journal. Blocks; in memory are one segment's places and the messages that are open.
    package static func make(
        _ folder: String, files: any JournalFiles = PosixFiles()
    ) throws(InspectionFailure) -> JournalSurvey {
        let quiet = QuietFiles(files)
        if let mismatch = JournalFormat.mismatch(in: folder, files: quiet) { throw .newer(mismatch) }
        let before = holder(of: folder, quiet)
        var surveyor = JournalSurveyor(folder, quiet, isInUse: before != nil)
        try surveyor.run()
        surveyor.survey.holder = before ?? holder(of: folder, quiet)
        if surveyor.survey.holder != nil { surveyor.forgiveChanges() }
        return surveyor.survey
    }

    /// For whoever has the lock.
    static func look(_ folder: String, _ files: any JournalFiles) throws(InspectionFailure) -> JournalSurvey {
        var surveyor = JournalSurveyor(folder, QuietFiles(files), isInUse: false)
        try surveyor.run()
        return surveyor.survey
    }

    /// Whether somebody has the folder now. The lock is given back at once: a look never keeps an engine from starting.
    static func holder(of folder: String, _ files: any JournalFiles) -> Int32? {
        guard let file = try? files.open(folder + "/" + FolderLock.fileName, .existing) else { return nil }
        defer { files.close(file) }
        if (try? files.lock(file)) != false {
            files.unlock(file)
            return nil
        }
        let bytes = (try? files.read(file, at: 0, count: 16)) ?? []
        return Int32(String(decoding: bytes, as: UTF8.self).filter(\.isNumber)) ?? 0
    }
}
