import HTTPTypes
import Hummingbird
import Mail

/// `/dev` asks for no key, so a web page must not reach it under a name of its own that it has made point at this
/// machine (DNS rebinding): on a loopback address it answers to `localhost` and to addresses only.
struct LocalName: RouterMiddleware {
    /// False where the operator has opened the port to others, who come by names that are not known here.
    let isStrict: Bool

    init(listensOn host: String) {
        isStrict = host == "localhost" || IPAddress(host)?.isLoopback == true
    }

    @concurrent func handle(
        _ request: Request, context: ControlContext,
        next: @concurrent (Request, ControlContext) async throws -> Response
    ) async throws -> Response {
        guard !isStrict || Self.isLocal(request.head.authority) else {
            // RFC 9110 §15.5.20
            throw APIFailure(
                status: .misdirectedRequest, type: "invalid_request", code: "misdirected_request",
                message: "The inbox is shown under localhost or an address only.")
        }
        return try await next(request, context)
    }

    /// - Parameter authority: host and port; a client that is no browser may leave it out.
    static func isLocal(_ authority: String?) -> Bool {
        guard let authority else { return true }
        if authority.hasPrefix("[") {
            return IPAddress(String(authority.dropFirst().prefix { $0 != "]" })) != nil
        }
        let name = authority.prefix { $0 != ":" }.lowercased()
        return name == "localhost" || name.hasSuffix(".localhost") || IPAddress(name) != nil
    }
}
