/// What template data is made of: a JSON value that keeps the order of its members and the text of its numbers.
package enum TemplateValue: Hashable, Sendable {
    case null
    case bool(Bool)
    /// As it was written: `49.90` stays `49.90`.
    case number(String)
    case text(String)
    case list([TemplateValue])
    case object([Member])

    package struct Member: Hashable, Sendable {
        package var name: String
        package var value: TemplateValue
        package init(_ name: String, _ value: TemplateValue) {
            self.name = name
            self.value = value
        }
    }

    /// The value at a dotted path, `order.items.0.name`; `nil` when there is none.
    package func value(at path: [String]) -> TemplateValue? {
        var current = self
        for step in path {
            switch current {
            case .object(let members):
                // A repeated name: the last one counts, as in every JSON parser callers know.
                guard let member = members.last(where: { $0.name == step }) else { return nil }
                current = member.value
            case .list(let values):
                guard let index = Int(step), values.indices.contains(index) else { return nil }
                current = values[index]
            case .null, .bool, .number, .text:
                return nil
            }
        }
        return current
    }

    /// How it is shown when filled in. `nil` for what has no text: null, lists, objects.
    package var shown: String? {
        switch self {
        case .text(let text): text
        case .number(let digits): digits
        case .bool(let value): value ? "true" : "false"
        case .null, .list, .object: nil
        }
    }
}
