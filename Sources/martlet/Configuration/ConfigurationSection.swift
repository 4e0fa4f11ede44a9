import Mail
import Yams

/// One mapping of the YAML file, read key by key.
///
/// Every accessor names the key it wants; what was never asked for is unknown, and `finish()` says so with its line. A
/// value of the wrong type is noted and the default is used, so that one reading finds every mistake.
final class ConfigurationSection {
    let path: String
    let line: Int
    private let notes: Notes
    private var values: [String: Node] = [:]
    private var lines: [String: Int] = [:]
    private var asked: Set<String> = []

    /// The problems found so far, shared by all sections of one file.
    final class Notes {
        var problems: [ConfigurationFailure.Problem] = []
    }

    init(_ node: Node?, path: String, notes: Notes) {
        self.path = path
        self.notes = notes
        line = node?.mark?.line ?? 0
        guard let node, !Self.isNull(node) else { return }
        guard case .mapping(let mapping) = node else {
            note(line, "", "expected a mapping of keys")
            return
        }
        for (key, value) in mapping {
            guard let name = key.string else {
                note(key.mark?.line ?? line, "", "a key must be text")
                continue
            }
            values[name] = value
            lines[name] = key.mark?.line ?? line
        }
    }

    // MARK: scalars

    func text(_ key: String, default value: String) -> String { optionalText(key) ?? value }

    func optionalText(_ key: String) -> String? {
        guard let node = take(key) else { return nil }
        guard case .scalar(let scalar) = node else { return wrong(key, node, "text") }
        return scalar.string
    }

    func flag(_ key: String, default value: Bool) -> Bool {
        guard let node = take(key) else { return value }
        return node.bool ?? wrong(key, node, "true or false") ?? value
    }

    /// A whole number within the range.
    func number(_ key: String, default value: Int, in range: ClosedRange<Int>) -> Int {
        guard let node = take(key) else { return value }
        guard let found = node.int else { return wrong(key, node, "a whole number") ?? value }
        guard range.contains(found) else {
            note(node.mark?.line, key, "\(found) is outside \(range.lowerBound)...\(range.upperBound)")
            return value
        }
        return found
    }

    func decimal(_ key: String, default value: Double, in range: ClosedRange<Double>) -> Double {
        guard let node = take(key) else { return value }
        guard let found = node.float ?? node.int.map(Double.init) else { return wrong(key, node, "a number") ?? value }
        guard range.contains(found) else {
            note(node.mark?.line, key, "\(found) is outside \(range.lowerBound)...\(range.upperBound)")
            return value
        }
        return found
    }

    /// `90s`, `5m`, `4h`, `5d`, `250ms`.
    func duration(_ key: String, default value: Duration, atLeast least: Duration = .zero) -> Duration {
        guard let node = take(key) else { return value }
        guard let text = node.string, let found = DurationText.parse(text) else {
            return wrong(key, node, "a duration such as 250ms, 90s, 5m, 4h or 5d") ?? value
        }
        guard found >= least else {
            note(node.mark?.line, key, "\(text) is less than \(least.components.seconds)s")
            return value
        }
        return found
    }

    /// Bytes: `512`, `64KiB`, `25MiB`, `1GiB`.
    func size(_ key: String, default value: Int) -> Int {
        guard let node = take(key) else { return value }
        guard let text = node.string, let found = ByteCountText.parse(text) else {
            return wrong(key, node, "a size in bytes such as 512, 64KiB, 25MiB or 1GiB") ?? value
        }
        return found
    }

    /// One of a few words.
    func choice<T>(_ key: String, default value: T, _ words: KeyValuePairs<String, T>) -> T {
        guard let node = take(key) else { return value }
        if let text = node.string, let found = words.first(where: { $0.key == text }) { return found.value }
        return wrong(key, node, "one of \(words.map(\.key).joined(separator: ", "))") ?? value
    }

    /// Whatever a parser makes of the text; `nil` from the parser is the wrong type.
    func parsed<T>(_ key: String, as expected: String, _ parse: (String) -> T?) -> T? {
        guard let node = take(key) else { return nil }
        guard let text = node.string, let found = parse(text) else { return wrong(key, node, expected) }
        return found
    }

