/// One file of a `SimulatedDisk`: as programs see it, and as it lies on the disk.
struct DiskFile {
    enum Change {
        case write(Int, [UInt8])
        case size(Int)

        func apply(to bytes: inout [UInt8]) {
            switch self {
            case .size(let size):
                if size < bytes.count { bytes.removeLast(bytes.count - size) }
                if size > bytes.count { bytes += [UInt8](repeating: 0, count: size - bytes.count) }
            case .write(let at, let data):
                if bytes.count < at + data.count {
                    bytes += [UInt8](repeating: 0, count: at + data.count - bytes.count)
                }
                bytes.replaceSubrange(at..<at + data.count, with: data)
            }
        }
    }

    var current: [UInt8] = []
    var durable: [UInt8] = []
    /// In the order they were made.
    var unsynced: [Change] = []

    mutating func change(_ change: Change) {
        change.apply(to: &current)
        unsynced.append(change)
    }

    mutating func sync() {
        for change in unsynced { change.apply(to: &durable) }
        unsynced = []
    }

    /// After a failed sync nobody will write these pages any more. The size is metadata and comes through the file
    /// system's own journal.
    mutating func dropDirtyPages() {
        unsynced.removeAll { if case .write = $0 { true } else { false } }
    }
}

/// What was done to a name and is not durable before its folder is synced.
enum NameChange {
    case made(String, Int)
    case renamed(String, String, Int)
    case removed(String, Int)

    /// A rename is whole or not at all, as POSIX has it.
    func apply(to names: inout [String: Int]) {
        switch self {
        case .made(let path, let file): names[path] = file
        case .renamed(let from, let to, let file):
            if names[from] == file { names[from] = nil }
            names[to] = file
        case .removed(let path, let file):
            if names[path] == file { names[path] = nil }
        }
    }

    func lies(in folder: String) -> Bool {
        let path =
            switch self {
            case .made(let path, _), .removed(let path, _), .renamed(_, let path, _): path
            }
        return path.hasPrefix(folder + "/") && !path.dropFirst(folder.count + 1).contains("/")
    }
}
