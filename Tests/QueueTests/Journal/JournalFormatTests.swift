import Mail
import Testing

@testable import Queue

/// What a newer program has written is refused, and stays as it is to the last byte.
@Suite(.timeLimit(.minutes(1)))
struct JournalFormatTests {
    private static let folder = JournalPatient.folder
    private static let first = folder + "/" + SegmentHeader.fileName(0)

    /// Damages nothing: adds, or changes a version, with right checksums.
    enum Novelty: CaseIterable {
        case segment, lastSegment, index, kind, record, consumers
    }

    @Test(arguments: Novelty.allCases) func `something newer is refused before a byte is changed`(
        _ novelty: Novelty
    ) async throws {
        let patient = try await JournalPatient.make()
        let (file, part, found, newest) = try Self.add(novelty, to: patient)
        // A spare would be removed by any start that goes on.
        patient.disk.put(Self.folder + "/00000000000000aa.seg.spare", [1, 2, 3])
        let before = JournalPatient.contents(patient.disk)
        #expect(throws: JournalFailure.unsupportedVersion(file: file, version: found)) {
            _ = try Journal.reopen(JournalPatient.options(patient.disk))
        }
        #expect(JournalPatient.contents(patient.disk) == before)
        let mismatch = try #require(JournalFormat.mismatch(in: Self.folder, files: patient.disk))
        #expect(mismatch == FormatMismatch(file: file, part: part, found: found, newest: newest))
        #expect("\(mismatch)".contains(file) && "\(mismatch)".contains("\(found)"))
        #expect("\(mismatch)".contains("this build") && "\(mismatch)".contains("up to \(newest)"))
        // Neither do the tools go near it.
        #expect(throws: InspectionFailure.newer(mismatch)) { _ = try patient.survey() }
        #expect(throws: InspectionFailure.newer(mismatch)) { _ = try JournalPatient.repair(patient.disk) }
        #expect(throws: InspectionFailure.newer(mismatch)) { _ = try JournalDump(Self.folder, files: patient.disk) }
        #expect(JournalPatient.contents(patient.disk) == before)
    }

    private static func add(
        _ novelty: Novelty, to patient: JournalPatient
    ) throws -> (file: String, part: FormatMismatch.Part, found: UInt32, newest: UInt32) {
        let names = patient.segments
        let last = names.count - 1
        let newest = JournalFormat.newest
        switch novelty {
        case .segment:
            // A later version may keep everything elsewhere, its checksum too.
            patient.alter(1) { $0[8] = UInt8(newest) + 1 }
            return (names[1], .segment, newest + 1, newest)
        case .lastSegment:
            patient.alter(last) { $0[8] = 200 }
            return (names[last], .segment, 200, newest)
        case .index:
            patient.alter(1) { bytes in
                guard let place = trailer(bytes, names[1]) else { return }
                let head = Int(place) + RecordHeader.size
                bytes[head] = SegmentIndex.version + 1
                let length = bytes.count - SegmentIndex.Trailer.size - head
                put(.index, 6, Array(bytes[head..<head + length]), at: Int(place), names[1], &bytes)
            }
            return (names[1], .index, UInt32(SegmentIndex.version) + 1, UInt32(SegmentIndex.version))
        case .kind:
            let place = end(of: patient, last)
            patient.alter(last) { put(nil, 99, [1, 2, 3], at: place, names[last], &$0) }
            return (names[last], .kind(at: UInt64(place)), 99, UInt32(RecordKind.highest))
        case .record:
            let place = end(of: patient, last)
            patient.alter(last) { put(.cancelled, 4, [NoteCodec.version + 1, 2], at: place, names[last], &$0) }
            return (
                names[last], .record(at: UInt64(place)), UInt32(NoteCodec.version) + 1, UInt32(NoteCodec.version)
            )
        case .consumers:
            patient.disk.alter(folder + "/consumers") { $0[8] = ConsumerOffsets.version + 1 }
            return ("consumers", .consumers, UInt32(ConsumerOffsets.version) + 1, UInt32(ConsumerOffsets.version))
        }
    }

    private static func seed(_ bytes: [UInt8]) -> CRC32C {
        RecordHeader.seed((try? SegmentHeader.decode(Array(bytes.prefix(64))))?.journal ?? UUIDv7(high: 0, low: 0))
    }

    private static func trailer(_ bytes: [UInt8], _ name: String) -> UInt64? {
        SegmentIndex.Trailer.decode(
            Array(bytes.suffix(SegmentIndex.Trailer.size)), first: SegmentHeader.first(inFileName: name) ?? 0,
            seed: seed(bytes))
    }

    private static func end(of patient: JournalPatient, _ segment: Int) -> Int {
        let survey = try? patient.survey()
        return Int((survey?.segments[segment].end ?? 0) - (survey?.segments[segment].first ?? 0))
    }

    /// Writes a record of any kind, with a header whose checksum holds.
    private static func put(
        _: RecordKind?, _ kind: UInt8, _ head: [UInt8], at place: Int, _ name: String, _ bytes: inout [UInt8]
    ) {
        var crc = seed(bytes)
        let tag = UInt64(kind) << 32 | 1 << 40
        let second = UInt64(head.count) | UInt64(CRC32C.of(head)) << 32
        let third = UInt64(CRC32C.of([])) << 32
        crc.update(word: (SegmentHeader.first(inFileName: name) ?? 0) + UInt64(place))
        for word in [tag, second, third] { crc.update(word: word) }
        var out = RecordEncoder()
        for word in [tag | UInt64(crc.value), second, third] { out.put(fixed: word) }
        out.put(raw: head)
        bytes.replaceSubrange(place..<place + out.count, with: out.bytes)
    }

    @Test func `a segment of an older format is read, sealed, and never written to again`() async throws {
        let patient = try await JournalPatient.make()
        let names = patient.segments
        for index in names.indices {
            patient.alter(index) { bytes in
                guard var header = try? SegmentHeader.decode(Array(bytes.prefix(64))) else { return }
                header.version = 1
                bytes.replaceSubrange(0..<64, with: header.encode())
            }
        }
        let (journal, recovered, report) = try Journal.reopen(JournalPatient.options(patient.disk))
        #expect(recovered.map(\.id) == patient.waiting)
        #expect(report.damages.isEmpty)
        let new = try await journal.accept(JournalSample.message(900))
        journal.close()
        let survey = try patient.survey()
        #expect(survey.damages.isEmpty)
        #expect(survey.segments.map(\.format) == names.map { _ in 1 } + [SegmentHeader.version])
        #expect(survey.segments.dropLast().allSatisfy { $0.state == .sealed })
        let last = try #require(survey.segments.last)
        #expect(last.first <= new && new < last.end)
        #expect(try JournalPatient.restart(patient.disk).waiting == patient.waiting + [JournalSample.message(900).id])
    }

    @Test func `no format below the first is taken for one`() {
        var header = SegmentHeader(journal: UUIDv7(high: 1, low: 2), first: 0, eventsBefore: 0)
        header.version = 0
        #expect(throws: SegmentHeader.Failure.damaged) { _ = try SegmentHeader.decode(header.encode()) }
    }

    @Test func `a folder that is not there, or empty, is nobody's`() {
        #expect(JournalFormat.mismatch(in: "/nowhere", files: SimulatedDisk()) == nil)
        #expect(JournalFormat.mismatch(in: "/martlet/does/not/exist") == nil)
    }
}
