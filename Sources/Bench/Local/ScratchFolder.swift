import Glibc
import Synchronization

/// A new folder for one measurement, removed with all that is in it when its owner goes.
package struct ScratchFolder: ~Copyable {
    package let path: String

    /// Those that are there now: a signal ends a process without a word to any owner.
    private static let present = Mutex<Set<String>>([])

    /// - Parameter parent: a folder on the disk that is meant; `nil`: the usual one.
    package init(in parent: String?) throws(LocalBenchFailure) {
        let made: String
        do {
            made = try RunFolder(in: parent ?? Self.usualParent).path
        } catch {
            throw .broken("\(error)")
        }
        path = made
        _ = Self.present.withLock { $0.insert(made) }
    }

    deinit {
        let gone = path
        _ = Self.present.withLock { $0.remove(gone) }
        RunFolder.remove(gone)
    }

    /// For whoever is about to end the process.
    package static func removeAll() {
        for path in present.withLock({ $0 }) { RunFolder.remove(path) }
    }

    /// Where a folder is made when nobody says where: `TMPDIR`, else `/var/tmp`, which is on a disk where `/tmp` may be
    /// memory.
    package static var usualParent: String {
        guard let folder = unsafe getenv("TMPDIR") else { return "/var/tmp" }
        let path = unsafe String(cString: folder)
        return path.isEmpty ? "/var/tmp" : path
    }
}
