import Mail
import Service

/// How the outcome of a batch looks in the API.
enum BatchJSON {
    static func shown(_ items: [BatchItem]) -> JSONValue {
        var errors = 0
        var messages: [JSONValue] = []
        messages.reserveCapacity(items.count)
        for (index, item) in items.enumerated() {
            switch item.outcome {
            case .success(let accepted):
                messages.append(
                    .object([
                        "index": .integer(index), "status": .string(accepted.status.rawValue), "id": .id(accepted.id),
                        "to": MessageJSON.recipients(item.to),
                    ]))
            case .failure(let failure):
                errors += 1
                messages.append(
                    .object([
                        "index": .integer(index), "status": .string("failed"), "to": MessageJSON.recipients(item.to),
                        "error": error(failure),
                    ]))
            }
        }
        return .object([
            "total": .integer(items.count), "queued": .integer(items.count - errors), "errors": .integer(errors),
            "messages": .array(messages),
        ])
    }

    /// The first thing that is wrong; `details` where there is more than one.
    private static func error(_ failure: ServiceFailure) -> JSONValue {
        var object: JSONObject = [
            "code": .string(failure.code.rawValue), "message": .string(failure.message),
            "field": .string(failure.details.first?.field ?? ""),
        ]
        if failure.details.count > 1 {
            object.append("details", .array(failure.details.map { APIFailure.Detail($0).shown }))
        }
        return .object(object)
    }
}
