import Mail

/// What of the counters is on disk, and what a restart makes of it.
extension DailyBook {
    mutating func touch(_ number: UInt32) {
        guard isDurable, dirty.insert(number).inserted else { return }
        isRinging = true
    }

    /// True once when the writer should be woken.
    mutating func takeRing() -> Bool {
        defer { isRinging = false }
        return isRinging
    }

    /// True once after what was refused may be let go: a day has begun, an operator has said so, or a reload.
    mutating func takeFreed() -> Bool {
        defer { isFreed = false }
        return isFreed
    }

    /// Nothing is taken any more, so that the last write can be exact.
    mutating func close() {
        isClosed = true
        guard isDurable else { return }
        for place in warmups.indices { dirty.insert(UInt32(place) << 1) }
        for place in quotas.indices where quotas[place].count.day == clock.ordinal && quotas[place].isStored {
            dirty.insert(UInt32(place) << 1 | 1)
        }
    }

    /// What is to be made durable next, with the parts that may be spent once it is. `nil`: nothing.
    mutating func nextWrite(
        at now: MonotonicInstant, wall: WallTime, previews: [UInt32: WarmupState] = [:]
    ) -> DailyWrite? {
        var write = DailyWrite()
        for number in dirty.union(previews.keys) {
            let place = Int(number >> 1)
            if number & 1 == 0 {
                if let cap = warmups[place].cap { warmups[place].count.trim(cap) }
                var state = previews[number] ?? warmups[place]
                state.count = warmups[place].count
                let limit = state.isPaused ? nil : state.cap
                let reserved = reservation(state.count, limit)
                write.add(number, key(of: number), StoredCount(state.count, reserved: reserved, memory: state.memory))
                storedOutcomes[place] = state.count.delivered
            } else {
                // One of a day that is over goes with the sweep.
                guard quotas[place].count.day == clock.ordinal else { continue }
                if let cap = quotas[place].rule?.cap { quotas[place].count.trim(cap) }
                let reserved = reservation(quotas[place].count, quotas[place].rule?.cap)
                write.add(number, quotas[place].key, StoredCount(quotas[place].count, reserved: reserved, memory: nil))
                quotas[place].isStored = true
            }
        }
        dirty = []
        if let from = sweep {
            let end = min(from + 8_192, quotas.count)
            for place in from..<end where quotas[place].isStored && quotas[place].count.day != clock.ordinal {
                write.remove(UInt32(place) << 1 | 1, quotas[place].key)
            }
            sweep = end < quotas.count ? end : nil
            if sweep != nil { isRinging = true }
        }
        guard !write.values.isEmpty else { return nil }
        write.values.append((DailyValue.clockKey, clock.mark(at: now, wall: wall).value))
        return write
    }

    private func reservation(_ count: DayCount, _ cap: Int?) -> Int {
        if isClosed { return count.sent }
        return max(cap.flatMap(count.nextReservation) ?? count.reserved, count.sent)
    }

    /// It is durable: what was reserved may be spent.
    mutating func written(_ write: DailyWrite) {
        isBroken = false
        for part in write.parts { change(part.number) { $0.reserve(part.reserved, on: part.day) } }
        for number in write.removed where quotas[Int(number >> 1)].count.day != clock.ordinal {
            quotas[Int(number >> 1)].isStored = false
        }
    }

    /// It is not, as far as anybody knows.
    /// - Returns: whether the one before was.
    mutating func failed(_ write: DailyWrite) -> Bool {
        defer { isBroken = true }
        for part in write.parts { dirty.insert(part.number) }
        if !write.removed.isEmpty { sweep = 0 }
        return !isBroken
    }

    // MARK: Restart

    mutating func restore(_ stored: StoredDays) {
        for (key, entry) in stored.entries {
            if case .warmup(let source, let group) = key {
                if numbers[key] == nil {
                    // The configuration does not name it now; a later one may.
                    add(
                        WarmupState(
                            source: source, group: group, plan: nil, start: nil, today: clock.label,
                            day: clock.ordinal))
                }
                guard let number = numbers[key] else { continue }
                let place = Int(number >> 1)
                if let memory = entry?.memory { warmups[place].remember(memory) }
                warmups[place].count = count(entry, cap: warmups[place].cap)
                storedOutcomes[place] = warmups[place].count.delivered
                if entry == nil { touch(number) }
            } else {
                if let entry, entry.day != clock.ordinal {
                    // Of a day that is over: it goes with the first sweep.
                    var quota = QuotaState(
                        key: key, rule: setup.quotas.rule(for: key), count: DayCount(day: entry.day))
                    quota.isStored = true
                    _ = add(quota)
                    sweep = 0
                    continue
                }
                let rule = setup.quotas.rule(for: key)
                var quota = QuotaState(key: key, rule: rule, count: count(entry, cap: rule?.cap))
                quota.isStored = true
                let number = add(quota)
                if entry == nil { touch(number) }
            }
        }
    }

    /// - Parameter entry: `nil`: damaged, so all of today's cap may have left.
    private func count(_ entry: StoredCount?, cap: Int?) -> DayCount {
        guard let entry else { return DayCount(day: clock.ordinal, reserved: cap ?? 0, delivered: 0, failed: 0) }
        guard entry.day == clock.ordinal else { return DayCount(day: clock.ordinal) }
        return DayCount(
            day: entry.day, reserved: entry.reserved, delivered: entry.delivered, failed: entry.failed)
    }
}
