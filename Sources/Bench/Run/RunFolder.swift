import Glibc

/// The folder of one bench: the engine's data, configurations and logs. Its name begins as only ours do, and nothing
/// else is ever removed.
package struct RunFolder: Sendable {
    package let path: String

    static let prefix = "martlet-bench-"

    /// - Parameter parent: on the disk that is meant; `ScratchFolder.usualParent` without one. Made where it does not
    ///   exist, and refused where it is the data folder of an engine.
    package init(in parent: String?) throws(RunFailure) {
        let parent = parent ?? ScratchFolder.usualParent
        if unsafe mkdir(parent, 0o755) != 0 && errno != EEXIST {
            throw RunFailure("cannot make the folder \(parent): error \(errno)")
        }
        var resolved = [CChar](repeating: 0, count: Int(PATH_MAX) + 1)
        guard unsafe realpath(parent, &resolved) != nil else {
            throw RunFailure("there is no folder \(parent)")
        }
        let root = String(decoding: resolved.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        guard unsafe access("\(root)/control.sqlite", F_OK) != 0 else {
            throw RunFailure("\(root) is the data folder of an engine: give another folder on the same disk")
        }
        var template = Array("\(root)/\(Self.prefix)XXXXXX".utf8CString)
        guard unsafe mkdtemp(&template) != nil else {
            throw RunFailure("cannot make a folder in \(root): error \(errno)")
        }
        path = String(decoding: template.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        // An engine that changes users has to reach its data.
        _ = unsafe chmod(path, 0o755)
    }

    package func file(_ name: String) -> String { "\(path)/\(name)" }

    @discardableResult
    package func write(_ text: String, to name: String) throws(RunFailure) -> String {
        let place = file(name)
        let descriptor = unsafe open(place, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw RunFailure("cannot write \(place): error \(errno)") }
        defer { _ = close(descriptor) }
        let bytes = Array(text.utf8)
        guard unsafe Glibc.write(descriptor, bytes, bytes.count) == bytes.count else {
            throw RunFailure("cannot write \(place): error \(errno)")
        }
        return place
    }

    /// Removes a folder of ours with all that is in it; symbolic links are not followed. Anything else is left alone.
    package static func remove(_ path: String) {
        let name = path.split(separator: "/").last.map(String.init) ?? ""
        guard path.hasPrefix("/"), name.hasPrefix(prefix) else { return }
        removeTree(path)
    }

    private static func removeTree(_ path: String) {
        for name in ProcText.names(in: path) {
            let inner = "\(path)/\(name)"
            // A link, also one to a folder, goes like a file.
            if unsafe unlink(inner) != 0 && (errno == EISDIR || errno == EPERM) { removeTree(inner) }
        }
        _ = unsafe rmdir(path)
    }
}
