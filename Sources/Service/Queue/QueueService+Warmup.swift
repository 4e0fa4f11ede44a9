import Mail
import Queue

/// What an operator does to a warm-up.
package enum WarmupVerb: Hashable, Sendable {
    /// `stage`: mail goes on under today's cap, and no day changes it. `zero`: nothing leaves.
    /// - Parameter kind: `nil`: `stage`.
    case hold(kind: String?)
    case resume
    /// - Parameter stage: from 1; one more than there are finishes it.
    case stage(Int)
}

extension QueueService {
    /// In the order of the configuration.
    package func warmups(by caller: Caller) async throws(ServiceFailure) -> [WarmupReport] {
        try caller.require(.operate)
        return warmups?.warmups().map(WarmupReport.init) ?? []
    }

    /// - Parameter group: `nil`: all groups of the source.
    /// - Returns: those that were changed, as they are now.
    package func change(
        warmup source: String, group: String?, _ verb: WarmupVerb, by caller: Caller
    ) async throws(ServiceFailure) -> [WarmupReport] {
        try caller.require(.operate)
        guard let warmups else { throw .notFound("warm-up: nothing is being warmed up") }
        var check = TargetCheck()
        let group = check.name(group, "group")
        var hold = WarmupHold.stage
        if case .hold(let kind?) = verb {
            if let known = WarmupHold(rawValue: kind) {
                hold = known
            } else {
                check.report("hold", kind, "A warm-up is held at its stage (stage) or at nothing at all (zero).")
            }
        }
        try check.throwProblems()
        do {
            let changed =
                switch verb {
                case .hold: try await warmups.hold(source: source, group: group, hold)
                case .resume: try await warmups.resume(source: source, group: group)
                case .stage(let stage): try await warmups.setStage(source: source, group: group, stage)
                }
            return changed.map(WarmupReport.init)
        } catch { throw Self.failure(error) }
    }

    private static func failure(_ failure: WarmupFailure) -> ServiceFailure {
        switch failure {
        case .unknownSource(let name, let known):
            ServiceFailure(
                .notFound,
                "Source \(shortened(name)) is not being warmed up; these are: "
                    + (known.isEmpty ? "none." : "\(known.joined(separator: ", "))."))
        case .unknownGroup(let name, let known):
            ServiceFailure(details: [
                .init(
                    .invalidParameter, field: "group", value: name,
                    message: "The source has no such group; it has: \(known.joined(separator: ", ")).")
            ])
        case .noSuchStage(let stage, let stages):
            ServiceFailure(details: [
                .init(
                    .invalidParameter, field: "stage", value: "\(stage)",
                    message: "The plan has \(stages) stages; \(stages) + 1 finishes it.")
            ])
        case .storage:
            ServiceFailure(
                .storageUnavailable, "It could not be made durable, so it was not done.", retryAfter: .seconds(5))
        case .shuttingDown:
            ServiceFailure(.storageUnavailable, "The engine is shutting down.", retryAfter: .seconds(5))
        }
    }

    /// A name from the path of a request, fit to be shown.
    private static func shortened(_ name: String) -> String {
        ServiceFailure.Detail(.notFound, field: "", value: String(name.prefix(100)), message: "").value
    }
}
