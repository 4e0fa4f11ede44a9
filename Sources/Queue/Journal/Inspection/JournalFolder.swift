import Mail

/// The files of a journal's folder, sorted into segments of the log and strays. Unlike recovery it asks what a file
/// holds before it asks what it is called, so that files which were mixed up can be put right.
struct JournalFolder {
    /// A segment of the log.
    struct Member {
        var file: SegmentFile
        /// Made up where the one in the file is damaged.
        var header: SegmentHeader
        var size: UInt64
        var hasHeader: Bool

        /// What the file should be called.
        var name: String { SegmentHeader.fileName(header.first) }
    }

    struct Stray {
        var file: SegmentFile
        var size: UInt64
        /// `duplicate`, `foreign`, `empty` or `unborn`.
        var kind: JournalFinding.Kind
        var text: String
    }

    /// Behind the name of what a repair makes, until it takes the place of what was there.
    static let draftSuffix = ".draft"
    /// Behind the right name of a segment that was found under another one, while names are put right.
    static let foundSuffix = ".found"

    private(set) var names: [String] = []
    private(set) var journal: UUIDv7?
    /// In the order of the log; no two begin at the same place.
    private(set) var members: [Member] = []
    private(set) var strays: [Stray] = []

    private struct Candidate {
        var file: SegmentFile
        var size: UInt64
        var header: SegmentHeader?
        var isBlank: Bool
    }

    /// - Throws: a file that cannot be opened or read, unless it went meanwhile.
    init(_ folder: String, _ files: any JournalFiles) throws(InspectionFailure) {
        var candidates: [Candidate] = []
        do throws(FileFailure) { names = try files.list(folder).sorted() } catch {
            throw error.errno == 2 ? .noJournal(folder: folder) : .unusable(path: folder, errno: error.errno)
        }
        for name in names where Self.first(in: name) != nil {
            do throws(FileFailure) {
                let file = try SegmentFile(folder: folder, name: name, mode: .existing, files: files)
                let bytes = try file.read(at: 0, count: SegmentHeader.size)
                candidates.append(
                    Candidate(
                        file: file, size: try file.size(), header: try? SegmentHeader.decode(bytes),
                        isBlank: bytes.allSatisfy { $0 == 0 }))
            } catch {
                if error.errno != 2 { throw .unusable(path: folder + "/" + name, errno: error.errno) }
            }
        }
        do throws(FileFailure) { try sort(candidates) } catch {
            throw .unusable(path: folder, errno: error.errno)
        }
    }

    /// Where the segment begins that this name is for, a half-finished rename included.
    private static func first(in name: String) -> UInt64? {
        let isFound = name.hasSuffix(foundSuffix)
        return SegmentHeader.first(inFileName: isFound ? String(name.dropLast(foundSuffix.utf8.count)) : name)
    }

    private mutating func sort(_ candidates: [Candidate]) throws(FileFailure) {
        journal = Self.owner(of: candidates.compactMap(\.header))
        // A file under its right name comes before another that says it is the same.
        let ordered = candidates.filter { $0.header.map { SegmentHeader.fileName($0.first) } == $0.file.name }
        let others = candidates.filter { $0.header.map { SegmentHeader.fileName($0.first) } != $0.file.name }
        for candidate in ordered + others.filter({ $0.header != nil }) {
            guard let header = candidate.header else { continue }
            if header.journal != journal {
                stray(candidate, .foreign, "belongs to journal \(header.journal)")
            } else if let twin = members.first(where: { $0.header.first == header.first }) {
                stray(candidate, .duplicate, "covers the log from \(header.first), as \(twin.file.name) does")
            } else {
                let member = Member(file: candidate.file, header: header, size: candidate.size, hasHeader: true)
                members.append(member)
            }
        }
        let last = candidates.map(\.file.name).max()
        for candidate in others where candidate.header == nil {
            try adopt(candidate, isLast: candidate.file.name == last)
        }
        members.sort { $0.header.first < $1.header.first }
    }

    /// A file whose header is damaged: its name says where it begins, and its records whose it is.
    private mutating func adopt(_ candidate: Candidate, isLast: Bool) throws(FileFailure) {
        let first = Self.first(in: candidate.file.name) ?? 0
        var cursor = SegmentCursor(
            candidate.file, first: first, seed: RecordHeader.seed(journal ?? UUIDv7(high: 0, low: 0)),
            limit: candidate.size)
        if try cursor.nextHeader(from: 0) != nil, let journal {
            if let twin = members.first(where: { $0.header.first == first }) {
                return stray(candidate, .duplicate, "covers the log from \(first), as \(twin.file.name) does")
            }
            let header = SegmentHeader(journal: journal, first: first, eventsBefore: first)
            members.append(Member(file: candidate.file, header: header, size: candidate.size, hasHeader: false))
        } else if isLast, candidate.isBlank || candidate.size < UInt64(SegmentHeader.size),
            try cursor.usedBytes(from: min(candidate.size, UInt64(SegmentHeader.size))) == 0
        {
            stray(candidate, .unborn, "was being made when the machine stopped; nothing was in it yet")
        } else {
            stray(candidate, .empty, "has neither a header nor a record of this journal")
        }
    }

    private mutating func stray(_ candidate: Candidate, _ kind: JournalFinding.Kind, _ text: String) {
        strays.append(Stray(file: candidate.file, size: candidate.size, kind: kind, text: text))
    }

    /// The journal that most segments belong to; of as many, the one with the newest.
    private static func owner(of headers: [SegmentHeader]) -> UUIDv7? {
        var votes: [UUIDv7: (count: Int, newest: UInt64)] = [:]
        for header in headers {
            let known = votes[header.journal] ?? (0, 0)
            votes[header.journal] = (known.count + 1, max(known.newest, header.first))
        }
        return votes.max { ($0.value.count, $0.value.newest) < ($1.value.count, $1.value.newest) }?.key
    }

    /// How far into its file a segment counts: to where the next one begins.
    func limit(_ index: Int) -> UInt64 {
        let member = members[index]
        guard index + 1 < members.count else { return member.size }
        return min(member.size, members[index + 1].header.first - member.header.first)
    }

    /// Where the index of a sealed segment begins in its file; `nil` when it is not sealed.
    func indexPlace(_ index: Int) throws(FileFailure) -> UInt64? {
        let member = members[index]
        let length = UInt64(SegmentIndex.Trailer.size)
        guard member.size >= UInt64(SegmentHeader.size) + length else { return nil }
        let bytes = try member.file.read(at: member.size - length, count: SegmentIndex.Trailer.size)
        let seed = RecordHeader.seed(member.header.journal)
        guard let place = SegmentIndex.Trailer.decode(bytes, first: member.header.first, seed: seed) else { return nil }
        return place >= UInt64(SegmentHeader.size) && place < member.size ? place : nil
    }

    /// The records of one segment.
    func walk(_ index: Int, checksContent: Bool = true) throws(FileFailure) -> SegmentWalk {
        let member = members[index]
        let seed = RecordHeader.seed(member.header.journal)
        let sealed = try indexPlace(index)
        return SegmentWalk(
            member.file, first: member.header.first, seed: seed, limit: min(limit(index), sealed ?? .max),
            mayBeTorn: index + 1 == members.count && sealed == nil, checksContent: checksContent)
    }
}
