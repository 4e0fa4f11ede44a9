import HTTPTypes
import Hummingbird
import Service

/// An answer that is not a success: the contract's error object and its status.
///
/// Thrown anywhere below `AnswerMiddleware`, which prints it with the request's identifier.
struct APIFailure: Error {
    struct Detail: Hashable {
        var code: String
        var field: String
        var value: String
        var message: String

        init(code: String, field: String, value: String, message: String) {
            self.code = code
            self.field = field
            self.value = value
            self.message = message
        }

        init(_ detail: ServiceFailure.Detail) {
            self.init(code: detail.code.rawValue, field: detail.field, value: detail.value, message: detail.message)
        }

        var shown: JSONValue {
            .object([
                "code": .string(code), "field": .string(field), "value": .string(value), "message": .string(message),
            ])
        }
    }

    var status: HTTPResponse.Status
    /// The coarse class, e.g. `validation_error`.
    var type: String
    /// The stable word that programs compare, e.g. `invalid_to_address`.
    var code: String
    var message: String
    var details: [Detail] = []
    var headers: HTTPFields = [:]

    func body(requestID: String) -> JSONValue {
        .object([
            "error": .object([
                "type": .string(type), "code": .string(code), "message": .string(message),
                "details": .array(details.map(\.shown)), "request_id": .string(requestID),
            ])
        ])
    }
}

extension APIFailure {
    /// Before the journal is open nothing but health is answered.
    static let starting = APIFailure(
        status: .serviceUnavailable, type: "unavailable", code: "starting",
        message: "The engine is starting and reads its journal.", headers: [.retryAfter: "1"])

    static let draining = APIFailure(
        status: .serviceUnavailable, type: "unavailable", code: "draining",
        message: "The engine is finishing what is under way and takes nothing new.", headers: [.retryAfter: "5"])

    static let unauthenticated = APIFailure(
        ServiceFailure(.unauthenticated, "Send your API key as 'Authorization: Bearer mt_...' or 'X-API-Key: mt_...'."))

    /// RFC 9110 §15.5.6.
    static func methodNotAllowed(_ method: HTTPRequest.Method, allow: [HTTPRequest.Method]) -> APIFailure {
        let allowed = allow.map(\.rawValue).sorted().joined(separator: ", ")
        return APIFailure(
            status: .methodNotAllowed, type: "invalid_request", code: "method_not_allowed",
            message: "\(method.rawValue) is not possible here; \(allowed) is.", headers: [.allow: allowed])
    }

    static func noSuchRoute(_ path: String) -> APIFailure {
        APIFailure(
            status: .notFound, type: "not_found", code: "not_found",
            message: "There is no route \(path.prefix(200)). GET /openapi.json and the README list what there is.")
    }

    static func badJSON(_ failure: JSONFailure) -> APIFailure {
        let place = "byte \(failure.offset)"
        return APIFailure(
            status: .badRequest, type: "invalid_request", code: "invalid_json",
            message: "The body is not valid JSON: \(failure.reason.rawValue) at \(place).",
            details: [.init(code: "invalid_json", field: "body", value: place, message: failure.reason.rawValue)])
    }

    static let notAnObject = APIFailure(
        status: .badRequest, type: "invalid_request", code: "invalid_json", message: "The body must be a JSON object.",
        details: [.init(code: "invalid_json", field: "body", value: "", message: "not an object")])

    static func bodyTooLarge(limit: Int) -> APIFailure {
        APIFailure(
            status: .contentTooLarge, type: "payload_too_large", code: "payload_too_large",
            message: "The body is larger than \(limit) bytes.")
    }

    /// Members of the wrong type.
    static func wrongTypes(_ problems: [JSONReader.Problem]) -> APIFailure {
        APIFailure(
            status: .unprocessableContent, type: "validation_error", code: "invalid_parameter",
            message: problems[0].message,
            details: problems.map {
                .init(code: "invalid_parameter", field: $0.field, value: $0.value, message: $0.message)
            })
    }

    static func badQuery(_ name: String, _ value: String, _ message: String) -> APIFailure {
        APIFailure(
            status: .unprocessableContent, type: "validation_error", code: "invalid_parameter",
            message: "\(name) \(message).",
            details: [.init(code: "invalid_parameter", field: name, value: String(value.prefix(256)), message: message)]
        )
    }

    /// Whatever was thrown, as an answer. An error that is not ours becomes `internal_error`; its words go to no client.
    init(_ error: any Error) {
        switch error {
        case let failure as APIFailure: self = failure
        case let failure as ServiceFailure: self.init(failure)
        case let failure as HTTPError where failure.status.kind == .clientError:
            self.init(
                status: failure.status, type: "invalid_request", code: "invalid_request",
                message: failure.body ?? failure.status.reasonPhrase)
        default:
            self.init(ServiceFailure(.internalError, "Something went wrong; the log has it under this request_id."))
        }
    }

    init(_ failure: ServiceFailure) {
        let (status, type): (HTTPResponse.Status, String) =
            switch failure.kind {
            case .invalid: (.unprocessableContent, "validation_error")
            case .unauthenticated: (.unauthorized, "authentication_error")
            case .forbidden: (.forbidden, "permission_error")
            case .notFound: (.notFound, "not_found")
            case .conflict: (.conflict, "conflict")
            case .tooLarge: (.contentTooLarge, "payload_too_large")
            case .limited: (.tooManyRequests, "rate_limit_error")
            case .unavailable: (.serviceUnavailable, "unavailable")
            case .internalError: (.internalServerError, "internal_error")
            }
        var headers: HTTPFields = [:]
        // RFC 9110 §11.6.1: a 401 names a scheme.
        if failure.kind == .unauthenticated { headers[.wwwAuthenticate] = "Bearer realm=\"martlet\"" }
        if let after = failure.retryAfter { headers[.retryAfter] = String(max(1, after.components.seconds)) }
        self.init(
            status: status, type: type, code: failure.code.rawValue, message: failure.message,
            details: failure.details.map(Detail.init), headers: headers)
    }
}
