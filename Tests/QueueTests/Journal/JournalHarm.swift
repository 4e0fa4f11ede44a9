import Mail

@testable import Queue

/// What happens to files. Each is done to the second segment of a patient where it matters to which.
enum JournalHarm: CaseIterable {
    case segmentHeader, recordHeader, head, content, severalRecords, index, indexHeader, trailer, zeroedPage
    case tornEnd, lastRecordHeader, cutInTheMiddle, swapped, missingMiddle, copied, foreign, foreignFirst, garbage
    case consumers, consumersAhead, unborn

    struct Report {
        var kinds: [JournalFinding.Kind]
        /// Of the first finding.
        var file: String
        var offset: Int?
        /// The messages that a finding names, by their place.
        var named: [Int] = []
        /// The messages that no repair brings back.
        var lost: [Int] = []
        /// What is left to be found after a repair.
        var remaining: [JournalFinding.Kind] = []
    }

    func apply(to patient: JournalPatient) throws -> Report {
        let names = patient.segments
        let inside = patient.messages(in: 1)
        let victim = inside[inside.count / 2]
        let place = patient.place(victim, in: 1)
        let last = names.count - 1
        let isWaiting = victim % 3 != 0
        switch self {
        case .segmentHeader:
            patient.alter(1) { $0[20] ^= 1 }
            return Report(kinds: [.header], file: names[1], offset: 0)
        case .recordHeader:
            patient.alter(1) { $0[place + 9] ^= 4 }
            return Report(
                kinds: [.record], file: names[1], offset: place, named: isWaiting ? [victim] : [], lost: [victim])
        case .head:
            patient.alter(1) { $0[place + RecordHeader.size + 40] ^= 4 }
            return Report(
                kinds: [.record], file: names[1], offset: place, named: isWaiting ? [victim] : [], lost: [victim])
        case .content:
            patient.alter(1) { $0[place + RecordHeader.size + 330] ^= 4 }
            return Report(
                kinds: [.content], file: names[1], offset: place, named: [victim], remaining: [.content])
        case .severalRecords:
            let other = inside[1]
            let places = [other, victim].map { patient.place($0, in: 1) }
            patient.alter(1) { bytes in
                for place in places { bytes[place] ^= 1 }
            }
            return Report(
                kinds: [.record], file: names[1], offset: patient.place(other, in: 1),
                named: [other, victim].filter { $0 % 3 != 0 }, lost: [other, victim])
        case .index:
            patient.alter(1) { $0[$0.count - 60] ^= 1 }
            return Report(kinds: [.index], file: names[1])
        case .indexHeader:
            let index = indexPlace(patient, 1)
            patient.alter(1) { $0[index + 8] ^= 1 }
            return Report(kinds: [.index], file: names[1], offset: index)
        case .trailer:
            var trailer = 0
            patient.alter(1) { bytes in
                trailer = bytes.count - SegmentIndex.Trailer.size
                bytes[trailer + 3] ^= 1
            }
            return Report(kinds: [.index], file: names[1], offset: trailer)
        case .zeroedPage:
            // 4,096 bytes of the file, wherever records begin and end.
            let page = (place / 4_096) * 4_096
            patient.alter(1) { $0.replaceSubrange(page..<page + 4_096, with: [UInt8](repeating: 0, count: 4_096)) }
            let end = page + 4_096
            let touched = inside.filter { patient.place($0, in: 1) < end && recordEnd(patient, $0) > page }
            // Where the page begins behind the head, the content alone is lost.
            let lost = touched.filter { headEnd(patient, $0) > page }
            let isPartly = lost.count < touched.count
            return Report(
                kinds: isPartly ? [.record, .content] : [.record], file: names[1],
                named: lost.filter { $0 % 3 != 0 } + touched.filter { !lost.contains($0) }, lost: lost,
                remaining: isPartly ? [.content] : [])
        case .tornEnd:
            let end = patient.messages(in: last).last ?? 0
            let start = patient.place(end, in: last)
            patient.alter(last) { bytes in
                for place in (start + 200)..<bytes.count { bytes[place] = 0 }
            }
            return Report(kinds: [.torn], file: names[last], offset: start, lost: [end])
        case .lastRecordHeader:
            let middle = patient.messages(in: last)[1]
            let start = patient.place(middle, in: last)
            patient.alter(last) { $0[start + 9] ^= 4 }
            return Report(kinds: [.record], file: names[last], offset: start, lost: [middle])
        case .cutInTheMiddle:
            let rest = inside.filter { $0 >= victim }
            patient.alter(1) { $0.removeLast($0.count - place) }
            return Report(
                kinds: [.unsealed, .missing], file: names[1], lost: rest, remaining: [.gap, .missing])
        case .swapped:
            swap(patient, names[1], names[2])
            return Report(kinds: [.misnamed], file: names[2])
        case .missingMiddle:
            try patient.disk.remove(JournalPatient.folder + "/" + names[1])
            return Report(kinds: [.gap, .missing], file: names[2], lost: inside, remaining: [.gap, .missing])
        case .copied:
            var bytes: [UInt8] = []
            patient.alter(1) { bytes = $0 }
            let name = SegmentHeader.fileName(0xABCD_EF00)
            patient.disk.put(JournalPatient.folder + "/" + name, bytes)
            return Report(kinds: [.duplicate], file: name)
        case .foreign, .foreignFirst:
            let first: UInt64 = self == .foreign ? 0xABCD_EF00 : 1
            let header = SegmentHeader(journal: UUIDv7(high: 9, low: 9), first: first, eventsBefore: 0)
            let name = SegmentHeader.fileName(first)
            patient.disk.put(
                JournalPatient.folder + "/" + name, header.encode() + [UInt8](repeating: 7, count: 500))
            return Report(kinds: [.foreign], file: name)
        case .garbage:
            let name = SegmentHeader.fileName(0x10)
            patient.disk.put(JournalPatient.folder + "/" + name, JournalSample.bytes(3_000, 5))
            return Report(kinds: [.empty], file: name)
        case .consumers:
            patient.disk.alter(JournalPatient.folder + "/consumers") { $0[12] ^= 1 }
            return Report(kinds: [.consumers], file: "consumers", offset: 0)
        case .consumersAhead:
            var offsets = ConsumerOffsets()
            _ = offsets.acknowledge("projection", 1 << 40)
            try ConsumerOffsets.write(
                offsets.changes() ?? [], folder: JournalPatient.folder, files: patient.disk)
            return Report(kinds: [.consumers], file: "consumers")
        case .unborn:
            let name = SegmentHeader.fileName(0xABCD_EF00)
            patient.disk.put(JournalPatient.folder + "/" + name, [UInt8](repeating: 0, count: 16 << 10))
            return Report(kinds: [.unborn], file: name)
        }
    }

