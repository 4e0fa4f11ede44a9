/// A JSON value (RFC 8259) whose objects keep the order of their members: in a batch the first address is index 0.
enum JSONValue: Hashable, Sendable {
    case null
    case bool(Bool)
    /// The number as it was written, so that nothing is rounded on the way through.
    case number(String)
    case string(String)
    case array([JSONValue])
    case object(JSONObject)

    /// What the value is, for error messages.
    var kind: String {
        switch self {
        case .null: "null"
        case .bool: "a boolean"
        case .number: "a number"
        case .string: "a string"
        case .array: "an array"
        case .object: "an object"
        }
    }

    static func integer(_ value: some BinaryInteger) -> JSONValue { .number(String(value)) }
    static func text(_ value: String?) -> JSONValue { value.map { .string($0) } ?? .null }
}

/// Members in the order they were written; names are unique.
struct JSONObject: Hashable, Sendable, ExpressibleByDictionaryLiteral {
    struct Member: Hashable, Sendable {
        var name: String
        var value: JSONValue
    }

    var members: [Member]

    init(members: [Member] = []) { self.members = members }

    init(dictionaryLiteral elements: (String, JSONValue)...) {
        members = elements.map { Member(name: $0, value: $1) }
    }

    subscript(name: String) -> JSONValue? { place(of: name).map { members[$0].value } }

    func place(of name: String) -> Int? {
        for index in members.indices where members[index].name == name { return index }
        return nil
    }

    mutating func append(_ name: String, _ value: JSONValue) { members.append(Member(name: name, value: value)) }
}
