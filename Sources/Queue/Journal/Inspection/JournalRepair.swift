import Glibc
import Mail

/// Mends a journal that nobody uses. What recovery does at every start, and what it leaves: files under wrong names,
/// segments of another journal, stretches that are no records any more.
///
/// Every change is made beside what it replaces and put in place by one rename; the damaged file lies in `quarantine/`
/// by then. So a repair that is cut off anywhere has lost nothing, and the next one ends it.
package struct JournalRepair {
    /// One thing to be done, and why.
    package struct Step: Hashable, Sendable {
        package enum Action: Hashable, Sendable {
            case rename(to: String)
            /// The file as a whole goes to `quarantine/`.
            case setAside
            /// Made anew from its valid records.
            case rewrite
            /// Recovery gives it an index.
            case index
            /// Recovery cuts off the torn end.
            case cut
            /// What an earlier repair left.
            case discard
            /// Nothing can be done, or it is for the engine to do.
            case leave
        }

        package var finding: JournalFinding
        package var action: Action
    }

    package struct Outcome: Sendable {
        /// The journal as it was found.
        package var before: JournalSurvey
        package var steps: [Step]
        /// As it is now; `nil` where nothing was changed because nobody said that it should be.
        package var after: JournalSurvey?
        /// Records carried over in segments that were made anew.
        package var kept = 0
        /// Where in the folder damaged files lie now.
        package var quarantined: [String] = []
    }

    private let options: JournalOptions
    private var files: any JournalFiles { options.files }
    private var folder: String { options.folder }
    private var outcome: Outcome

    /// What would be done about the findings.
    package static func plan(_ survey: JournalSurvey) -> [Step] {
        survey.findings.map { finding in Step(finding: finding, action: action(finding)) }
    }

    private static func action(_ finding: JournalFinding) -> Step.Action {
        switch finding.kind {
        case .misnamed: .rename(to: finding.rightName ?? finding.file)
        case .duplicate, .foreign, .empty, .consumers: .setAside
        case .header, .record, .index, .indexDiffers: .rewrite
        case .unsealed: .index
        case .torn: .cut
        case .leftover: .discard
        case .content, .missing, .gap, .unborn: .leave
        }
    }

    /// - Parameter isConfirmed: `false`: only says what it would do, and touches nothing.
    package static func run(
        _ options: JournalOptions, isConfirmed: Bool
    ) throws(InspectionFailure) -> Outcome {
        let first = try JournalSurvey.make(options.folder, files: options.files)
        if let holder = first.holder { throw .locked(pid: holder == 0 ? nil : holder) }
        guard isConfirmed else { return Outcome(before: first, steps: plan(first)) }
        let lock: FolderLock
        do throws(JournalFailure) { lock = try FolderLock(options, pid: getpid()) } catch {
            throw InspectionFailure(error, folder: options.folder)
        }
        defer { withExtendedLifetime(lock) {} }
        let before = try JournalSurvey.look(options.folder, options.files)
        var repair = JournalRepair(options, Outcome(before: before, steps: plan(before)))
        guard repair.outcome.steps.contains(where: { $0.action != .leave }) else {
            repair.outcome.after = before
            return repair.outcome
        }
        do throws(FileFailure) {
            try repair.tidyNames()
            try repair.rewriteSegments()
        } catch {
            throw .unusable(path: options.folder, errno: error.errno)
        }
        try repair.recover()
        repair.outcome.after = try JournalSurvey.look(options.folder, options.files)
        return repair.outcome
    }

    private init(_ options: JournalOptions, _ outcome: Outcome) {
        self.options = options
        self.outcome = outcome
    }

    /// Files that do not belong go; the others get their names. Two that were swapped meet under a third name.
    private mutating func tidyNames() throws(FileFailure) {
        var renames: [String] = []
        for step in outcome.steps {
            switch step.action {
            case .discard: try files.remove(folder + "/" + step.finding.file)
            case .setAside:
                outcome.quarantined.append(try Quarantine.move(step.finding.file, folder, files))
            case .rename(let name):
                // Where the name is free one rename is enough: cut off here, the engine finds what it found before.
                if try !files.list(folder).contains(name) {
                    try files.rename(folder + "/" + step.finding.file, to: folder + "/" + name)
                    continue
                }
                let found = name + JournalFolder.foundSuffix
                if step.finding.file != found {
                    try files.rename(folder + "/" + step.finding.file, to: folder + "/" + found)
                }
                renames.append(name)
            case .rewrite, .index, .cut, .leave: continue
            }
        }
        try files.syncFolder(folder)
        for name in renames {
            try files.rename(folder + "/" + name + JournalFolder.foundSuffix, to: folder + "/" + name)
        }
        try files.syncFolder(folder)
    }

    private mutating func rewriteSegments() throws(FileFailure) {
        let damaged = Set(outcome.steps.filter { $0.action == .rewrite }.map(\.finding.file))
        guard !damaged.isEmpty else { return }
        let renamed = Set(
            outcome.steps.compactMap { step in
                if case .rename(let name) = step.action, damaged.contains(step.finding.file) { return name }
                return nil
            })
        guard let picture = try? JournalFolder(folder, files) else {
            throw FileFailure(.list, errno: JournalFailure.ioError)
        }
        for (index, member) in picture.members.enumerated()
        where damaged.contains(member.file.name) || renamed.contains(member.file.name) {
            let isLast = index + 1 == picture.members.count
            var rewrite = SegmentRewrite(member, folder, files)
            try rewrite.run(try picture.walk(index), limit: isLast ? nil : picture.limit(index))
            outcome.kept += rewrite.kept
        }
    }

    /// What every start does: indexes, and the end of the log.
    private mutating func recover() throws(InspectionFailure) {
        guard let last = outcome.before.segments.last else { return }
        var options = options
        // The room that was reserved for the last segment is to stay.
        let size = try? SegmentFile(folder: folder, name: last.file, mode: .existing, files: files).size()
        options.segmentSize = Int(clamping: size ?? UInt64(options.segmentSize))
        var recovery = Recovery(options)
        do throws(JournalFailure) { try recovery.run(newJournal: UUIDv7(high: 0, low: 0)) } catch {
            throw InspectionFailure(error, folder: folder)
        }
        let copies = recovery.report.damages.compactMap(\.quarantined)
        let after = (try? files.list(folder + "/" + Quarantine.folder)) ?? []
        let new = after.map { Quarantine.folder + "/" + $0 }.filter { name in
            !outcome.before.quarantined.contains(String(name.dropFirst(Quarantine.folder.count + 1)))
        }
        outcome.quarantined = Set(outcome.quarantined + copies + new).sorted()
    }
}

extension InspectionFailure {
    init(_ failure: JournalFailure, folder: String) {
        switch failure {
        case .locked(let pid): self = .locked(pid: pid)
        case .unusable(let path, let errno): self = .unusable(path: path, errno: errno)
        case .writeFailed(let errno), .unreadable(let errno): self = .unusable(path: folder, errno: errno)
        case .diskFull: self = .unusable(path: folder, errno: ENOSPC)
        case .unsupportedVersion, .tooLarge, .notFound, .damaged, .closed:
            self = .unusable(path: folder, errno: JournalFailure.ioError)
        }
    }
}
