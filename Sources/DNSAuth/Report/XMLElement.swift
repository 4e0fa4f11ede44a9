import Mail

/// A small piece of a report as a tree: the metadata, or one record.
struct XMLElement {
    let name: String
    private(set) var text = ""
    private(set) var children: [XMLElement] = []
    /// The text ended before the element did.
    private(set) var isCutOff = false

    init(name: String) { self.name = name }

    /// Reads up to the end of the element that the reader has just begun. Recursion ends at the reader's depth limit.
    static func read(
        _ name: String, from reader: inout XMLReader, limits: ReportLimits
    ) throws(ReportFailure) -> XMLElement {
        var budget = limits.recordElements
        return try read(name, from: &reader, limits: limits, budget: &budget)
    }

    private static func read(
        _ name: String, from reader: inout XMLReader, limits: ReportLimits, budget: inout Int
    ) throws(ReportFailure) -> XMLElement {
        budget -= 1
        guard budget > 0 else { throw .tooManyElements(limit: limits.recordElements) }
        var element = XMLElement(name: name)
        while true {
            switch try reader.next() {
            case .start(let child):
                element.children.append(try read(child, from: &reader, limits: limits, budget: &budget))
            case .text(let piece):
                if element.text.utf8.count < limits.text { element.text += piece }
            case .other: break
            case .end: return element
            case .finished:
                element.isCutOff = true
                return element
            }
        }
    }

    subscript(name: String) -> XMLElement? { children.first { $0.name == name } }

    func all(_ name: String) -> [XMLElement] { children.filter { $0.name == name } }

    /// The text without blanks at both ends and without controls.
    var value: String {
        var scalars = Substring(text).unicodeScalars
        while let first = scalars.first, first.properties.isWhitespace { scalars.removeFirst() }
        while let last = scalars.last, last.properties.isWhitespace { scalars.removeLast() }
        guard scalars.contains(where: { $0.value < 0x20 || (0x7F..<0xA0).contains($0.value) }) else {
            return String(scalars)
        }
        return String(
            String.UnicodeScalarView(scalars.map { $0.value < 0x20 || (0x7F..<0xA0).contains($0.value) ? " " : $0 }))
    }

    /// The value of a child; `nil` when it is missing or empty.
    func value(_ name: String) -> String? {
        guard let value = self[name]?.value, !value.isEmpty else { return nil }
        return value
    }
}
