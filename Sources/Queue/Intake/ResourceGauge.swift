package import Mail
import Synchronization

/// Whether disk and memory have room for more mail. Asked for every message, measured at most once per interval by
/// whoever comes first; the others take the last answer.
package final class ResourceGauge: Sendable {
    package enum Room: UInt8, Sendable, CaseIterable {
        case enough
        case diskLow
        case memoryHigh
    }

    private let options: IntakeOptions
    private let probe: ResourceProbe
    private let memoryLimit: Int
    private let room = Atomic<UInt8>(Room.enough.rawValue)
    private let nextLook = Atomic<Int64>(.min)
    private let nextGivingBack = Atomic<Int64>(.min)
    /// Going through a large heap takes the allocator a good part of a second, and this is asked on event loops: where
    /// memory is really needed nothing would come of asking it at every look.
    private static let givingBackInterval = Duration.seconds(10)

    package init(options: IntakeOptions, probe: ResourceProbe) {
        self.options = options
        self.probe = probe
        memoryLimit = options.memoryLimit ?? probe.memoryBudget().map { $0 / 4 * 3 } ?? .max
    }

    package func room(at now: MonotonicInstant) -> Room {
        let due = nextLook.load(ordering: .relaxed)
        if now.nanoseconds >= due {
            let next = (now + options.resourceInterval).nanoseconds
            if nextLook.compareExchange(expected: due, desired: next, ordering: .relaxed).exchanged {
                room.store(look(at: now).rawValue, ordering: .relaxed)
            }
        }
        return Room(rawValue: room.load(ordering: .relaxed)) ?? .enough
    }

    /// What was freed stays with the allocator, which by itself gives little of it back: once above the limit, a process
    /// whose queue is long empty would refuse for ever.
    private func isMemoryHigh(at now: MonotonicInstant) -> Bool {
        guard let resident = probe.residentBytes(), resident > memoryLimit else { return false }
        guard now.nanoseconds >= nextGivingBack.load(ordering: .relaxed) else { return true }
        nextGivingBack.store((now + Self.givingBackInterval).nanoseconds, ordering: .relaxed)
        probe.giveBack()
        return probe.residentBytes().map { $0 > memoryLimit } ?? false
    }

    private func look(at now: MonotonicInstant) -> Room {
        if options.minimumFreeShare > 0, let free = probe.freeShare(options.folder), free < options.minimumFreeShare {
            return .diskLow
        }
        return isMemoryHigh(at: now) ? .memoryHigh : .enough
    }
}
