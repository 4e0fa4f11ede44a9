import Service

/// Reads the body of `POST /v1/messages/batch`: `messages`, or the members of a send and `recipient_variables`.
enum BatchBody {
    static func read(
        _ object: JSONObject, clientAddress: String
    ) throws -> (request: BatchRequest, unknown: [String]) {
        var reader = JSONReader(object)
        let form: BatchRequest.Form
        switch (reader.values("messages"), reader.object("recipient_variables")) {
        case (let messages?, nil): form = readMessages(messages, &reader, clientAddress)
        case (nil, let variables?): form = readMerge(variables, &reader, clientAddress)
        case (.some, .some):
            reader.refuse(
                "recipient_variables", .string(""), "must not stand beside messages: a batch is one or the other")
            form = .messages([])
        case (nil, nil):
            if !reader.has("messages"), !reader.has("recipient_variables") {
                reader.refuse("messages", .null, "or recipient_variables is required")
            }
            form = .messages([])
        }
        _ = reader.text("idempotency_key")
        let unknown = try reader.accepted()
        return (BatchRequest(form), unknown)
    }

    /// What is wrong with one of them is that one's failure and nobody else's.
    private static func readMessages(
        _ values: [JSONValue], _ reader: inout JSONReader, _ clientAddress: String
    ) -> BatchRequest.Form {
        // More than any batch has are counted and not read.
        guard values.count <= BatchRequest.limit else {
            return .messages(Array(repeating: .success(SendRequest()), count: values.count))
        }
        var messages: [Result<SendRequest, ServiceFailure>] = []
        messages.reserveCapacity(values.count)
        for (index, value) in values.enumerated() {
            guard case .object(let object) = value else {
                messages.append(
                    .failure(
                        ServiceFailure(details: [
                            .init(
                                .invalidParameter, field: "messages[\(index)]",
                                message: "messages[\(index)] must be an object, not \(value.kind)")
                        ])))
                continue
            }
            var nested = reader.nested(object, "messages[\(index)]")
            var request = SendBody.read(&nested)
            nested.finish()
            reader.absorbUnknown(nested)
            guard nested.problems.isEmpty else {
                messages.append(.failure(failure(nested.problems)))
                continue
            }
            request.clientAddress = clientAddress
            messages.append(.success(request))
        }
        return .messages(messages)
    }

    private static func failure(_ problems: [JSONReader.Problem]) -> ServiceFailure {
        ServiceFailure(
            details: problems.map {
                .init(.invalidParameter, field: $0.field, value: $0.value, message: $0.message)
            })
    }

    private static func readMerge(
        _ variables: JSONObject, _ reader: inout JSONReader, _ clientAddress: String
    ) -> BatchRequest.Form {
        var request = SendBody.read(&reader)
        request.clientAddress = clientAddress
        // Who is written to stands in the variables; somebody who stands only in `to` would wait in vain.
        if !request.to.isEmpty {
            let known = Set(variables.members.map(\.name))
            for (index, address) in request.to.enumerated() where !known.contains(address) {
                reader.refuse("to[\(index)]", .string(address), "has no variables: the recipients are the names there")
            }
        }
        var recipients: [MergeRecipient] = []
        recipients.reserveCapacity(variables.members.count)
        for member in variables.members {
            guard case .object(let object) = member.value else {
                reader.refuse(
                    "recipient_variables.\(member.name.prefix(64))", member.value,
                    "must be an object, not \(member.value.kind)")
                continue
            }
            recipients.append(MergeRecipient(address: member.name, variables: TemplateValue(.object(object))))
        }
        return .merge(request, recipients: recipients)
    }
}
