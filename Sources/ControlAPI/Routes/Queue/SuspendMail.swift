import Hummingbird
import Mail
import Service

/// `POST /v1/queue/suspend`: nothing that the scope covers leaves until it is resumed or the time has come.
struct SuspendMail {
    let readiness: Readiness

    @Sendable func handle(_ request: Request, _ context: ControlContext) async throws -> Response {
        let (caller, queue) = try QueueRoute.operate(context, readiness)
        var reader = JSONReader(try await IncomingBody.object(request))
        var wanted = SuspendRequest()
        wanted.scope = QueueBody.scope(&reader)
        wanted.lasting = reader.text("for")
        wanted.until = reader.text("until")
        wanted.reason = reader.text("reason")
        try reader.acceptedWhole()
        return Answer.data(QueueJSON.hold(try await queue.suspend(wanted, by: caller)), status: .created)
    }
}
