/// What the rules of `Advice` look at, computed once.
struct AdviceFindings {
    typealias Rule = @Sendable (AdviceFindings) -> String?

    let report: BenchReport
    let groups: [RunGroup]
    let cores: Int
    /// The rounds of the engine; `nil` in a bench that measures only a part of it.
    let engine: RunGroup?
    let ceiling: RunGroup?
    /// The engine's round in the middle, which the rules about load are about.
    let run: BenchRun?

    init(_ report: BenchReport) {
        self.report = report
        cores = max(1, report.machine.cores)
        groups = RunGroup.groups(of: report.runs)
        engine = groups.first { $0.label == "martlet" }
        ceiling = groups.first { $0.label == "ceiling" }
        run = engine.map(\.typical).flatMap { $0.seconds > 0 && $0.messages > 0 ? $0 : nil }
    }

    /// A number among the parameters, with or without the dashes of its option and a unit behind it, as `2500.0/s`.
    func parameter(_ name: String) -> Double? {
        guard let found = report.parameters.first(where: { $0.name.drop(while: { $0 == "-" }) == name }) else {
            return nil
        }
        return Double(found.value.prefix { $0.isNumber || $0 == "." })
    }

    /// The source was told how fast to be: that it is not faster means nothing.
    var isPaced: Bool { (parameter("rate") ?? 0) > 0 }

    /// How many processors a part kept busy on average.
    func use(of part: String) -> Double? {
        guard let run else { return nil }
        return run.processorSeconds(of: part).map { $0 / run.seconds }
    }

    /// The same for the source, which is done before the run is.
    var sourceUse: Double? {
        guard let run, let busy = run.processorSeconds(of: "source") else { return nil }
        let seconds = run.ingestSeconds ?? run.seconds
        return seconds > 0 ? busy / seconds : nil
    }

    /// The share of the machine's processor time that all parts and everybody else used.
    var machineUse: Double? {
        guard let run, let engine = use(of: "engine") else { return nil }
        let parts = engine + (use(of: "source") ?? 0) + (use(of: "sink") ?? 0)
        return parts / Double(cores) + (run.strangersShare(cores: cores) ?? 0)
    }

    /// Between the beginnings of two syncs while mail was taken in, in milliseconds.
    var millisecondsPerSync: Double? {
        guard let run, let syncs = run.syncs, syncs > 0 else { return nil }
        return (run.ingestSeconds ?? run.seconds) / Double(syncs) * 1_000
    }
}
