import Hummingbird
import Mail
import Service

/// `GET /v1/messages`: newest first, by `limit` and `offset`, or by `cursor` for pages far back.
struct ListMessages {
    let readiness: Readiness

    @Sendable func handle(_ request: Request, _ context: ControlContext) async throws -> Response {
        let caller = try context.authenticated()
        let query = Query(request: request)
        var filter = MessageFilter(
            to: query.text("to"), since: try query.time("since"), until: try query.time("until"),
            limit: try query.number("limit", default: 50, in: 1...100),
            offset: try query.number("offset", default: 0, in: 0...1_000_000))
        if let text = query.text("status") {
            guard let status = MessageStatus(rawValue: text) else {
                let known = MessageStatus.allCases.map(\.rawValue).joined(separator: ", ")
                throw APIFailure.badQuery("status", text, "must be one of \(known)")
            }
            filter.status = status
        }
        if let text = query.text("cursor") {
            guard let before = UUIDv7(text) else {
                throw APIFailure.badQuery("cursor", text, "is not a cursor of this list")
            }
            filter.before = before
        }
        let page = try await readiness.require().messages.list(filter, by: caller)
        let cursor = page.messages.count == filter.limit ? page.messages.last?.id.description : nil
        return Answer.list(
            page.messages.map(MessageJSON.row), total: page.total, limit: filter.limit, offset: filter.offset,
            cursor: cursor)
    }
}