    private func indexPlace(_ patient: JournalPatient, _ segment: Int) -> Int {
        var place: UInt64 = 0
        let first = SegmentHeader.first(inFileName: patient.segments[segment]) ?? 0
        patient.alter(segment) { bytes in
            guard let header = try? SegmentHeader.decode(Array(bytes.prefix(SegmentHeader.size))) else { return }
            place =
                SegmentIndex.Trailer.decode(
                    Array(bytes.suffix(SegmentIndex.Trailer.size)), first: first,
                    seed: RecordHeader.seed(header.journal))
                ?? 0
        }
        return Int(place)
    }

    private func headEnd(_ patient: JournalPatient, _ message: Int) -> Int {
        var encoder = RecordEncoder()
        _ = AcceptedCodec.encode(patient.messages[message], into: &encoder)
        return patient.place(message, in: 1) + RecordHeader.size + encoder.count
    }

    /// Where the record of the message ends; the note about it lies behind.
    private func recordEnd(_ patient: JournalPatient, _ message: Int) -> Int {
        headEnd(patient, message) + patient.messages[message].content.count
    }

    private func swap(_ patient: JournalPatient, _ a: String, _ b: String) {
        let (first, second) = (JournalPatient.folder + "/" + a, JournalPatient.folder + "/" + b)
        var bytes: [UInt8] = []
        patient.disk.alter(first) { bytes = $0 }
        patient.disk.alter(second) { Swift.swap(&$0, &bytes) }
        patient.disk.alter(first) { $0 = bytes }
    }
}
