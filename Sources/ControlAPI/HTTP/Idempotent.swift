import HTTPTypes
import Hummingbird
import Service

/// Runs a request once per `Idempotency-Key`; a repetition gets the same bytes again.
enum Idempotent {
    static func answer(
        _ request: Request, body: [UInt8], object: JSONObject, route: String, caller: Caller, services: ControlServices,
        requestID: String, run: (SendIdentity?) async throws -> Answer.Stored
    ) async throws -> Response {
        guard let key = key(request, object) else { return response(try await run(nil)) }
        switch try await services.idempotency.begin(key: key, route: route, body: body, by: caller) {
        case .replay(let status, let bytes):
            return response(Answer.Stored(status: status, body: bytes), headers: [.idempotentReplayed: "true"])
        case .run(let ticket):
            let stored: Answer.Stored
            var headers: HTTPFields = [:]
            do { stored = try await run(ticket.identity) } catch {
                let failure = APIFailure(error)
                headers = failure.headers
                stored = Answer.Stored(
                    status: failure.status.code, body: JSONWriter.bytes(of: failure.body(requestID: requestID)))
            }
            await services.idempotency.finish(
                ticket, status: stored.status, body: stored.body, isFinal: stored.isFinal)
            return response(stored, headers: headers)
        }
    }

    /// The header, its older name, or the member of the body.
    private static func key(_ request: Request, _ object: JSONObject) -> String? {
        if let key = request.headers[.idempotencyKey] ?? request.headers[.xIdempotencyKey] { return key }
        guard case .string(let key)? = object["idempotency_key"] else { return nil }
        return key
    }

    private static func response(_ stored: Answer.Stored, headers: HTTPFields = [:]) -> Response {
        Answer.bytes(stored.body, type: "application/json", status: .init(code: stored.status), headers: headers)
    }
}
