import Hummingbird
import Mail
import NIOCore
import Service

/// What travels with one request.
struct ControlContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    /// Also in the answer's `X-Request-Id` and in every log line of the request.
    let requestID: String
    let clientAddress: String
    /// Set by `Authentication`; a route behind it always finds one.
    var caller: Caller?

    init(source: ApplicationRequestContextSource) {
        coreContext = .init(source: source)
        requestID = "req_\(Self.hex(UInt64.random(in: .min ... .max)))"
        clientAddress = source.channel.remoteAddress?.ipAddress ?? "unknown"
    }

    /// The caller, or the answer that says why there is none.
    func authenticated() throws -> Caller {
        guard let caller else { throw APIFailure.unauthenticated }
        return caller
    }

    private static func hex(_ value: UInt64) -> String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
