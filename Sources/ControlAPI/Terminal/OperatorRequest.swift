/// What the operators' commands ask of the running server.
package struct OperatorRequest: Hashable, Sendable {
    package enum Method: String, Hashable, Sendable {
        case get = "GET"
        case post = "POST"
    }

    package var method: Method
    /// With the query, percent-encoded.
    package var path: String
    /// JSON; empty for `GET`.
    package var body: [UInt8] = []

    package static let summary = OperatorRequest(method: .get, path: "/v1/queue")
    package static let holds = OperatorRequest(method: .get, path: "/v1/queue/holds")
    package static let warmups = OperatorRequest(method: .get, path: "/v1/warmup")

    package static func sites(limit: Int) -> Self { Self(method: .get, path: "/v1/queue/sites?limit=\(limit)") }
    package static func site(_ name: String) -> Self { Self(method: .get, path: "/v1/queue/sites/\(encoded(name))") }
    package static func explain(_ id: String) -> Self {
        Self(method: .get, path: "/v1/messages/\(encoded(id))/explain")
    }

    /// - Parameter fields: of the scope, in their order; `nil` is left out.
    package static func suspend(
        _ fields: [(name: String, value: String?)], lasting: String?, until: String?, reason: String?
    ) -> Self {
        var body: JSONObject = ["scope": object(fields)]
        append([("for", lasting), ("until", until), ("reason", reason)], to: &body)
        return post("/v1/queue/suspend", body)
    }

    package static func resume(_ fields: [(name: String, value: String?)]) -> Self {
        post("/v1/queue/resume", ["scope": object(fields)])
    }

    package static func resume(hold id: String) -> Self { post("/v1/queue/resume", ["hold": .string(id)]) }

    /// - Parameters:
    ///   - name: `flush`, `cancel`, `bounce` or `reroute`.
    ///   - fields: of the selector; `nil` is left out.
    package static func verb(
        _ name: String, _ fields: [(name: String, value: String?)], everything: Bool, reason: String? = nil,
        pool: String?? = nil, andLater: Bool = false
    ) -> Self {
        var selector = JSONObject()
        append(fields, to: &selector)
        if everything { selector.append("everything", .bool(true)) }
        var body: JSONObject = ["selector": .object(selector)]
        append([("reason", reason)], to: &body)
        if let pool { body.append("pool", .text(pool)) }
        if andLater { body.append("and_later", .bool(true)) }
        return post("/v1/queue/\(name)", body)
    }

    /// - Parameter verb: `hold`, `resume` or `stage`.
    package static func warmup(
        _ source: String, _ verb: String, group: String?, stage: Int? = nil, hold: String? = nil
    ) -> Self {
        var body = JSONObject()
        append([("group", group), ("hold", hold)], to: &body)
        if let stage { body.append("stage", .integer(stage)) }
        return post("/v1/warmup/\(encoded(source))/\(verb)", body)
    }

    private static func post(_ path: String, _ body: JSONObject) -> Self {
        Self(method: .post, path: path, body: JSONWriter.bytes(of: .object(body)))
    }

    private static func object(_ fields: [(name: String, value: String?)]) -> JSONValue {
        var object = JSONObject()
        append(fields, to: &object)
        return .object(object)
    }

    private static func append(_ fields: [(name: String, value: String?)], to object: inout JSONObject) {
        for field in fields {
            if let value = field.value { object.append(field.name, .string(value)) }
        }
    }

    /// RFC 3986 §2.3: everything but the unreserved characters, so that a name stays one segment whatever is in it.
    static func encoded(_ name: String) -> String {
        let hex = Array("0123456789ABCDEF".utf8)
        var bytes: [UInt8] = []
        for byte in name.utf8 {
            switch byte {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                bytes.append(byte)
            default: bytes += [UInt8(ascii: "%"), hex[Int(byte >> 4)], hex[Int(byte & 15)]]
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
