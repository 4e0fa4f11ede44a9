import Logging
import Mail
import Synchronization

/// The one thread that writes.
///
/// Group commit: appenders park their record in `JournalCore.pending`. The writer takes all there are, writes them
/// behind one another, calls fdatasync once, and only then resumes everybody, in order. While it sits in fdatasync the
/// next group gathers by itself; so there is no minimum batch, a lone message waits for nobody, and twenty sessions
/// share one sync. Outcomes, for which nobody waits, do not start a commit of their own while mail comes in: they go
/// with the next, or alone after `linger`.
///
/// A failure refuses the whole group. The pages of a failed fdatasync are in an unknown state - the kernel may have
/// dropped them and a second call may succeed without writing anything - so that part of the file is never trusted
/// again: it is struck out, the segment abandoned at its last durable record, and writing goes on, when it can, in a
/// new segment.
final class Writer {
    let core: JournalCore
    var active: ActiveSegment?
    var spares = SpareSegments()
    let log = Logger(label: "martlet.journal")
    private var buffer: [UInt8] = []
    /// Outcomes that could not be written yet; they go in front of everything else.
    private var retained: [OutgoingRecord] = []
    private var retainedBytes = 0
    private var nextProbe = ContinuousClock.now
    private var consumersWritten = ContinuousClock.now
    private var committed = ContinuousClock.now

    /// How long the writer stays within reach after a commit. An outcome is on disk this much later at most, and then
    /// the time of one commit: far below the 50 ms within which an outcome is promised to be there.
    static let linger = Duration.milliseconds(10)

    init(core: JournalCore, active: ActiveSegment?) {
        self.core = core
        self.active = active
        buffer.reserveCapacity(2 << 20)
    }

    func run() {
        while true {
            let isBroken = active == nil
            let linger = isBroken ? .zero : committed + Self.linger - .now
            let (records, isClosing) = core.take(elseRest: linger > .zero ? .short : .long)
            if isBroken {
                hold(records)
                // At the end the outcomes get a last chance, whatever the time.
                if isClosing { nextProbe = .now }
                probe()
                if active == nil {
                    if isClosing { break }
                    core.doorbell.wait(for: max(.milliseconds(1), nextProbe - .now))
                    continue
                }
            }
            // What was brought while broken has been refused, or lies among the retained.
            let group = isBroken ? retained : retained.isEmpty ? records : retained + records
            retained = []
            retainedBytes = 0
            if !group.isEmpty {
                _ = commit(group)
                committed = .now
                continue
            }
            // The writer may sleep only after `take` found nothing, for only then do appenders know that they must ring.
            // Just out of a failure it has taken something, refused it, and perhaps missed what came since.
            if isBroken { continue }
            if takeCare() || active == nil { continue }
            if isClosing { break }
            let pause = persistConsumers(force: false)
            core.doorbell.wait(for: linger > .zero ? linger : pause)
        }
        if !retained.isEmpty {
            log.error("outcomes lost: the disk refused them until the end", metadata: ["count": "\(retained.count)"])
        }
        _ = persistConsumers(force: true)
        core.feed.close()
    }

    /// - Returns: whether all of it is durable. If not, the waiters have heard why and the outcomes are kept.
    func commit(_ records: [OutgoingRecord]) -> Bool {
        var rest = records[...]
        while !rest.isEmpty {
            do throws(FileFailure) {
                if active == nil { active = try makeSegment() }
                guard var segment = active else { return false }
                let count = segment.fitting(rest, segmentSize: core.options.segmentSize)
                guard count > 0 else {
                    rotate(segment)
                    continue
                }
                let group = rest.prefix(count)
                let start = segment.first + segment.position
                try segment.prepare(for: group.reduce(0) { $0 + $1.length })
                segment.position = try segment.commit(group, seed: core.seed, buffer: &buffer)
                active = segment
                publish(group, from: start)
                rest = rest.dropFirst(count)
            } catch {
                refuse(rest, error)
                return false
            }
        }
        return true
    }

