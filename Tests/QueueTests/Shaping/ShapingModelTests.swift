import Mail
import Testing

@testable import Queue

/// Random rules and replies; a model that knows no index, no ring and no forgetting must say the same.
@Suite struct ShapingModelTests {
    typealias Sample = ShapingSample

    private struct Heard {
        var rule: Int
        var key: String
        var time: Int
        var text: String
    }

    private struct Standing {
        var since: Int
        var until: Int
    }

    private struct Model {
        var rules: [ShapingRule]
        var texts: [[String]]
        var heard: [Heard] = []
        var standing: [String: Standing] = [:]

        func matching(_ reply: Reply, _ site: String, _ host: String) -> [Int] {
            let words =
                " "
                + reply.text.split { $0 == " " || $0 == "\n" || $0 == "\t" }.joined(separator: " ")
                .lowercased() + " "
            let hits = rules.indices.filter { number in
                let rule = rules[number]
                if !rule.pattern.codes.isEmpty, !rule.pattern.codes.contains(where: { $0.holds(reply.code) }) {
                    return false
                }
                if !rule.pattern.statuses.isEmpty {
                    guard let status = reply.enhanced, rule.pattern.statuses.contains(where: { $0.holds(status) })
                    else { return false }
                }
                if !texts[number].isEmpty, !texts[number].contains(where: { Self.has(words, $0) }) { return false }
                let place = rule.place
                if !place.sites.isEmpty, !place.sites.contains(site) { return false }
                if !place.hosts.isEmpty, !place.hosts.contains(where: { host == $0 || host.hasSuffix(".\($0)") }) {
                    return false
                }
                if !place.providers.isEmpty, !place.providers.contains(where: { site.hasSuffix(":@\($0)") }) {
                    return false
                }
                return place.exits.isEmpty || place.exits.contains { site.hasPrefix("\($0):") }
            }
            var left = hits
            var counting: [Int] = []
            while let best = left.map({ rank(rules[$0].place) }).max() {
                let level = left.filter { rank(rules[$0].place) == best }
                counting += level
                if !level.allSatisfy({ rules[$0].continues }) { break }
                left.removeAll { level.contains($0) }
            }
            return counting
        }

        private func rank(_ place: ShapingPlace) -> Int {
            let kind = !place.sites.isEmpty ? 30 : !place.hosts.isEmpty ? 20 : !place.providers.isEmpty ? 10 : 0
            return kind + (place.exits.isEmpty ? 0 : 1)
        }

        private static func has(_ words: String, _ phrase: String) -> Bool {
            var rest = Substring(words)
            for piece in phrase.split(separator: "*").map({ $0.trimmingBlanks }) {
                guard let found = rest.range(of: piece) else { return false }
                rest = rest[found.upperBound...]
            }
            return true
        }

        mutating func hear(_ o: ShapingObservation, _ time: Int) -> (matched: [Int], fired: [Int], told: Int) {
            let matched = matching(o.reply, o.site, o.host)
            var fired: [Int] = []
            var told = 0
            for number in matched {
                let rule = rules[number]
                let key: String
                switch rule.scope {
                case .site: key = "\(number) \(o.site)"
                case .siteAndSource: key = "\(number) \(o.site) \(o.source ?? "")"
                case .tenant: key = "\(number) \(o.site) \(o.tenant)"
                }
                if case .threshold(let count, let period) = rule.trigger {
                    let last = heard.last { $0.key == key }
                    if last?.time != time || last?.text != o.reply.description {
                        heard.append(Heard(rule: number, key: key, time: time, text: o.reply.description))
                    }
                    let start = time - Int(period.components.seconds)
                    guard heard.count(where: { $0.key == key && $0.time > start }) >= count else { continue }
                }
                fired.append(number)
                guard let duration = rule.duration.map({ Int($0.components.seconds) }) else { continue }
                let until = time + duration
                if let stands = standing[key], stands.until > time {
                    guard Double(until - stands.until) >= max(1, Double(duration) / 20) else { continue }
                    standing[key] = Standing(since: stands.since, until: until)
                } else {
                    standing[key] = Standing(since: time, until: until)
                }
                told += rule.actions.count(where: \.lasts)
            }
            return (matched, fired, told)
        }
    }

    private static let vocabulary = ["slow down", "too many", "spam content", "blocked by", "quota"]

