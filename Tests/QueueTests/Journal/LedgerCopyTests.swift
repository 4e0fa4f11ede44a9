import Mail
import Testing

@testable import Queue

/// A message that was written again has two records until the segment of the first is gone.
struct LedgerCopyTests {
    private static func segment(_ first: UInt64, on disk: SimulatedDisk) throws -> Segment {
        let file = try SegmentFile(
            folder: "/journal", name: SegmentHeader.fileName(first), mode: .kept, files: disk)
        return Segment(
            file: file,
            header: SegmentHeader(journal: UUIDv7(high: 1, low: 2), first: first, eventsBefore: first))
    }

    /// A ledger with a message in its first segment, a copy of it in the second, and a third segment.
    private static func ledger() throws -> (Ledger, number: UInt64) {
        let disk = SimulatedDisk()
        var ledger = Ledger(restateBelow: 0.2)
        ledger.add(try segment(0, on: disk))
        ledger.accepted(at: 64, length: 500, places: 1, summary: [])
        ledger.extend(to: 564, isEvent: true)
        ledger.close(0, as: .sealed, end: 600)
        ledger.add(try segment(600, on: disk))
        ledger.restated(64, at: 664, length: 520, places: [.fresh], summary: [])
        ledger.extend(to: 1_184, isEvent: false)
        ledger.apply(finished)
        ledger.close(1, as: .sealed, end: 1_300)
        ledger.add(try segment(1_300, on: disk))
        return (ledger, 64)
    }

    private static let finished = Effect(
        number: 64, recipient: 0, state: PlaceState(attempts: 1, nextAttempt: nil, isFinished: true))

    @Test func `while the original stays, the copy's end is told on`() throws {
        let (ledger, _) = try Self.ledger()
        #expect(ledger.surviving([Self.finished], of: 600) == [Self.finished])
    }

    @Test func `when the original is gone, nothing of the copy's end needs to be known`() throws {
        var (ledger, _) = try Self.ledger()
        ledger.remove(0)
        #expect(ledger.surviving([Self.finished], of: 600).isEmpty)
    }

    /// The original is gone, the first copy's segment cannot go (the one before it has no index), and the second copy's
    /// segment goes: what the fourth says of the message must outlive that one, too.
    @Test func `an older copy is found again when the newest goes`() throws {
        let disk = SimulatedDisk()
        var (ledger, number) = try Self.ledger()
        ledger.remove(0)
        ledger.restated(number, at: 1_364, length: 520, places: [.fresh], summary: [])
        ledger.extend(to: 1_884, isEvent: false)
        ledger.close(1, as: .sealed, end: 2_000)
        ledger.add(try Self.segment(2_000, on: disk))
        ledger.apply(Self.finished)
        ledger.close(2, as: .sealed, end: 2_100)
        ledger.add(try Self.segment(2_100, on: disk))
        ledger.remove(1_300)
        #expect(ledger.surviving([Self.finished], of: 2_000) == [Self.finished])
        ledger.remove(600)
        #expect(ledger.surviving([Self.finished], of: 2_000).isEmpty)
    }
}
