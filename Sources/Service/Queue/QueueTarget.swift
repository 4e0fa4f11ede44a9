import Mail
import Queue

/// Which deliveries a request means, as it was written. What is `nil` matches everything.
package struct QueueTarget: Hashable, Sendable {
    package var site: String?
    package var destination: String?
    package var tenant: String?
    package var campaign: String?
    package var stream: String?
    package var message: String?
    package var pool: String?
    package var everything = false

    package init() {}

    /// - Parameter path: the name of the object in the request, for the details.
    func selector(_ path: String, _ check: inout TargetCheck) -> QueueSelector {
        var selector = QueueSelector()
        selector.site = check.name(site, "\(path).site")
        selector.pool = check.name(pool, "\(path).pool")
        selector.tenant = check.id(tenant, "\(path).tenant")
        selector.campaign = check.id(campaign, "\(path).campaign")
        selector.message = check.id(message, "\(path).message")
        selector.everything = everything
        if let destination {
            selector.destination = Domain(destination)
            if selector.destination == nil { check.report("\(path).destination", destination, "Not a domain name.") }
        }
        switch stream {
        case nil: break
        case "transactional": selector.stream = .transactional
        case "broadcast": selector.stream = .broadcast
        case .some(let text): check.report("\(path).stream", text, "A stream is transactional or broadcast.")
        }
        if check.details.isEmpty, selector.isEmpty {
            check.report(
                path, "",
                "Name at least one of site, destination, tenant, campaign, stream, message and pool, or say "
                    + "everything: true.")
        }
        if everything, self != Self.all {
            check.report(
                "\(path).everything", "true", "everything leaves no choice: name it alone, or leave it out.")
        }
        return selector
    }

    private static let all: QueueTarget = {
        var target = QueueTarget()
        target.everything = true
        return target
    }()
}

/// What a suspension holds, as it was written.
package struct HoldTarget: Hashable, Sendable {
    package var site: String?
    package var source: String?
    package var tenant: String?
    package var campaign: String?

    package init() {}

    func scope(_ check: inout TargetCheck) -> Hold.Scope? {
        let site = check.name(site, "scope.site")
        let source = check.name(source, "scope.source")
        let tenant = check.id(tenant, "scope.tenant")
        let campaign = check.id(campaign, "scope.campaign")
        guard check.details.isEmpty else { return nil }
        switch (site, source, tenant, campaign) {
        case (let site?, nil, nil, nil): return .site(site)
        case (nil, let source?, nil, nil): return .source(source)
        case (let site?, let source?, nil, nil): return .siteAndSource(site: site, source: source)
        case (nil, nil, let tenant?, nil): return .tenant(tenant)
        case (let site?, nil, let tenant?, nil): return .siteAndTenant(site: site, tenant: tenant)
        case (nil, nil, nil, let campaign?): return .campaign(campaign)
        default:
            check.report(
                "scope", "",
                "A suspension is of a site, a source, a tenant, a campaign, a site and a source, or a site and tenant."
            )
            return nil
        }
    }
}

/// Collects everything that is wrong with one request.
struct TargetCheck {
    private(set) var details: [ServiceFailure.Detail] = []

    mutating func report(_ field: String, _ value: String, _ message: String) {
        details.append(.init(.invalidParameter, field: field, value: value, message: message))
    }

    /// The name of a site, source or pool; whether there is such a thing the queue knows.
    mutating func name(_ text: String?, _ field: String) -> String? {
        guard let text else { return nil }
        guard (1...512).contains(text.utf8.count), !Self.hasControls(text) else {
            report(field, text, "A name has 1 to 512 characters and no control characters.")
            return nil
        }
        return text
    }

    mutating func id(_ text: String?, _ field: String) -> UUIDv7? {
        guard let text else { return nil }
        guard let id = UUIDv7(text) else {
            report(field, text, "Not an identifier such as 01926f3e-7b1c-7000-8000-000000000000.")
            return nil
        }
        return id
    }

    /// - Returns: without blanks around it.
    mutating func words(_ text: String?, _ field: String, isRequired: Bool) -> String {
        let words = String(
            (text ?? "").drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
        if isRequired, words.isEmpty {
            report(field, text ?? "", "Say why: it stands in the events and in the history of every message.")
        }
        if words.utf8.count > 500 || Self.hasControls(words) {
            report(field, words, "A reason is one line of at most 500 bytes.")
        }
        return words
    }

    private static func hasControls(_ text: String) -> Bool {
        text.unicodeScalars.contains { $0.properties.generalCategory == .control }
    }

    func throwProblems() throws(ServiceFailure) {
        guard details.isEmpty else { throw ServiceFailure(details: details) }
    }
}
