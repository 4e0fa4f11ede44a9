import Hummingbird

/// `GET /healthz` and `GET /readyz`: for orchestrators, without a key.
struct Health {
    let readiness: Readiness

    /// The process lives and answers.
    @Sendable func alive(_ request: Request, _ context: ControlContext) async throws -> Response {
        Answer.json(.object(["status": .string("ok")]))
    }

    /// 200 while new mail would be taken, else 503 with every reason.
    @Sendable func ready(_ request: Request, _ context: ControlContext) async throws -> Response {
        let complaints = readiness.complaints
        guard complaints.isEmpty else {
            return Answer.json(
                .object(["status": .string("unavailable"), "reasons": .array(complaints.map { .string($0) })]),
                status: .serviceUnavailable, headers: [.retryAfter: "1"])
        }
        return Answer.json(.object(["status": .string("ready")]))
    }
}
