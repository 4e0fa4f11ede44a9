import Hummingbird
import Mail
import Service

/// What every operator's route begins with.
enum QueueRoute {
    /// Before anything of the body is read.
    static func operate(
        _ context: ControlContext, _ readiness: Readiness
    ) throws -> (caller: Caller, queue: QueueService) {
        let caller = try context.authenticated()
        try caller.require(.operate)
        return (caller, try queue(readiness))
    }

    static func queue(_ readiness: Readiness) throws -> QueueService {
        guard let queue = try readiness.require().queue else {
            throw ServiceFailure(.storageUnavailable, "This engine has no queue of its own.")
        }
        return queue
    }

    /// A name in the path, percent-decoded: names of sites hold `:`, `@`, `,`, `;`, `#` and `+`. What cannot be decoded
    /// names nothing.
    static func name(_ parameter: String, _ context: ControlContext, _ noun: String) throws -> String {
        guard let text = context.parameters.get(parameter), let name = decoded(text), !name.isEmpty else {
            throw ServiceFailure.notFound(noun)
        }
        return name
    }

    /// RFC 3986 §2.1. A `+` is a `+`. `nil`: not percent-encoded UTF-8.
    static func decoded(_ text: String) -> String? {
        var bytes: [UInt8] = []
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard let high = rest.popFirst().flatMap(digit), let low = rest.popFirst().flatMap(digit) else {
                return nil
            }
            bytes.append(high << 4 | low)
        }
        return String(validating: bytes, as: UTF8.self)
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }

    /// What is configured is changed in the file, not here.
    static func configured(_ noun: String) -> APIFailure {
        var failure = APIFailure.methodNotAllowed(.put, allow: [.get])
        failure.message =
            "The \(noun) are configuration: change martlet.yaml and reload (SIGHUP). Only GET is possible here."
        return failure
    }
}

extension JSONReader {
    /// Ends the reading as `accepted` does, but refuses unknown members: in an operator's request a word that is
    /// overlooked makes the rest mean more than was meant.
    mutating func acceptedWhole() throws {
        let unknown = try accepted()
        guard unknown.isEmpty else { throw APIFailure.unknownFields(unknown) }
    }
}

extension APIFailure {
    static func unknownFields(_ fields: [String]) -> APIFailure {
        APIFailure(
            status: .unprocessableContent, type: "validation_error", code: "invalid_parameter",
            message: "'\(fields[0].prefix(200))' is not a field of this request; nothing was done.",
            details: fields.map {
                .init(
                    code: "unknown_field", field: String($0.prefix(200)), value: "",
                    message: "'\($0.prefix(200))' is not a field of this request.")
            })
    }
}
