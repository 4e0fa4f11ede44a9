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
