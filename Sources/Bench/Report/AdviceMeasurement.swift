/// Whether the figures can be believed.
enum AdviceMeasurement {
    static let rules: [AdviceFindings.Rule] = [quiet, failed, short, spread]

    /// Of the machine's processor time.
    private static let strangersAllowed = 0.05
    /// Seconds.
    private static let shortest = 2.0
    /// Of the median.
    private static let spreadAllowed = 0.25

    static let quiet: AdviceFindings.Rule = { findings in
        let shares = findings.report.runs.compactMap { run in
            run.strangersShare(cores: findings.cores).map { (run.label, $0) }
        }
        guard let worst = shares.max(by: { $0.1 < $1.1 }), worst.1 > strangersAllowed else { return nil }
        return "the machine is not quiet: other programs used up to \(ReportWords.percent(worst.1)) of its processors "
            + "(during '\(worst.0)'); the figures are too low, and rounds differ"
    }

    static let failed: AdviceFindings.Rule = { findings in
        let failures = findings.groups.compactMap { group -> String? in
            let failed = group.runs.reduce(0) { $0 + $1.failed }
            let all = failed + group.runs.reduce(0) { $0 + $1.messages }
            guard failed > 0 else { return nil }
            return "\(count(failed)) of \(count(all)) with '\(group.label)'"
        }
        guard !failures.isEmpty else { return nil }
        return "messages failed: \(failures.joined(separator: ", ")); a rate with failures says little"
    }

    static let short: AdviceFindings.Rule = { findings in
        guard let run = findings.run, run.seconds < shortest else { return nil }
        let wanted = (run.rate * 10 / 1_000).rounded(.up) * 1_000
        return "'martlet' took \(ReportWords.seconds(run.seconds)), too short to say much: "
            + "\(ReportWords.figure(wanted)) messages would take about 10 s"
    }

    static let spread: AdviceFindings.Rule = { findings in
        let spreads = findings.groups.compactMap { group in group.spread.map { (group, $0) } }
        guard let (group, spread) = spreads.max(by: { $0.1 < $1.1 }), spread > spreadAllowed else { return nil }
        return
            "the rounds of '\(group.label)' lie \(ReportWords.percent(spread)) of their median apart: believe ratios, "
            + "and take more than \(group.runs.count) rounds"
    }

    static func count(_ value: Int) -> String { ReportWords.number(Double(value), places: 0) }
}