    func parsedList<T>(_ key: String, as expected: String, _ parse: (String) -> T?) -> [T]? {
        guard let node = take(key) else { return nil }
        guard case .sequence(let sequence) = node else { return wrong(key, node, "a list of \(expected)") }
        return sequence.compactMap { item in
            guard let text = item.string, let found = parse(text) else { return wrong(key, item, expected) }
            return found
        }
    }

    /// One value, or a list of them.
    func parsedOneOrMore<T>(_ key: String, as expected: String, _ parse: (String) -> T?) -> [T] {
        if case .sequence? = values[key] { return parsedList(key, as: expected, parse) ?? [] }
        return parsed(key, as: expected, parse).map { [$0] } ?? []
    }

    // MARK: structure

    func section(_ key: String) -> ConfigurationSection {
        ConfigurationSection(take(key), path: dotted(key), notes: notes)
    }

    func sections(_ key: String) -> [ConfigurationSection] {
        guard let node = take(key) else { return [] }
        guard case .sequence(let sequence) = node else { return wrong(key, node, "a list") ?? [] }
        return sequence.enumerated().map { ConfigurationSection($1, path: "\(dotted(key))[\($0)]", notes: notes) }
    }

    enum Entry {
        case name(String)
        case section(ConfigurationSection)
    }

    /// A list whose entries are words, or mappings where there is more to say.
    func namesOrSections(_ key: String) -> [Entry] {
        guard let node = take(key) else { return [] }
        guard case .sequence(let sequence) = node else { return wrong(key, node, "a list") ?? [] }
        return sequence.enumerated().map { place, item in
            if case .scalar(let scalar) = item { return .name(scalar.string) }
            return .section(ConfigurationSection(item, path: "\(dotted(key))[\(place)]", notes: notes))
        }
    }

    /// The entries of a mapping whose keys are names that the user chose, in the file's order.
    func named(_ key: String) -> [(name: String, section: ConfigurationSection)] {
        guard let node = take(key) else { return [] }
        guard case .mapping(let mapping) = node else { return wrong(key, node, "a mapping of names") ?? [] }
        return mapping.compactMap { name, value in
            guard let text = name.string else { return nil }
            return (text, ConfigurationSection(value, path: "\(dotted(key)).\(text)", notes: notes))
        }
    }

    func has(_ key: String) -> Bool { values[key] != nil }

    /// All keys, in the file's order, for mappings whose keys the user chose among many.
    var keys: [String] { values.keys.sorted { (lines[$0] ?? 0, $0) < (lines[$1] ?? 0, $1) } }

    /// For keys that take a word or a mapping.
    func isMapping(_ key: String) -> Bool {
        if case .mapping? = values[key] { return true }
        return false
    }

    /// Call when every key that exists has been asked for.
    func finish() {
        for key in values.keys where !asked.contains(key) {
            let near = asked.min { Self.distance($0, key) < Self.distance($1, key) }
            let hint = near.flatMap { Self.distance($0, key) <= 2 ? "; did you mean '\($0)'?" : nil } ?? ""
            note(lines[key], key, "unknown key\(hint)")
        }
    }

    /// Notes a problem that only the caller can see, such as two keys that contradict each other.
    func problem(_ key: String, _ message: String) { note(lines[key] ?? line, key, message) }

    // MARK: inside

    private func take(_ key: String) -> Node? {
        asked.insert(key)
        guard let node = values[key], !Self.isNull(node) else { return nil }
        return node
    }

    private func dotted(_ key: String) -> String { path.isEmpty ? key : key.isEmpty ? path : "\(path).\(key)" }

    private func note(_ line: Int?, _ key: String, _ message: String) {
        notes.problems.append(.init(line: line ?? self.line, key: dotted(key), message: message))
    }

    private func wrong<T>(_ key: String, _ node: Node, _ expected: String) -> T? {
        note(node.mark?.line, key, "expected \(expected)")
        return nil
    }

    private static func isNull(_ node: Node) -> Bool { node.null != nil }

    /// Levenshtein's distance, for the hint.
    private static func distance(_ a: String, _ b: String) -> Int {
        let (x, y) = (Array(a.utf8), Array(b.utf8))
        var row = Array(0...y.count)
        for i in x.indices {
            var corner = row[0]
            row[0] = i + 1
            for j in y.indices {
                let above = row[j + 1]
                row[j + 1] = min(above + 1, row[j] + 1, corner + (x[i] == y[j] ? 0 : 1))
                corner = above
            }
        }
        return row[y.count]
    }
}
