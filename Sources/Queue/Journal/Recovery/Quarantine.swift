/// Keeps a damaged segment as it was found, for whoever wants to rescue more than the journal could.
enum Quarantine {
    static let folder = "quarantine"
    private static let step = 1 << 20

    /// - Returns: where the copy lies within the journal's folder; `nil` when it could not be made, which must not keep
    ///   the rest of the mail from going out.
    static func copy(_ file: SegmentFile, _ size: UInt64, _ options: JournalOptions) -> String? {
        let folder = options.folder + "/" + folder
        var begun: String?
        do throws(FileFailure) {
            try options.files.makeFolder(folder)
            // The first copy is the one that nothing was repaired in.
            if try options.files.list(folder).contains(file.name) { return Self.folder + "/" + file.name }
            let copy = try SegmentFile(folder: folder, name: file.name, mode: .fresh, files: options.files)
            begun = copy.path
            var at: UInt64 = 0
            while at < size {
                let bytes = try file.read(at: at, count: Int(min(UInt64(step), size - at)))
                if bytes.isEmpty { break }
                try copy.write(bytes, at: at)
                at += UInt64(bytes.count)
            }
            try copy.syncData()
            return Self.folder + "/" + file.name
        } catch {
            // Half a copy would be taken for the whole one at the next start, and fills a full disk.
            if let begun { try? options.files.remove(begun) }
            return nil
        }
    }
}