    /// The group is durable: first the ledger and the consumers learn of it, then whoever waits.
    private func publish(_ records: ArraySlice<OutgoingRecord>, from start: UInt64) {
        var events: [(event: Event?, offset: UInt64, length: Int)] = []
        events.reserveCapacity(records.count)
        core.ledger.withLock { ledger in
            var offset = start
            for record in records {
                ledger.learn(record, at: offset)
                if record.kind.isEvent { events.append((record.event?.event(at: offset), offset, record.length)) }
                offset += UInt64(record.length)
            }
        }
        core.feed.publish(events)
        core.commits.add(1, ordering: .relaxed)
        core.records.add(records.count, ordering: .relaxed)
        var offset = start
        for record in records {
            record.waiter?.resume(returning: .success(offset))
            offset += UInt64(record.length)
        }
    }

    private func refuse(_ records: ArraySlice<OutgoingRecord>, _ failure: FileFailure) {
        log.error(
            "journal write failed: accepting nothing until a write succeeds",
            metadata: [
                "folder": "\(core.options.folder)", "call": "\(failure.call)", "reason": "\(failure.reason)",
            ])
        if let segment = active {
            segment.strikeOut()
            let end = segment.first + segment.position
            core.ledger.withLock { $0.close($0.segments.count - 1, as: .abandoned, end: end) }
            active = nil
        }
        nextProbe = .now + core.options.probeInterval
        core.setHealth(JournalFailure(writing: failure))
        hold(Array(records))
    }

    /// Tells the waiters why, and keeps the outcomes, which happened whether or not they can be written down.
    private func hold(_ records: [OutgoingRecord]) {
        if records.isEmpty { return }
        let failure = core.pending.withLock { $0.refusal } ?? .writeFailed(errno: JournalFailure.ioError)
        for record in records {
            switch record.kind {
            case .accepted, .announced: record.waiter?.resume(returning: .failure(failure))
            case .attempted, .cancelled, .bounced:
                record.waiter?.resume(returning: .failure(failure))
                retained.append(record.unattended)
                retainedBytes += record.length
            // The journal's own records are made again when they are wanted again.
            case .restated, .settled, .index: break
            }
        }
        var dropped = 0
        while retainedBytes > core.options.retainedNoteBytes, dropped < retained.count {
            retainedBytes -= retained[dropped].length
            dropped += 1
        }
        if dropped > 0 {
            retained.removeFirst(dropped)
            log.error("outcomes dropped: the disk refuses them for too long", metadata: ["count": "\(dropped)"])
        }
    }

    /// While broken: a new segment, header and all, is written and synced once every interval.
    private func probe() {
        if ContinuousClock.now < nextProbe { return }
        do throws(FileFailure) {
            active = try makeSegment()
            core.setHealth(nil)
            log.notice("journal writes succeed again")
        } catch {
            nextProbe = .now + core.options.probeInterval
            core.setHealth(JournalFailure(writing: error))
        }
    }

    /// - Returns: how long to sleep until they may be written next; `nil` when they are unchanged.
    func persistConsumers(force: Bool) -> Duration? {
        guard let bytes = core.consumers.withLock({ $0.changes() }) else { return nil }
        // Once a second is enough: an old offset only keeps a segment a little longer.
        let due = consumersWritten + .seconds(1)
        if !force, ContinuousClock.now < due { return max(.milliseconds(1), due - .now) }
        consumersWritten = .now
        do throws(FileFailure) {
            try ConsumerOffsets.write(bytes, folder: core.options.folder, files: core.options.files)
            core.consumers.withLock { $0.wrote(bytes) }
            return nil
        } catch {
            log.warning("the consumers' offsets could not be written", metadata: ["reason": "\(error.reason)"])
            return .seconds(1)
        }
    }
}

extension Ledger {
    /// A record of the last segment is durable.
    mutating func learn(_ record: OutgoingRecord, at offset: UInt64) {
        switch record.meaning {
        case .accepted(let places, let summary):
            accepted(at: offset, length: record.length, places: places, summary: record.head[summary])
        case .restated(let number, let places, let summary):
            restated(number, at: offset, length: record.length, places: places, summary: record.head[summary])
        case .effects(let effects):
            for effect in effects { apply(effect) }
        }
        extend(to: offset + UInt64(record.length), isEvent: record.kind.isEvent)
    }
}
