import Glibc

/// A new folder for one measurement, removed with all that is in it when its owner goes.
package struct ScratchFolder: ~Copyable {
    package let path: String

    /// - Parameter parent: a folder on the disk that is meant; `nil`: the usual one.
    package init(in parent: String?) throws(LocalBenchFailure) {
        do {
            path = try RunFolder(in: parent ?? Self.usualParent).path
        } catch {
            throw .broken("\(error)")
        }
    }

    deinit { RunFolder.remove(path) }

    /// Where a folder is made when nobody says where: `TMPDIR`, else `/var/tmp`, which is on a disk where `/tmp` may be
    /// memory.
    package static var usualParent: String {
        guard let folder = unsafe getenv("TMPDIR") else { return "/var/tmp" }
        let path = unsafe String(cString: folder)
        return path.isEmpty ? "/var/tmp" : path
    }
}
