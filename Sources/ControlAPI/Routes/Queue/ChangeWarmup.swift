import Hummingbird
import Mail
import Service

/// `POST /v1/warmup/{source}/hold`, `.../resume` and `.../stage`, of one `group` or of all. The body of the first two
/// may be left out.
struct ChangeWarmup {
    let readiness: Readiness

    @Sendable func hold(_ request: Request, _ context: ControlContext) async throws -> Response {
        try await change(request, context) { .hold(kind: $0.text("hold")) }
    }

    @Sendable func resume(_ request: Request, _ context: ControlContext) async throws -> Response {
        try await change(request, context) { _ in .resume }
    }

    @Sendable func stage(_ request: Request, _ context: ControlContext) async throws -> Response {
        try await change(request, context) { reader in reader.integer("stage").map { .stage($0) } }
    }

    private func change(
        _ request: Request, _ context: ControlContext, _ read: (inout JSONReader) -> WarmupVerb?
    ) async throws -> Response {
        let (caller, queue) = try QueueRoute.operate(context, readiness)
        let source = try QueueRoute.name("source", context, "source")
        let body = try await IncomingBody.bytes(request)
        var reader = JSONReader(body.isEmpty ? [:] : try IncomingBody.object(body))
        let group = reader.text("group")
        let verb = read(&reader)
        try reader.acceptedWhole()
        guard let verb else {
            throw APIFailure.wrongTypes([
                .init(field: "stage", value: "", message: "Name the stage to go to, from 1.")
            ])
        }
        let changed = try await queue.change(warmup: source, group: group, verb, by: caller)
        return Answer.data(.array(changed.map(WarmupJSON.shown)))
    }
}
