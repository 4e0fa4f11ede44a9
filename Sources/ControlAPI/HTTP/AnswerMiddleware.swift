import HTTPTypes
import Hummingbird
import Logging

/// The outermost layer: every request gets an identifier, a count, and an answer in the contract's shape, whatever is
/// thrown below. An error that is not ours is logged whole and answered without its words.
struct AnswerMiddleware: RouterMiddleware {
    let log: Logger
    private let counts = RequestCounts()

    init(log: Logger) { self.log = log }

    @concurrent func handle(
        _ request: Request, context: ControlContext,
        next: @concurrent (Request, ControlContext) async throws -> Response
    ) async throws -> Response {
        var response: Response
        do {
            response = try await next(request, context)
        } catch {
            let failure = failure(for: error, request: request, context: context)
            response = Answer.json(
                failure.body(requestID: context.requestID), status: failure.status, headers: failure.headers)
        }
        response.headers[.requestID] = context.requestID
        counts.count(request.method, status: response.status.code)
        return response
    }

    private func failure(for error: any Error, request: Request, context: ControlContext) -> APIFailure {
        if let failure = error as? HTTPError, failure.status == .notFound { return .noSuchRoute(request.uri.path) }
        let failure = APIFailure(error)
        if failure.status == .internalServerError {
            log.error(
                "request failed",
                metadata: [
                    "request_id": "\(context.requestID)", "path": "\(request.uri.path)", "error": "\(error)",
                ])
        }
        return failure
    }
}

extension HTTPField.Name {
    static let requestID = HTTPField.Name("X-Request-Id")!
    static let apiKey = HTTPField.Name("X-API-Key")!
    static let idempotencyKey = HTTPField.Name("Idempotency-Key")!
    static let xIdempotencyKey = HTTPField.Name("X-Idempotency-Key")!
    static let idempotentReplayed = HTTPField.Name("Idempotent-Replayed")!
}
