package import Mail
import Synchronization

/// The health of all sources, shared by all shards: a source that fails on one fails on all.
///
/// Asked where the outcomes of a batch are settled. While every source is well, which is nearly always, a batch that
/// went costs one look at a flag.
package final class SourceWatch: Sendable {
    private let health: Mutex<SourceHealth>
    private let hasTrouble = Atomic(false)

    package init(_ rules: SourceHealth.Rules = SourceHealth.Rules()) { health = Mutex(SourceHealth(rules)) }

    /// What follows from the outcomes of one batch: a hold of its source, or nothing.
    /// - Parameters:
    ///   - source: the name of the batch's source; a batch without one has nobody to tell of.
    ///   - start: when the batch was pulled.
    package func directives(
        after outcomes: [Outcome], from source: String, startedAt start: MonotonicInstant,
        now: MonotonicInstant, wall: WallTime
    ) -> [ShapingDirective] {
        let sign = SourceHealth.Sign(outcomes)
        switch sign {
        case .none: return []
        case .usable: if !hasTrouble.load(ordering: .relaxed) { return [] }
        case .trouble: break
        }
        let rest = health.withLock { health in
            let rest = health.note(sign, of: source, startedAt: start, now: now)
            hasTrouble.store(!health.isWell, ordering: .relaxed)
            return rest
        }
        guard let rest else { return [] }
        return [
            .hold(
                Hold(
                    id: UUIDv7(at: wall), scope: .source(source), cause: .sourceHealth(rest.trouble.text),
                    since: wall, until: wall + rest.duration))
        ]
    }

    /// After a reload: forgets sources that are gone. What is known of the others stays.
    package func replace(with table: EgressTable) {
        let names = Set(table.sources.map(\.name))
        health.withLock { health in
            health.forget { !names.contains($0) }
            hasTrouble.store(!health.isWell, ordering: .relaxed)
        }
    }
}
