/// What is left of what was not synced when the power goes: of a file's pages any subset, each as it was after any of
/// its writes; of the changes of names any subset, or the first so many.
struct PowerCut {
    enum Share: CaseIterable {
        case nothing, everything, some
    }

    /// Bytes that are written whole or not at all: a page, or a sector when the page itself was being written.
    var unit: Int
    var pages: Share
    var names: Share
    /// Changes of names come in the order they were made, as journaling file systems keep them.
    var keepsOrder: Bool

    static func any(_ generator: inout some RandomNumberGenerator) -> PowerCut {
        // Some of everything is what finds faults; the extremes are cheap.
        let shares: [Share] = [.nothing, .everything, .some, .some, .some]
        return PowerCut(
            unit: Bool.random(using: &generator) ? 4_096 : 512,
            pages: shares.randomElement(using: &generator) ?? .some,
            names: shares.randomElement(using: &generator) ?? .some, keepsOrder: Bool.random(using: &generator))
    }

    func names(
        _ durable: [String: Int], _ changes: [NameChange], _ generator: inout some RandomNumberGenerator
    ) -> [String: Int] {
        var result = durable
        let first = Int.random(in: 0...changes.count, using: &generator)
        for (place, change) in changes.enumerated() {
            let happened =
                switch names {
                case .nothing: false
                case .everything: true
                case .some: keepsOrder ? place < first : Bool.random(using: &generator)
                }
            if happened { change.apply(to: &result) }
        }
        return result
    }

    func bytes(of file: DiskFile, _ generator: inout some RandomNumberGenerator) -> [UInt8] {
        if file.unsynced.isEmpty { return file.durable }
        var versions = [file.durable]
        for change in file.unsynced {
            var next = versions[versions.count - 1]
            change.apply(to: &next)
            versions.append(next)
        }
        switch pages {
        case .nothing: return file.durable
        case .everything: return versions[versions.count - 1]
        case .some: break
        }
        // The size comes through the file system's journal, whatever becomes of the pages.
        let size = versions.randomElement(using: &generator)?.count ?? 0
        var result = [UInt8](repeating: 0, count: size)
        for start in stride(from: 0, to: size, by: unit) {
            let version = versions[Int.random(in: 0..<versions.count, using: &generator)]
            let end = min(start + unit, size, version.count)
            if end > start { result.replaceSubrange(start..<end, with: version[start..<end]) }
        }
        return result
    }
}
