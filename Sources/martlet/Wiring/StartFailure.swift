import Glibc
import Mail

/// Why the engine does not start, in words that tell an operator what to do.
struct StartFailure: Error, CustomStringConvertible {
    var description: String
    init(_ description: String) { self.description = description }

    /// SQLite says "disk I/O error" where the disk is merely full: so that is said.
    init(database name: String, in data: String, _ failure: StorageFailure) {
        let reason = if case .unavailable(let text) = failure { text } else { "\(failure)" }
        description = "the \(name) database in \(data) cannot be opened: \(reason)"
        var figures = statvfs()
        guard unsafe statvfs(data, &figures) == 0 else { return }
        let free = Int(figures.f_bavail) * Int(figures.f_frsize)
        if free < 1 << 20 { description += "; the disk is full (\(free) bytes free)" }
    }
}
