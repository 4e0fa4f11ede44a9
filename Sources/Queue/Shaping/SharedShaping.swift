package import Mail
import Synchronization

/// The rules of `shaping.yaml` for all shards of this process.
package final class SharedShaping: ShapingDesk {
    private let engine: Mutex<ShapingEngine>

    package init(_ rules: ShapingRules) { engine = Mutex(ShapingEngine(rules)) }

    package func observe(
        _ observation: ShapingObservation, at now: MonotonicInstant, wall: WallTime
    ) -> ShapingVerdict {
        let rules = engine.withLock(\.rules)
        // Reading the reply is most of the work, and needs no lock.
        let matched = rules.matching(observation.reply, site: observation.site, host: observation.host)
        if matched.isEmpty { return .nothing }
        return engine.withLock { engine in
            guard engine.rules === rules else { return engine.observe(observation, at: now, wall: wall).verdict }
            return engine.apply(matched, to: observation, at: now, wall: wall).verdict
        }
    }

    /// A reload. What rules that stay the same have counted and set goes on.
    /// - Returns: the holds of rules that are gone or changed, which the caller may lift; limits end by themselves.
    @discardableResult
    package func replace(_ rules: ShapingRules, at now: MonotonicInstant) -> [UUIDv7] {
        engine.withLock { $0.replace(rules, at: now) }
    }

    /// Somebody lifted a hold, which may be a rule's: call it for each, whatever its cause.
    package func lifted(_ id: UUIDv7) { engine.withLock { $0.lifted(id) } }

    /// For metrics and lists: one for each rule.
    package func figures(at now: MonotonicInstant) -> [ShapingFigures] { engine.withLock { $0.figures(at: now) } }
}
