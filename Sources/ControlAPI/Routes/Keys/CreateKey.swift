import Hummingbird
import Mail
import Service

/// `POST /v1/keys`: a new key, shown once. It may do no more than the key that asks for it.
struct CreateKey {
    let readiness: Readiness

    @Sendable func handle(_ request: Request, _ context: ControlContext) async throws -> Response {
        let caller = try context.authenticated()
        try caller.require(.keysManage)
        var reader = JSONReader(try await IncomingBody.object(request))
        let (name, domain) = (reader.text("name"), reader.text("domain"))
        let mode = try Self.mode(reader.text("mode"))
        let scopes = try reader.texts("scopes").map(Self.scopes) ?? caller.scopes.subtracting([.operate])
        let unknown = try reader.accepted()
        let created = try await readiness.require().keys.create(
            name: name ?? "API key", mode: mode, scopes: scopes, domain: domain, by: caller)
        return Answer.data(KeyJSON.created(created), warnings: unknown, status: .created)
    }

    private static func mode(_ text: String?) throws -> APIKey.Mode {
        guard let text else { return .live }
        guard let mode = APIKey.Mode(rawValue: text) else {
            throw APIFailure.wrongTypes([.init(field: "mode", value: text, message: "mode must be 'live' or 'test'")])
        }
        return mode
    }

    private static func scopes(_ texts: [String]) throws -> Set<Scope> {
        let known = Scope.allCases.map(\.rawValue).joined(separator: ", ")
        let bad = texts.enumerated().filter { Scope(rawValue: $1) == nil }
        guard bad.isEmpty else {
            throw APIFailure.wrongTypes(
                bad.map { .init(field: "scopes[\($0)]", value: $1, message: "scopes[\($0)] must be one of \(known)") })
        }
        return Set(texts.compactMap(Scope.init))
    }
}
