package import Mail

/// What the rules have seen and set: windows, measures, figures. A pure value; one for all shards lies behind
/// `SharedShaping`, and the dry run has one of its own.
///
/// **Windows** are counted exactly and kept for each rule and scope: what one site, source or tenant hears
/// never counts against another. A rule that has fired goes on counting, so that a further reply fires it again while
/// enough of those before it are in the window.
///
/// **Measures** last until the rule's duration has passed since the last reply that fired it, to within a twentieth of
/// the duration: never longer. They keep their identifier, so an extension replaces what it extends.
package struct ShapingEngine: Sendable {
    package private(set) var rules: ShapingRules
    private var windows: [ShapingKey: ShapingWindow] = [:]
    private var measures: [ShapingKey: ShapingMeasure] = [:]
    private var figures: [ShapingFigures]
    /// Stamps in all windows.
    private var stamps = 0
    private var clock = Int64.min

    /// Windows and measures that are kept at most; beyond, those that were touched longest ago are forgotten.
    private let keyLimit: Int
    private let stampLimit: Int

    /// Keeps at most 16,384 windows and measures, and eight megabytes of stamps.
    package init(_ rules: ShapingRules) { self.init(rules, keyLimit: 16_384, stampLimit: 1 << 20) }

    init(_ rules: ShapingRules, keyLimit: Int, stampLimit: Int) {
        self.rules = rules
        self.keyLimit = keyLimit
        self.stampLimit = stampLimit
        figures = rules.rules.map { ShapingFigures(rule: $0.name) }
    }

    /// What one reply does.
    package mutating func observe(
        _ observation: ShapingObservation, at now: MonotonicInstant, wall: WallTime
    ) -> ShapingReading {
        let matched = rules.matching(observation.reply, site: observation.site, host: observation.host)
        return apply(matched, to: observation, at: now, wall: wall)
    }

    /// - Parameter matched: what `rules` says about the observation.
    mutating func apply(
        _ matched: [Int], to observation: ShapingObservation, at now: MonotonicInstant, wall: WallTime
    ) -> ShapingReading {
        var reading = ShapingReading(matched: matched)
        guard !matched.isEmpty else { return reading }
        // Shards read their clocks one after the other.
        clock = max(clock, now.nanoseconds)
        let instant = MonotonicInstant(nanoseconds: clock)
        for number in matched {
            let rule = rules.rules[number]
            figures[number].matched += 1
            let key = ShapingKey(rule: number, rule.scope, observation)
            guard fires(rule, key, observation.reply, told: now) else { continue }
            figures[number].fired += 1
            reading.fired.append(number)
            decide(rule, observation, &reading.verdict)
            if rule.duration != nil {
                extend(rule, key, observation.reply, at: instant, wall: wall, &reading.verdict)
            }
        }
        return reading
    }

    // MARK: thresholds

    /// - Parameter told: the clock of whoever tells it.
    private mutating func fires(
        _ rule: ShapingRule, _ key: ShapingKey, _ reply: Reply, told: MonotonicInstant
    ) -> Bool {
        guard case .threshold(let limit, let period) = rule.trigger else { return true }
        if windows[key] == nil, windows.count >= keyLimit { sweepWindows() }
        if stamps >= stampLimit { sweepWindows() }
        var window = windows.removeValue(forKey: key) ?? ShapingWindow()
        let before = window.count
        let answer = ShapingWindow.Answer(told: told, reply: reply.hashValue)
        let fires = window.note(clock, answer, limit: limit, period: period.wholeNanoseconds)
        stamps += window.count - before
        windows[key] = window
        return fires
    }

    /// Those that no longer count go; where that is not enough, the quarter that was touched longest ago.
    private mutating func sweepWindows() {
        for (key, window) in windows {
            guard case .threshold(_, let period) = rules.rules[key.rule].trigger,
                window.isOver(at: clock, period: period.wholeNanoseconds)
            else { continue }
            forget(key)
        }
        guard windows.count >= keyLimit || stamps >= stampLimit else { return }
        let oldest = windows.sorted { $0.value.last < $1.value.last }.prefix(windows.count / 4 + 1)
        for (key, _) in oldest { forget(key) }
    }

    private mutating func forget(_ key: ShapingKey) {
        stamps -= windows.removeValue(forKey: key)?.count ?? 0
    }

    // MARK: actions

    /// What the rule says about the delivery. Giving up comes before trying again, a later time before an earlier one.
    private func decide(_ rule: ShapingRule, _ observation: ShapingObservation, _ verdict: inout ShapingVerdict) {
        for action in rule.actions {
            switch action {
            case .bounce: verdict.bounces = true
            case .retry(let time): verdict.retryIn = max(verdict.retryIn ?? .zero, time)
            case .failover:
                // Without sources there is no other to try at once.
                if observation.source != nil { verdict.retryIn = verdict.retryIn ?? .zero }
            case .suspend, .slow, .limit: break
            }
        }
        if verdict.bounces { verdict.retryIn = nil }
    }

    private mutating func extend(
        _ rule: ShapingRule, _ key: ShapingKey, _ reply: Reply, at now: MonotonicInstant, wall: WallTime,
        _ verdict: inout ShapingVerdict
    ) {
        guard let duration = rule.duration else { return }
        let until = now + duration
        var measure: ShapingMeasure
        if let standing = measures[key], standing.until > now {
            guard until - standing.until >= ShapingMeasure.step(duration) else { return }
            measure = standing
            measure.until = until
        } else {
            measure = ShapingMeasure(id: key.identifier(of: rule.name, at: wall), since: wall, until: until)
            if measures[key] == nil, measures.count >= keyLimit { sweepMeasures(at: now) }
        }
        measures[key] = measure
        let words = ShapingReplyText.of(reply)
        for action in rule.actions {
            switch action {
            case .suspend, .failover:
                verdict.directives.append(
                    .hold(
                        Hold(
                            id: measure.id, scope: key.hold, cause: .rule(name: rule.name, reply: words),
                            since: measure.since, until: wall + duration)))
            case .slow(let share):
                verdict.directives.append(.limit(limit(rule, key, .slow(share), words, wall + duration)))
            case .limit(let figures):
                verdict.directives.append(.limit(limit(rule, key, .set(figures), words, wall + duration)))
            case .bounce, .retry: break
            }
        }
    }

    private func limit(
        _ rule: ShapingRule, _ key: ShapingKey, _ change: TemporaryLimit.Change, _ reply: String, _ until: WallTime
    ) -> TemporaryLimit {
        TemporaryLimit(rule: rule.name, key: key.meter, change: change, reply: reply, until: until)
    }

    /// What has ended goes; where that is not enough, what ends first: should its rule fire again, it is told anew.
    private mutating func sweepMeasures(at now: MonotonicInstant) {
        measures = measures.filter { $0.value.until > now }
        guard measures.count >= keyLimit else { return }
        let first = measures.sorted { $0.value.until < $1.value.until }.prefix(measures.count / 4 + 1)
        for (key, _) in first { measures[key] = nil }
    }

    // MARK: from outside

    /// Somebody lifted a hold before its end: the rule begins to count anew.
    package mutating func lifted(_ id: UUIDv7) {
        for (key, measure) in measures where measure.id == id {
            measures[key] = nil
            forget(key)
        }
    }

    /// Takes other rules. Windows, measures and figures of those that are there as they were go on.
    /// - Returns: the holds that rules have set that are no longer there, or say something else now: they end by
    ///   themselves unless somebody lifts them.
    package mutating func replace(_ rules: ShapingRules, at now: MonotonicInstant) -> [UUIDv7] {
        var numbers: [ShapingRule: Int] = [:]
        for (number, rule) in rules.rules.enumerated() { numbers[rule] = number }
        let kept = self.rules.rules.map { numbers[$0] }
        var orphans: [UUIDv7] = []
        var newFigures = rules.rules.map { ShapingFigures(rule: $0.name) }
        for (number, place) in kept.enumerated() { if let place { newFigures[place] = figures[number] } }
        var newMeasures: [ShapingKey: ShapingMeasure] = [:]
        for (key, measure) in measures where measure.until > now {
            guard let place = kept[key.rule] else {
                let holds = self.rules.rules[key.rule].actions.contains { $0 == .suspend || $0 == .failover }
                if holds { orphans.append(measure.id) }
                continue
            }
            var moved = key
            moved.rule = place
            newMeasures[moved] = measure
        }
        var newWindows: [ShapingKey: ShapingWindow] = [:]
        for (key, window) in windows {
            guard let place = kept[key.rule] else { continue }
            var moved = key
            moved.rule = place
            newWindows[moved] = window
        }
        (self.rules, figures, measures, windows) = (rules, newFigures, newMeasures, newWindows)
        stamps = newWindows.values.reduce(0) { $0 + $1.count }
        return orphans.sorted()
    }

    /// One for each rule, in their order.
    package func figures(at now: MonotonicInstant) -> [ShapingFigures] {
        var figures = figures
        for (key, measure) in measures where measure.until > now { figures[key.rule].standing += 1 }
        return figures
    }

    /// How much is remembered: windows, their replies, measures.
    var remembered: (windows: Int, stamps: Int, measures: Int) { (windows.count, stamps, measures.count) }
}
