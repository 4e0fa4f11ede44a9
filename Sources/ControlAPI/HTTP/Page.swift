import Hummingbird

/// One page of a list that is short enough to be read whole: domains, keys, credentials.
enum Page {
    static func answer<T>(_ all: [T], of request: Request, _ shown: (T) -> JSONValue) throws -> Response {
        let query = Query(request: request)
        let limit = try query.number("limit", default: 50, in: 1...100)
        let offset = try query.number("offset", default: 0, in: 0...1_000_000)
        let page = all.dropFirst(offset).prefix(limit)
        return Answer.list(page.map(shown), total: all.count, limit: limit, offset: offset)
    }
}
