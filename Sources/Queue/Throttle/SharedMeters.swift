package import Mail
import Synchronization

/// The counters that all shards of this process share.
package final class SharedMeters: CreditLedger {
    private let meters: Mutex<MeterSet>

    package init(_ table: ThrottleTable) { meters = Mutex(MeterSet(table)) }

    package func number(of key: MeterKey) -> UInt32? {
        meters.withLock { meters in
            let number = meters.number(of: key)
            return number == .none ? nil : number
        }
    }

    package func release(_ number: UInt32) { meters.withLock { $0.release(number) } }

    package func begin(
        _ count: Int, of numbers: MeterNumbers, at now: MonotonicInstant
    ) -> Result<Int, ThrottleRefusalError> {
        let request = Meter.Request(messages: count, places: 1)
        return meters.withLock { meters in
            if let granted = meters.take(request, from: numbers, at: now) { return .success(granted) }
            guard let refusal = meters.refusal(request, from: numbers, at: now) else {
                preconditionFailure("refused without a reason")
            }
            return .failure(ThrottleRefusalError(refusal: refusal))
        }
    }

    package func end(of numbers: MeterNumbers) {
        meters.withLock { meters in
            for number in numbers { meters.leave(1, of: number) }
        }
    }

    package func connect(_ numbers: MeterNumbers, at now: MonotonicInstant) -> ThrottleRefusal? {
        let request = Meter.Request(connects: 1)
        return meters.withLock { meters in
            if meters.take(request, from: numbers, at: now) != nil { return nil }
            return meters.refusal(request, from: numbers, at: now)
        }
    }

    package func refusal(of numbers: MeterNumbers, at now: MonotonicInstant) -> ThrottleRefusal? {
        meters.withLock { meters in
            meters.refusal(Meter.Request(messages: 1, places: 1), from: numbers, at: now)
        }
    }

    /// A reload: counters keep what they have spent. Who was told `nil` for a key must ask again.
    package func replace(_ table: ThrottleTable, at now: MonotonicInstant) {
        meters.withLock { $0.replace(table, at: now) }
    }

    package func lease(
        _ count: Int, of key: MeterKey, for term: Duration, at now: MonotonicInstant
    ) -> CreditLease? {
        guard count > 0 else { return nil }
        return meters.withLock { meters in
            let number = meters.number(of: key)
            guard number != .none else { return nil }
            defer { meters.release(number) }
            return meters.take(Meter.Request(messages: count), from: CollectionOfOne(number), at: now)
                .map { CreditLease(count: $0, expires: now + term) }
        }
    }
}
