import HTTPTypes
import Hummingbird
import Service

/// Finds out who asks, by `Authorization: Bearer` or `X-API-Key`. What the caller may do is each service's question.
struct Authentication: RouterMiddleware {
    let readiness: Readiness

    @concurrent func handle(
        _ request: Request, context: ControlContext,
        next: @concurrent (Request, ControlContext) async throws -> Response
    ) async throws -> Response {
        guard let key = Self.key(in: request.headers) else { throw APIFailure.unauthenticated }
        var context = context
        context.caller = try await readiness.require().keys.authenticate(key)
        return try await next(request, context)
    }

    static func key(in headers: HTTPFields) -> String? {
        if let key = headers[.apiKey] { return key }
        guard let field = headers[.authorization] else { return nil }
        guard let blank = field.utf8.firstIndex(of: UInt8(ascii: " ")) else { return nil }
        // RFC 9110 §11.1: the scheme is case-insensitive.
        guard field.utf8[..<blank].elementsEqual("bearer".utf8, by: { $0 | 0x20 == $1 }) else { return nil }
        let key = field.utf8[blank...].drop { $0 == UInt8(ascii: " ") }
        return key.isEmpty ? nil : String(key)
    }
}
