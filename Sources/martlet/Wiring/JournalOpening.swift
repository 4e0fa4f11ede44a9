import Logging
import Mail
import Queue
import Storage

/// Opens the journal and says in the log what it found.
enum JournalOpening {
    struct Opened {
        var journal: Journal
        let recovered: RecoveredMail
        /// When it was last written to.
        var lastRecord: WallTime?
    }

    static func open(
        _ configuration: Configuration, time: any TimeSource, log: Logger
    ) throws(StartFailure) -> Opened {
        var options = JournalOptions(folder: "\(configuration.data)/journal")
        options.segmentSize = configuration.segmentSize
        options.consumer = Projector.Options().consumer
        do {
            let (journal, recovered, report) = try Journal.openInParts(options, time: time)
            tell(report, log: log)
            if let words = clockWarning(report.lastRecord, time.wall, configuration.queue.scheduler.lifetime) {
                log.warning("\(words)")
            }
            return Opened(journal: journal, recovered: recovered, lastRecord: report.lastRecord)
        } catch {
            throw StartFailure(words(for: error, folder: options.folder))
        }
    }

    /// What the operator must know, and nothing on an ordinary start but one line.
    static func tell(_ report: RecoveryReport, log: Logger) {
        if report.messages > 0 {
            log.notice(
                "journal read",
                metadata: [
                    "messages": "\(report.messages)", "segments": "\(report.segments)", "scanned": "\(report.scanned)",
                ])
        }
        if report.tornBytes > 0 {
            log.notice("a write that was never acknowledged was cut off", metadata: ["bytes": "\(report.tornBytes)"])
        }
        for damage in report.damages {
            log.error(
                "the journal is damaged",
                metadata: [
                    "file": "\(damage.file)", "offset": "\(damage.offset)", "skipped_bytes": "\(damage.skipped)",
                    "copy": "\(damage.quarantined ?? "none")",
                ])
        }
    }

    /// Retries, expiry, suspensions and sending days all go by the clock: who has it wrong should hear of it now.
    private static func clockWarning(_ last: WallTime?, _ wall: WallTime, _ lifetime: Duration) -> String? {
        guard let last else { return nil }
        if last > wall + .seconds(60) {
            return "the clock of this machine is behind the newest record of the journal (\(last)): is it right?"
        }
        if wall - last > lifetime {
            return "the journal was last written to at \(last), longer ago than mail lives: is the clock right?"
        }
        return nil
    }

    static func words(for failure: JournalFailure, folder: String) -> String {
        switch failure {
        case .locked(let pid):
            "another process\(pid.map { " (\($0))" } ?? "") has the data folder \(folder): one engine per folder"
        case .unusable(let path, let errno): "\(path) cannot be used: \(Errno.text(errno))"
        case .unsupportedVersion(let file, let version):
            "\(file) has format version \(version), written by a newer martlet; this one cannot read it"
        case .diskFull: "the disk of \(folder) is full"
        case .writeFailed(let errno), .unreadable(let errno): "the journal in \(folder) fails: \(Errno.text(errno))"
        case .damaged(let file, let offset): "\(file) is damaged at offset \(offset)"
        case .tooLarge, .notFound, .closed: "the journal in \(folder) cannot be opened: \(failure)"
        }
    }
}
