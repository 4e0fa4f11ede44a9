import Logging
import Mail
import Synchronization

/// What a former process has kept.
extension StandingOrders {
    /// The same, as often as it takes.
    func load(first: UInt64?, tries: Int) async {
        var tries = tries
        while true {
            do {
                return try await load(first: first)
            } catch {
                logger.error("what the queue has kept of suspensions cannot be read: \(error)")
                tries -= 1
                if tries <= 0 { return }
                do { try await time.sleep(for: .seconds(1)) } catch { return }
            }
        }
    }

    /// Reads what a former process has kept. Call it before the shards start.
    /// - Parameter first: the lowest number of a message that was recovered; `nil`: there is none.
    func load(first: UInt64?) async throws(StorageFailure) {
        let (now, wall) = (time.now, time.wall)
        let holds = try await values(.holds, ControlCodec.hold)
        let limits = try await values(.limits, ControlCodec.limit)
        let routes = try await values(.routes, ControlCodec.route)
        var overHolds: [String] = []
        var overLimits: [String] = []
        let gone = state.withLock { state in
            for (key, hold) in holds {
                if let until = hold.until, until <= wall {
                    overHolds.append(key)
                    continue
                }
                let end = Self.deadline(hold.until, since: hold.since, now: now, wall: wall)
                state.holds.add(hold, until: end)
                state.tell(.hold(hold, until: end))
            }
            for (key, (limit, since)) in limits {
                guard limit.until > wall, let end = Self.deadline(limit.until, since: since, now: now, wall: wall)
                else {
                    overLimits.append(key)
                    continue
                }
                state.limits[LimitKey(rule: limit.rule, key: limit.key)] = (limit, end)
                state.tell(.limit(limit, until: end))
            }
            var gone: [StandingRoute] = []
            for (_, route) in routes.sorted(by: { $0.value.id < $1.value.id }) { gone += state.routes.add(route) }
            gone += state.routes.dropEmptied(below: first)
            if !state.routes.isEmpty { state.tell(.routes(state.routes)) }
            hasRoutes.store(!state.routes.isEmpty, ordering: .relaxed)
            return gone
        }
        writer.saveSoon(.holds, overHolds.map { ($0, nil) })
        writer.saveSoon(.limits, overLimits.map { ($0, nil) })
        writer.saveSoon(.routes, gone.map { ($0.id.description, nil) })
    }

    private func values<Value>(
        _ section: StateWriter.Section, _ decode: ([UInt8]) throws(CodecFailure) -> Value
    ) async throws(StorageFailure) -> [(key: String, value: Value)] {
        var values: [(key: String, value: Value)] = []
        for (key, bytes) in try await writer.load(section) {
            do throws(CodecFailure) {
                values.append((key, try decode(bytes)))
            } catch {
                logger.error(
                    "a damaged value of the queue's state is passed over",
                    metadata: ["section": "\(section.rawValue)", "key": "\(key)", "reason": "\(error)"])
            }
        }
        return values
    }
}
