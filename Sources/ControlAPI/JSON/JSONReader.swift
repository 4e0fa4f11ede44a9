/// Reads the members of one object that a request sent, field by field.
///
/// It notes every member of the wrong type with its path, so that one answer names all that is wrong, and knows which
/// members nobody asked for: those become the `warnings` of the answer.
struct JSONReader {
    struct Problem: Hashable {
        var field: String
        var value: String
        var message: String
    }

    /// The most problems, and the most unknown members, that an answer names.
    private static let limit = 100

    private let object: JSONObject
    private let path: String
    /// Which members an accessor has asked for, by their place.
    private var asked: [Bool]
    private(set) var problems: [Problem] = []
    /// Paths of members that no accessor asked for, of this object and of the ones read below it.
    private(set) var unknown: [String] = []

    init(_ object: JSONObject, path: String = "") {
        self.object = object
        self.path = path
        asked = Array(repeating: false, count: object.members.count)
    }

    /// Whether the member stands there, be it `null`.
    func has(_ name: String) -> Bool { object[name] != nil }

    mutating func text(_ name: String) -> String? {
        guard let value = take(name) else { return nil }
        guard case .string(let text) = value else { return wrong(name, value, "must be a string") }
        return text
    }

    mutating func flag(_ name: String) -> Bool? {
        guard let value = take(name) else { return nil }
        guard case .bool(let flag) = value else { return wrong(name, value, "must be true or false") }
        return flag
    }

    mutating func integer(_ name: String) -> Int? {
        guard let value = take(name) else { return nil }
        guard case .number(let text) = value, let number = Int(text) else {
            return wrong(name, value, "must be a whole number")
        }
        return number
    }

    /// A string, or an array of strings.
    mutating func texts(_ name: String) -> [String]? {
        guard let value = take(name) else { return nil }
        if case .string(let text) = value { return [text] }
        guard case .array(let items) = value else {
            return wrong(name, value, "must be a string or an array of strings")
        }
        var texts: [String] = []
        for (index, item) in items.enumerated() {
            guard case .string(let text) = item else {
                _ = wrong("\(name)[\(index)]", item, "must be a string") as String?
                continue
            }
            texts.append(text)
        }
        return texts
    }

    /// An object whose members are scalars, as pairs of text in the order they were written.
    mutating func pairs(_ name: String) -> [(key: String, value: String)]? {
        guard let value = take(name) else { return nil }
        guard case .object(let object) = value else { return wrong(name, value, "must be an object") }
        var pairs: [(key: String, value: String)] = []
        for member in object.members {
            switch member.value {
            case .string(let text), .number(let text): pairs.append((member.name, text))
            case .bool(let flag): pairs.append((member.name, flag ? "true" : "false"))
            case .null: pairs.append((member.name, ""))
            case .array, .object:
                _ = wrong("\(name).\(member.name)", member.value, "must be a string, a number or a boolean") as String?
            }
        }
        return pairs
    }

    mutating func object(_ name: String) -> JSONObject? {
        guard let value = take(name) else { return nil }
        guard case .object(let object) = value else { return wrong(name, value, "must be an object") }
        return object
    }

    mutating func objects(_ name: String) -> [JSONObject]? {
        guard let value = take(name) else { return nil }
        guard case .array(let items) = value else { return wrong(name, value, "must be an array of objects") }
        var objects: [JSONObject] = []
        for (index, item) in items.enumerated() {
            guard case .object(let object) = item else {
                _ = wrong("\(name)[\(index)]", item, "must be an object") as String?
                continue
            }
            objects.append(object)
        }
        return objects
    }

    /// An array of whatever, to be judged one by one.
    mutating func values(_ name: String) -> [JSONValue]? {
        guard let value = take(name) else { return nil }
        guard case .array(let values) = value else { return wrong(name, value, "must be an array") }
        return values
    }

    /// The member has the right type and a wrong value.
    mutating func refuse(_ name: String, _ value: JSONValue, _ message: String) {
        guard problems.count < Self.limit else { return }
        problems.append(
            Problem(field: dotted(name), value: Self.shown(value), message: "\(dotted(name)) \(message)"))
    }

    /// Takes over the unknown members of a nested object whose problems are its own.
    mutating func absorbUnknown(_ nested: JSONReader) {
        unknown += nested.unknown.prefix(Self.limit - unknown.count)
    }

    /// Takes over what a reader of a nested object found.
    mutating func absorb(_ nested: consuming JSONReader) {
        nested.finish()
        problems += nested.problems.prefix(Self.limit - problems.count)
        unknown += nested.unknown.prefix(Self.limit - unknown.count)
    }

    func nested(_ object: JSONObject, _ name: String) -> JSONReader { JSONReader(object, path: dotted(name)) }

    /// Call when every member that means something has been asked for.
    mutating func finish() {
        for place in asked.indices where !asked[place] {
            guard unknown.count < Self.limit else { return }
            unknown.append(dotted(object.members[place].name))
        }
    }

    private mutating func take(_ name: String) -> JSONValue? {
        guard let place = object.place(of: name) else { return nil }
        asked[place] = true
        let value = object.members[place].value
        if case .null = value { return nil }
        return value
    }

    private func dotted(_ name: String) -> String { path.isEmpty ? name : "\(path).\(name)" }

    private mutating func wrong<T>(_ name: String, _ value: JSONValue, _ message: String) -> T? {
        guard problems.count < Self.limit else { return nil }
        problems.append(
            Problem(
                field: dotted(name), value: Self.shown(value), message: "\(dotted(name)) \(message), not \(value.kind)")
        )
        return nil
    }

    /// The offending value, shortened: an error must not send 25 MB back.
    private static func shown(_ value: JSONValue) -> String {
        String(decoding: JSONWriter.bytes(of: value).prefix(100), as: UTF8.self)
    }
}
