import HTTPTypes
import Hummingbird
import Mail

/// The answers of the API: always JSON, always with a body.
enum Answer {
    static func json(_ value: JSONValue, status: HTTPResponse.Status = .ok, headers: HTTPFields = [:]) -> Response {
        bytes(JSONWriter.bytes(of: value), type: "application/json", status: status, headers: headers)
    }

    /// `{"data": ...}`, with `warnings` when members of the request meant nothing.
    static func data(
        _ value: JSONValue, warnings unknown: [String] = [], status: HTTPResponse.Status = .ok,
        headers: HTTPFields = [:]
    ) -> Response {
        bytes(dataBytes(value, warnings: unknown), type: "application/json", status: status, headers: headers)
    }

    /// An answer as idempotency keeps it: the same bytes again, whenever the same key comes.
    struct Stored: Hashable, Sendable {
        var status: Int
        var body: [UInt8]
        /// `false`: a part of it may go well when it is asked for again, so nothing is kept.
        var isFinal = true
    }

    static func dataBytes(_ value: JSONValue, warnings unknown: [String] = []) -> [UInt8] {
        var object: JSONObject = ["data": value]
        if !unknown.isEmpty { object.append("warnings", .array(unknown.map(warning))) }
        return JSONWriter.bytes(of: .object(object))
    }

    static func list(_ values: [JSONValue], total: Int, limit: Int, offset: Int, cursor: String? = nil) -> Response {
        var meta: JSONObject = [
            "count": .integer(values.count), "total": .integer(total), "limit": .integer(limit),
            "offset": .integer(offset),
            "has_more": .bool(offset + values.count < total),
        ]
        if let cursor { meta.append("next_cursor", .string(cursor)) }
        return json(.object(["data": .array(values), "meta": .object(meta)]))
    }

    static func bytes(
        _ bytes: [UInt8], type: String, status: HTTPResponse.Status = .ok, headers: HTTPFields = [:]
    ) -> Response {
        var headers = headers
        headers[.contentType] = type
        return Response(status: status, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
    }

    private static func warning(_ field: String) -> JSONValue {
        .object([
            "code": .string("unknown_field"), "field": .string(field),
            "message": .string("'\(field)' is not a field of this request and was ignored."),
        ])
    }
}

extension JSONValue {
    /// ISO 8601 UTC with seconds and `Z`.
    static func time(_ time: WallTime?) -> JSONValue { time.map { .string($0.rfc3339) } ?? .null }
    static func id(_ id: UUIDv7) -> JSONValue { .string(id.description) }
}
