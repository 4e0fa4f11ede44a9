import Mail
import Queue

/// A suspension as it was asked for.
package struct SuspendRequest: Sendable {
    package var scope: HoldTarget?
    /// `4h`; with neither this nor `until` it lasts until it is resumed.
    package var lasting: String?
    /// RFC 3339.
    package var until: String?
    package var reason: String?

    package init() {}
}

/// The verbs. All are durable when they return.
extension QueueService {
    package func suspend(_ request: SuspendRequest, by caller: Caller) async throws(ServiceFailure) -> HoldReport {
        try caller.require(.operate)
        var check = TargetCheck()
        let scope = request.scope.flatMap { $0.scope(&check) }
        if request.scope == nil { check.report("scope", "", "Say what to suspend.") }
        let end = HoldTime.end(lasting: request.lasting, until: request.until, from: time.wall, &check)
        let reason = check.words(request.reason, "reason", isRequired: false)
        try check.throwProblems()
        guard let scope else { throw ServiceFailure(.invalidParameter, "Say what to suspend.") }
        do {
            return HoldReport(try await desk.suspend(scope, until: end, by: await name(of: caller), reason: reason))
        } catch { throw Self.failure(error, "scope") }
    }

    /// - Returns: the suspensions that it ended, whoever had made them.
    package func resume(_ target: HoldTarget, by caller: Caller) async throws(ServiceFailure) -> [HoldReport] {
        try caller.require(.operate)
        var check = TargetCheck()
        let scope = target.scope(&check)
        try check.throwProblems()
        guard let scope else { return [] }
        do { return try await desk.resume(scope).map(HoldReport.init) } catch { throw Self.failure(error, "scope") }
    }

    package func resume(hold text: String, by caller: Caller) async throws(ServiceFailure) -> HoldReport {
        try caller.require(.operate)
        var check = TargetCheck()
        let id = check.id(text, "hold")
        try check.throwProblems()
        guard let id else { throw .notFound("hold") }
        do { return HoldReport(try await desk.resume(hold: id)) } catch { throw Self.failure(error, "hold") }
    }

    package func flush(_ target: QueueTarget, by caller: Caller) async throws(ServiceFailure) -> VerbReport {
        try caller.require(.operate)
        let selector = try Self.checked(target)
        do { return VerbReport(try await desk.flush(selector)) } catch { throw Self.failure(error, "selector") }
    }

    package func cancel(_ target: QueueTarget, by caller: Caller) async throws(ServiceFailure) -> VerbReport {
        try caller.require(.operate)
        let selector = try Self.checked(target)
        do { return VerbReport(try await desk.cancel(selector)) } catch { throw Self.failure(error, "selector") }
    }

    /// - Parameter reason: stands in the event of each delivery; must not be empty.
    package func bounce(
        _ target: QueueTarget, reason: String?, by caller: Caller
    ) async throws(ServiceFailure) -> VerbReport {
        try caller.require(.operate)
        var check = TargetCheck()
        let selector = target.selector("selector", &check)
        let words = check.words(reason, "reason", isRequired: true)
        try check.throwProblems()
        do {
            return VerbReport(try await desk.bounce(selector, by: await name(of: caller), reason: words))
        } catch { throw Self.failure(error, "selector") }
    }

    /// - Parameters:
    ///   - pool: `nil`: the one that the configuration says.
    ///   - andLater: also what is accepted later.
    package func reroute(
        _ target: QueueTarget, to pool: String?, andLater: Bool = false, by caller: Caller
    ) async throws(ServiceFailure) -> VerbReport {
        try caller.require(.operate)
        var check = TargetCheck()
        var selector = target.selector("selector", &check)
        selector.andLater = andLater
        let wanted = check.name(pool, "pool")
        try check.throwProblems()
        do { return VerbReport(try await desk.reroute(selector, to: wanted)) } catch {
            // The same name may be meant in two places; the one to blame is the one that the request gives it in.
            if case .unknownPool(let name) = error, name == wanted, name != selector.pool {
                throw Self.unknown("pool", name, "pool")
            }
            throw Self.failure(error, "selector")
        }
    }

    private static func checked(_ target: QueueTarget) throws(ServiceFailure) -> QueueSelector {
        var check = TargetCheck()
        let selector = target.selector("selector", &check)
        try check.throwProblems()
        return selector
    }

    /// The name of the key, as it stands in suspensions and events.
    private func name(of caller: Caller) async -> String {
        let found = try? await keys.list(by: caller).first { $0.id == caller.key }?.name
        return (found ?? nil) ?? "key \(caller.key)"
    }

    /// - Parameter path: the object of the request that names what the queue does not know.
    static func failure(_ failure: ControlFailure, _ path: String) -> ServiceFailure {
        switch failure {
        case .selectsNothing:
            ServiceFailure(details: [
                .init(.invalidParameter, field: path, message: "It selects nothing: name what is meant.")
            ])
        case .unknownPool(let name): unknown("pool", name, "\(path).pool")
        case .unknownSource(let name): unknown("source", name, "\(path).source")
        case .unknownSite(let name): unknown("site", name, "\(path).site")
        case .unknownHold: .notFound("hold")
        case .alreadyOver:
            ServiceFailure(details: [.init(.invalidParameter, field: "until", message: "This time is over.")])
        case .storage:
            ServiceFailure(
                .storageUnavailable, "It could not be made durable, so it was not done.", retryAfter: .seconds(5))
        case .brokenOff:
            ServiceFailure(
                .storageUnavailable,
                "The journal cannot be written any more: a part was done, the rest was not. What is left is in the "
                    + "queue's summary; see to the disk and ask again.", retryAfter: .seconds(5))
        case .shuttingDown:
            ServiceFailure(.storageUnavailable, "The engine is shutting down.", retryAfter: .seconds(5))
        }
    }

    static func unknown(_ noun: String, _ name: String, _ field: String) -> ServiceFailure {
        let message =
            switch noun {
            case "site": "No site of this name has mail or is suspended; GET /v1/queue/sites lists them."
            default: "The configuration has no \(noun) of this name; GET /v1/\(noun)s lists them."
            }
        return ServiceFailure(details: [.init(.invalidParameter, field: field, value: name, message: message)])
    }
}
