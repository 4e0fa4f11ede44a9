import Mail
import Queue

/// What a replay has come to.
struct ShapingReplay {
    private let rules: ShapingRules
    private let interval: Duration
    private var engine: ShapingEngine
    private var wall: WallTime?
    private var actions: [Int: [String: Int]] = [:]
    private(set) var replies = 0
    private(set) var unmatched = 0

    init(_ rules: ShapingRules, interval: Duration) {
        self.rules = rules
        self.interval = interval
        engine = ShapingEngine(rules)
    }

    /// - Returns: what the line sets off, one line for each thing.
    mutating func take(_ text: String, number: Int) throws(ShapingLogLine.Failure) -> [String] {
        let line = try ShapingLogLine(text)
        // A log that goes back a little is taken as if it stood still: windows never run backwards.
        let told = line.time ?? wall.map { $0 + interval } ?? WallTime(milliseconds: 0)
        let now = max(told, wall ?? told)
        wall = now
        replies += 1
        let observation = ShapingObservation(
            site: line.site, source: line.source, tenant: line.tenant, host: line.host, reply: line.reply, attempt: 1)
        let reading = engine.observe(
            observation, at: MonotonicInstant(nanoseconds: 0) + (now - WallTime(milliseconds: 0)), wall: now)
        if reading.matched.isEmpty { unmatched += 1 }
        guard !reading.fired.isEmpty else { return [] }
        for rule in reading.fired {
            for action in rules.rules[rule].actions {
                actions[rule, default: [:]][ShapingWords.action(action), default: 0] += 1
            }
        }
        var events = reading.verdict.directives.map { "\(Self.rule($0)): \(ShapingWords.directive($0))" }
        let names = reading.fired.map { rules.rules[$0].name }.joined(separator: ", ")
        if reading.verdict.bounces { events.append("\(names): bounce this delivery") }
        if let time = reading.verdict.retryIn {
            events.append(
                "\(names): try this delivery again " + (time == .zero ? "at once" : "in \(ShapingWords.duration(time))")
            )
        }
        return events.map { "\(number)  \(now.rfc3339)  \($0)" }
    }

    private static func rule(_ directive: ShapingDirective) -> String {
        switch directive {
        case .hold(let hold):
            if case .rule(let name, _) = hold.cause { return name }
            return ""
        case .limit(let limit): return limit.rule
        }
    }

    /// The rules that matched, those that did most first.
    func summary() -> [[String]] {
        let figures = engine.figures(at: MonotonicInstant(nanoseconds: .max)).enumerated()
            .filter { $0.element.matched > 0 }
            .sorted { ($1.element.matched, $0.offset) < ($0.element.matched, $1.offset) }
        let rows = figures.map { number, figure in
            let done = actions[number, default: [:]].sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)x" }
            return [figure.rule, "\(figure.matched)", "\(figure.fired)", done.joined(separator: ", ")]
        }
        return [["RULE", "MATCHED", "TRIGGERED", "ACTIONS"]] + rows
    }
}
