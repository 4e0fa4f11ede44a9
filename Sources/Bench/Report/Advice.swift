/// What the figures of a report mean for whoever wants more of the engine: a few lines, each with the figures that led
/// to it. A pure function; every rule is a function of its own in `AdviceMeasurement`, `AdviceLoad` and
/// `AdviceWaiting`, and says nothing when its condition does not hold or its figures were not measured.
package enum Advice {
    /// For `BenchReport.advice`: first what makes the figures doubtful, then what bounds the rate, then latency.
    package static func lines(_ report: BenchReport) -> [String] {
        let findings = AdviceFindings(report)
        return (AdviceMeasurement.rules + AdviceLoad.rules + AdviceWaiting.rules).compactMap { $0(findings) }
    }

    /// Those that make all figures doubtful, however little space there is to say so.
    static func warnings(_ report: BenchReport) -> [String] {
        let findings = AdviceFindings(report)
        return [AdviceMeasurement.quiet, AdviceMeasurement.failed].compactMap { $0(findings) }
    }
}
