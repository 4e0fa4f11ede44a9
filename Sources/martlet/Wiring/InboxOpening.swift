import Logging
import Mail
import Queue

/// Opens a folder of captured mail.
enum InboxOpening {
    /// Older messages make room for newer ones. Large, so that a load test finds all of its mail.
    private static let limit = 200_000

    static func open(_ folder: String, time: any TimeSource, log: Logger) throws(StartFailure) -> any Inbox {
        var options = JournalOptions(folder: folder)
        options.segmentSize = 16 << 20
        do {
            let (inbox, report) = try InboxLog.open(options, limit: limit, time: time)
            JournalOpening.tell(report, log: log)
            return inbox
        } catch {
            throw StartFailure(JournalOpening.words(for: error, folder: folder))
        }
    }
}
