/// Finds values by their paths in as many steps as a path has, however many members an object has: the work for a text
/// must not be its tags times the members of its data.
///
/// Not Sendable: what has been asked for is kept for the next tag that asks.
final class TemplateLookup {
    private let value: TemplateValue
    /// For names that the value has not.
    private let common: TemplateLookup?
    private var members: [String: TemplateLookup]?
    private var elements: [TemplateLookup]?

    init(_ value: TemplateValue, common: TemplateLookup? = nil) {
        self.value = value
        self.common = common
    }

    /// The value at a dotted path, `order.items.0.name`; `nil` when there is none.
    func value(at path: [String]) -> TemplateValue? {
        var current = self
        for step in path {
            guard let next = current.child(step) else { return nil }
            current = next
        }
        return current.value
    }

    private func child(_ step: String) -> TemplateLookup? {
        switch value {
        case .object(let own): member(step, of: own) ?? common?.child(step)
        case .list(let values): element(step, of: values)
        case .null, .bool, .number, .text: nil
        }
    }

    private func member(_ name: String, of own: [TemplateValue.Member]) -> TemplateLookup? {
        if let members { return members[name] }
        var table: [String: TemplateLookup] = [:]
        table.reserveCapacity(own.count)
        // A repeated name: the last one counts, as in every JSON parser callers know.
        for member in own { table[member.name] = TemplateLookup(member.value) }
        members = table
        return table[name]
    }

    private func element(_ step: String, of values: [TemplateValue]) -> TemplateLookup? {
        guard let index = Int(step), values.indices.contains(index) else { return nil }
        if let elements { return elements[index] }
        let all = values.map { TemplateLookup($0) }
        elements = all
        return all[index]
    }
}
