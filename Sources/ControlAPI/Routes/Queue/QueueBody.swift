import Hummingbird
import Service

/// Reads the requests of operators. The body may not hold more than it should.
enum QueueBody {
    /// `{"selector": {...}}` with `more` beside it.
    static func target<Rest>(
        _ request: Request, _ more: (inout JSONReader) -> Rest
    ) async throws -> (target: QueueTarget, rest: Rest) {
        var reader = JSONReader(try await IncomingBody.object(request))
        var target = QueueTarget()
        if let object = reader.object("selector") {
            var nested = reader.nested(object, "selector")
            target.site = nested.text("site")
            target.destination = nested.text("destination")
            target.tenant = nested.text("tenant")
            target.campaign = nested.text("campaign")
            target.stream = nested.text("stream")
            target.message = nested.text("message")
            target.pool = nested.text("pool")
            target.everything = nested.flag("everything") ?? false
            reader.absorb(nested)
        }
        let rest = more(&reader)
        try reader.acceptedWhole()
        return (target, rest)
    }

    /// `scope` of a suspension; `nil` when it is not there.
    static func scope(_ reader: inout JSONReader) -> HoldTarget? {
        guard let object = reader.object("scope") else { return nil }
        var nested = reader.nested(object, "scope")
        var target = HoldTarget()
        target.site = nested.text("site")
        target.source = nested.text("source")
        target.tenant = nested.text("tenant")
        target.campaign = nested.text("campaign")
        reader.absorb(nested)
        return target
    }
}
