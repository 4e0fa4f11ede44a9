import HTTPTypes
import Hummingbird
import Mail
import Service

/// `GET /v1/domains/{id}/zone`: the records as text for a zone file, or in JSON for who accepts nothing else.
struct DomainZone {
    let readiness: Readiness

    @Sendable func handle(_ request: Request, _ context: ControlContext) async throws -> Response {
        let caller = try context.authenticated()
        try caller.require(.domainsRead)
        let (domain, text) = try await readiness.require().domains.zone(try context.id("domain"), by: caller)
        // RFC 9110 §12.5.5: the answer depends on Accept.
        let headers: HTTPFields = [.vary: "Accept"]
        guard !Self.wantsJSON(request.headers[.accept]) else {
            return Answer.data(
                .object(["domain": .string(domain.text), "zone": .string(text)]), headers: headers)
        }
        return Answer.bytes(Array(text.utf8), type: "text/plain; charset=utf-8", headers: headers)
    }

    /// Whether JSON is accepted by name and plain text is not.
    static func wantsJSON(_ accept: String?) -> Bool {
        let types = (accept ?? "").split(separator: ",").map { range in
            range.prefix { $0 != ";" }.filter { !$0.isWhitespace }.lowercased()
        }
        return types.contains("application/json") && !types.contains("text/plain")
    }
}
