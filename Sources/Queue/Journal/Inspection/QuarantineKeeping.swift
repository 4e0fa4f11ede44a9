/// What a repair takes away goes here, under a name that nothing has yet. Nothing is ever deleted.
extension Quarantine {
    private static let step = 1 << 20

    /// A durable copy. One that is already there byte for byte is not made again, so that a repair which was cut off
    /// and begun anew leaves no second one.
    /// - Returns: its name within the journal's folder.
    static func keep(
        _ file: SegmentFile, size: UInt64, _ folder: String, _ files: any JournalFiles
    ) throws(FileFailure) -> String {
        let place = folder + "/" + Self.folder
        try files.makeFolder(place)
        let known = try files.list(place)
        let base = plainName(file.name)
        for name in known where name == base || name.hasPrefix(base + ".") {
            let old = try SegmentFile(folder: place, name: name, mode: .existing, files: files)
            if try isEqual(file, old, size) { return Self.folder + "/" + name }
        }
        let name = freeName(base, among: known)
        let copy = try SegmentFile(folder: place, name: name, mode: .fresh, files: files)
        do throws(FileFailure) {
            try SegmentRewrite.copy(file, 0..<size, to: copy)
            try copy.syncData()
            try files.syncFolder(place)
        } catch {
            // On a full disk every attempt would leave another part of a copy.
            try? files.remove(copy.path)
            throw error
        }
        return Self.folder + "/" + name
    }

    /// The file itself, out of the journal's folder.
    static func move(_ name: String, _ folder: String, _ files: any JournalFiles) throws(FileFailure) -> String {
        let place = folder + "/" + Self.folder
        try files.makeFolder(place)
        let free = freeName(plainName(name), among: try files.list(place))
        try files.rename(folder + "/" + name, to: place + "/" + free)
        try files.syncFolder(place)
        try files.syncFolder(folder)
        return Self.folder + "/" + free
    }

    private static func plainName(_ name: String) -> String {
        name.hasSuffix(JournalFolder.foundSuffix)
            ? String(name.dropLast(JournalFolder.foundSuffix.utf8.count)) : name
    }

    private static func freeName(_ base: String, among names: [String]) -> String {
        guard names.contains(base) else { return base }
        var number = 2
        while names.contains("\(base).\(number)") { number += 1 }
        return "\(base).\(number)"
    }

    private static func isEqual(_ a: SegmentFile, _ b: SegmentFile, _ size: UInt64) throws(FileFailure) -> Bool {
        guard try b.size() == size else { return false }
        var at: UInt64 = 0
        while at < size {
            let count = Int(min(UInt64(step), size - at))
            guard try a.read(at: at, count: count) == b.read(at: at, count: count) else { return false }
            at += UInt64(count)
        }
        return true
    }
}
