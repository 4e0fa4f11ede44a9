import Logging
import Synchronization

/// The level of the whole process, changed by SIGHUP.
final class LogLevel: Sendable {
    private let level: Mutex<Logger.Level>

    init(_ level: Logger.Level) { self.level = Mutex(level) }

    func set(_ other: Logger.Level) { level.withLock { $0 = other } }
    var current: Logger.Level { level.withLock { $0 } }
}

/// Writes to standard error, one line an event, at the level that is in force now.
struct LevelledLogHandler: LogHandler {
    private var handler: StreamLogHandler
    private let level: LogLevel

    init(label: String, level: LogLevel) {
        handler = StreamLogHandler.standardError(label: label)
        handler.logLevel = .trace
        self.level = level
    }

    var logLevel: Logger.Level {
        get { level.current }
        set { level.set(newValue) }
    }

    var metadata: Logger.Metadata {
        get { handler.metadata }
        set { handler.metadata = newValue }
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { handler[metadataKey: key] }
        set { handler[metadataKey: key] = newValue }
    }

    func log(event: LogEvent) { handler.log(event: event) }
}