    private static func randomRules(_ random: inout SplitMix64) -> (rules: [ShapingRule], texts: [[String]]) {
        var rules: [ShapingRule] = []
        var texts: [[String]] = []
        for number in 0..<Int.random(in: 1...12, using: &random) {
            var text: [String] = []
            if Bool.random(using: &random) {
                text.append(Self.vocabulary[Int.random(in: 0..<5, using: &random)])
                if Int.random(in: 0..<3, using: &random) == 0 {
                    text.append(
                        Self.vocabulary[Int.random(in: 0..<5, using: &random)] + " * "
                            + Self.vocabulary[Int.random(in: 0..<5, using: &random)])
                }
            }
            var place = ShapingPlace()
            switch Int.random(in: 0..<6, using: &random) {
            case 0: place.sites = ["direct:a"]
            case 1: place.hosts = ["a.test"]
            case 2, 3: place.providers = ["google"]
            default: break
            }
            if Int.random(in: 0..<5, using: &random) == 0 { place.exits = ["direct"] }
            let code = ["4xx", "42x", "421", "5xx"][Int.random(in: 0..<4, using: &random)]
            let codes = text.isEmpty || Bool.random(using: &random) ? [code] : []
            let statuses = Int.random(in: 0..<3, using: &random) == 0 ? ["x.7.1"] : []
            let scope = ShapingScope.allCases[Int.random(in: 0..<3, using: &random)]
            let lasting = Int.random(in: 0..<4, using: &random) != 0
            var actions: [ShapingAction] = lasting ? [.suspend] : [.bounce]
            if lasting, scope != .tenant, Bool.random(using: &random) { actions.append(.slow(0.5)) }
            let trigger: ShapingTrigger =
                Bool.random(using: &random)
                ? .immediate
                : .threshold(
                    count: Int.random(in: 2...6, using: &random),
                    period: .seconds(Int.random(in: 1...200, using: &random)))
            rules.append(
                ShapingRule(
                    "rule \(number)", at: place,
                    ShapingPattern(
                        codes: codes.compactMap(BounceRule.CodePattern.init),
                        statuses: statuses.compactMap(BounceRule.StatusPattern.init),
                        phrases: text.compactMap { ShapingPhrase($0) }), trigger: trigger, actions: actions, on: scope,
                    for: lasting ? .seconds(Int.random(in: 1...300, using: &random)) : nil,
                    continues: Bool.random(using: &random)))
            texts.append(text)
        }
        return (rules, texts)
    }

    @Test func theModelAgrees() throws {
        var compared = 0
        var fired = 0
        for seed in 0..<1_500 {
            var random = SplitMix64(seed: UInt64(seed))
            let (rules, texts) = Self.randomRules(&random)
            // Some come out alike: those are refused, and that is tested elsewhere.
            guard let made = try? ShapingRules(rules) else { continue }
            var engine = ShapingEngine(made)
            var model = Model(rules: rules, texts: texts)
            var time = 0
            for _ in 0..<60 {
                time += [0, 0, 1, 3, 20, 100][Int.random(in: 0..<6, using: &random)]
                let code = [421, 450, 550, 250][Int.random(in: 0..<4, using: &random)]
                let status = code < 500 ? "4.7.1 " : "5.7.1 "
                var text = Bool.random(using: &random) ? status : ""
                for _ in 0..<Int.random(in: 0...3, using: &random) {
                    text += Self.vocabulary[Int.random(in: 0..<5, using: &random)]
                    text += ["  ", " x ", "\t", "-"][Int.random(in: 0..<4, using: &random)]
                }
                let observation = Sample.observation(
                    "\(code) \(text)",
                    site: ["direct:a", "relay:a", "direct:@google"][Int.random(in: 0..<3, using: &random)],
                    source: ["s1", "s2", nil][Int.random(in: 0..<3, using: &random)],
                    tenant: Bool.random(using: &random) ? Sample.ada : Sample.bob,
                    host: ["mx.a.test", "xa.test", ""][Int.random(in: 0..<3, using: &random)])
                let expected = code == 250 ? ([], [], 0) : model.hear(observation, time)
                let found = engine.hear(observation, after: .seconds(time))
                #expect(found.matched == expected.0, "seed \(seed): \(observation)")
                #expect(found.fired == expected.1, "seed \(seed): \(observation)")
                #expect(found.verdict.directives.count == expected.2, "seed \(seed): \(observation)")
                compared += 1
                fired += found.fired.count
            }
        }
        print("shaping model: \(compared) replies, \(fired) firings agree")
        #expect(compared > 50_000 && fired > 10_000)
    }
}

extension Substring {
    fileprivate var trimmingBlanks: String {
        String(drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
    }

    fileprivate func range(of needle: String) -> Range<Index>? {
        var start = startIndex
        while start < endIndex {
            if self[start...].hasPrefix(needle) { return start..<index(start, offsetBy: needle.count) }
            start = index(after: start)
        }
        return nil
    }
}
