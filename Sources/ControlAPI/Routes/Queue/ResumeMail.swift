import Hummingbird
import Mail
import Service

/// `POST /v1/queue/resume`: ends one suspension (`hold`), or all of a scope. Answers with those that it ended.
struct ResumeMail {
    let readiness: Readiness

    @Sendable func handle(_ request: Request, _ context: ControlContext) async throws -> Response {
        let (caller, queue) = try QueueRoute.operate(context, readiness)
        var reader = JSONReader(try await IncomingBody.object(request))
        let hold = reader.text("hold")
        let scope = QueueBody.scope(&reader)
        try reader.acceptedWhole()
        let ended: [HoldReport]
        switch (hold, scope) {
        case (let hold?, nil): ended = [try await queue.resume(hold: hold, by: caller)]
        case (nil, let scope?): ended = try await queue.resume(scope, by: caller)
        case (nil, nil), (.some, .some):
            throw APIFailure.wrongTypes([
                .init(field: "scope", value: "", message: "Name either a scope or a hold.")
            ])
        }
        return Answer.data(.object(["resumed": .array(ended.map(QueueJSON.hold))]))
    }
}
