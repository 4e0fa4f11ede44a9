import Foundation
import MTA
import Mail
import Queue
import Yams

/// What the `shaping.yaml` files say together: the operator's, on top of the one that comes with the engine.
struct ShapingFile {
    /// The `version` of each file, the operator's first.
    var versions: [String] = []
    var entries: [ShapingEntry] = []
    /// The operator's figures stand in the place of the shipped ones.
    var limits: [ThrottleRule] = []
    /// `entries`, ready to be asked.
    var rules = ShapingRules.none

    static let empty = ShapingFile()

    /// The rules in `rules/shaping.yaml`. Without them mail would go out as if nobody had ever said anything: an engine
    /// whose own rules cannot be read does not start, and a test keeps it from being built.
    static let shipped: ShapingFile = {
        do throws(ConfigurationFailure) {
            return try parse(ShapingShippedText.text, file: "shipped shaping.yaml", over: .empty)
        } catch {
            preconditionFailure("the shipped rules cannot be read: \(error.description)")
        }
    }()

    static func load(_ path: String) throws(ConfigurationFailure) -> ShapingFile {
        let text: String
        do { text = try String(contentsOfFile: path, encoding: .utf8) } catch {
            throw ConfigurationFailure(
                file: path, problems: [.init(line: 0, key: "", message: "cannot be read as UTF-8 text")])
        }
        return try parse(text, file: path)
    }

    /// - Parameter base: what stands behind the file, unless the file says `include_shipped: false`.
    static func parse(
        _ text: String, file: String, over base: ShapingFile = .shipped
    ) throws(ConfigurationFailure) -> ShapingFile {
        let notes = ConfigurationSection.Notes()
        var found: ShapingFile?
        do {
            let section = ConfigurationSection(try Yams.compose(yaml: text), path: "", notes: notes)
            found = read(section, file: file, over: base, notes)
            section.finish()
        } catch {
            notes.problems.append(.init(error))
        }
        guard let found, notes.problems.isEmpty else {
            throw ConfigurationFailure(file: file, problems: notes.problems.sorted { $0.line < $1.line })
        }
        return found
    }

    private static func read(
        _ section: ConfigurationSection, file: String, over shipped: ShapingFile, _ notes: ConfigurationSection.Notes
    ) -> ShapingFile {
        let base = section.flag("include_shipped", default: true) ? shipped : .empty
        var result = ShapingFile()
        result.versions = [section.text("version", default: "")] + base.versions
        result.limits = ThrottleDefaults.combined(readLimits(section), over: base.limits)
        var own: [(entry: ShapingEntry, section: ConfigurationSection)] = []
        var replaced: Set<String> = []
        for entry in section.sections("rules") {
            let before = notes.problems.count
            let name = entry.text("name", default: "")
            if name.isEmpty { entry.problem("name", "is needed") }
            let known = base.entries.contains { $0.rule.name == name }
            let isOff = entry.flag("disabled", default: false)
            if known { replaced.insert(name) }
            if isOff, !entry.has("actions"), !entry.has("limit") {
                entry.finish()
                if !known, !name.isEmpty { entry.problem("name", "no shipped rule '\(name)' is there to disable") }
                continue
            }
            let read = ShapingEntry.read(entry, name: name, file: file)
            entry.finish()
            // What could not be read is no rule that others could be compared with.
            if !isOff, notes.problems.count == before { own.append((read, entry)) }
        }
        let kept = base.entries.filter { !replaced.contains($0.rule.name) }
        result.settle(kept, own)
        return result
    }

    /// Makes the rules of all entries; what is wrong with some is noted at their lines.
    private mutating func settle(
        _ kept: [ShapingEntry], _ own: [(entry: ShapingEntry, section: ConfigurationSection)]
    ) {
        var all: [(entry: ShapingEntry, section: ConfigurationSection?)] =
            own.map { ($0.entry, $0.section) } + kept.map { ($0, nil) }
        // Those of the engine come first in the order, so that a mistake is always told of the operator's.
        all = all.filter { $0.section == nil } + all.filter { $0.section != nil }
        while true {
            do {
                rules = try ShapingRules(all.map(\.entry.rule)) { Provider.of(host: $0) }
                break
            } catch {
                let (key, message) = error.reason.words { "'\(all[$0].entry.rule.name)' (\(all[$0].entry.place))" }
                guard error.rule < all.count else {
                    all.last?.section?.problem("", message)
                    break
                }
                all[error.rule].section?.problem(key, message)
                all.remove(at: error.rule)
            }
        }
        entries = all.map(\.entry)
        for (number, item) in all.enumerated() { item.section.map { check(item.entry, number, $0) } }
    }

    /// An example that its rule does not match says that the rule does not do what its author meant.
    private func check(_ entry: ShapingEntry, _ number: Int, _ section: ConfigurationSection) {
        for example in entry.examples {
            guard let reply = ShapingText.reply(example) else {
                section.problem("example", "'\(example)' does not begin with a code from 400 to 599")
                continue
            }
            let matching = rules.matching(reply, site: entry.origin.site, host: entry.origin.host)
            if matching.contains(number) { continue }
            let others = matching.map { "'\(rules.rules[$0].name)'" }.joined(separator: ", ")
            let reason = others.isEmpty ? "no rule does" : "but \(others), which is more specific"
            section.problem("example", "'\(example)' is not what the rule matches: \(reason)")
        }
    }

    private static func readLimits(_ section: ConfigurationSection) -> [ThrottleRule] {
        let reader = Configuration(hostname: "", data: "")
        let entries = section.sections("limits")
        let rules = entries.map { entry in
            let rule = reader.limitRule(entry)
            entry.finish()
            return rule
        }
        do { _ = try ThrottleTable(rules) } catch {
            let entry = entries[error.rule]
            switch error.reason {
            case .limitsNothing:
                if !ShapingEntry.limitKeys.contains(where: entry.has) {
                    entry.problem("", "limits nothing: needs \(ShapingEntry.limitKeys.joined(separator: ", "))")
                }
            case .notPositive: entry.problem("", "a limit must be at least 1")
            case .notASite: entry.problem("match", "only sites have a provider")
            case .contradicts(let other):
                entry.problem("match", "states a figure that limits[\(other)] states for the same match")
            }
        }
        return rules
    }
}
