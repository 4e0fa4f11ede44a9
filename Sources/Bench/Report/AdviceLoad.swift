/// Which part is busy, and so bounds the rate.
enum AdviceLoad {
    static let rules: [AdviceFindings.Rule] = [machine, source, sink, ceiling, loops, oneLoop]

    /// A processor, a thread or the machine that is busy for this share has nothing left worth speaking of.
    private static let full = 0.9
    /// A loop with this share is the one that the others wait for; it cannot reach `full` while it also sleeps in
    /// turns.
    private static let busyLoop = 0.85

    /// Where others had a good part of the machine, it is they who made it full; and a minute later it may be another
    /// part.
    private static let strangersAllowed = 0.2

    static let machine: AdviceFindings.Rule = { findings in
        guard let use = findings.machineUse, use >= full, let run = findings.run,
            !areStrangersStrong(run, findings),
            let engine = findings.use(of: "engine"), engine > 0
        else { return nil }
        let tools = (findings.use(of: "source") ?? 0) + (findings.use(of: "sink") ?? 0)
        let cores = Double(findings.cores)
        let alone = run.rate * cores / engine
        return "all \(findings.cores) processors are busy (\(ReportWords.percent(min(use, 1)))): the engine with "
            + "\(ReportWords.percent(engine / cores)) of their time, source and sink with "
            + "\(ReportWords.percent(tools / cores)). With these on another machine the engine's "
            + "\(ReportWords.figure(engine / run.rate * 1_000_000)) µs a message would allow up to "
            + "\(ReportWords.figure(alone)) messages/s"
    }

    static let source: AdviceFindings.Rule = { findings in
        guard !findings.isPaced, let use = findings.sourceUse, use >= full, !isFull(findings) else { return nil }
        let more =
            findings.report.kind == "api"
            ? "raise --source-loops" : "start several 'martlet bench source' at one engine"
        return
            "the source is the bottleneck: it kept \(ReportWords.figure(use)) processors busy while mail was taken in; "
            + more
    }

    static let sink: AdviceFindings.Rule = { findings in
        guard let use = findings.use(of: "sink"), use >= full, !isFull(findings) else { return nil }
        return "the sink is the bottleneck: it kept \(ReportWords.figure(use)) processors busy; "
            + "deliver to several 'martlet bench sink'"
    }

    static let ceiling: AdviceFindings.Rule = { findings in
        guard let engine = findings.engine, let ceiling = findings.ceiling,
            let share = ReportRatios.ratio(engine, ceiling, .rate), share >= 0.85, !findings.isPaced,
            !areStrangersStrong(ceiling.typical, findings), !areStrangersStrong(engine.typical, findings)
        else { return nil }
        return "source and sink are the bottleneck: with the engine between them they reach "
            + "\(ReportWords.percent(share)) of what they reach without it"
    }

    static let loops: AdviceFindings.Rule = { findings in
        let loops = loopUses(findings)
        guard !loops.isEmpty, loops.count < findings.cores, loops.allSatisfy({ $0.use >= busyLoop }),
            let use = findings.machineUse, use < full
        else { return nil }
        let idle = Double(findings.cores) * (1 - use)
        return "raise loops: \(loops.count == 1 ? "the one loop is" : "all \(loops.count) loops are") busy for "
            + "\(ReportWords.percent(loops.map(\.use).min() ?? 0)) of the time while \(ReportWords.figure(idle)) of "
            + "\(findings.cores) processors have nothing to do (--loops here, loops: in martlet.yaml; "
            + "0 is one per core)"
    }

    static let oneLoop: AdviceFindings.Rule = { findings in
        let loops = loopUses(findings)
        guard loops.count > 1, let busiest = loops.max(by: { $0.use < $1.use }), busiest.use >= busyLoop,
            let idlest = loops.min(by: { $0.use < $1.use }), idlest.use < 0.5
        else { return nil }
        return "one loop does the work: \(busiest.name) is busy for \(ReportWords.percent(busiest.use)) of the time, "
            + "\(idlest.name) for \(ReportWords.percent(idlest.use)). A site lives on one loop: more destinations "
            + "(--domains) spread over all of them, and so does real mail"
    }

    /// On a machine without rest each part is slower than it could be: none of them is the one.
    private static func isFull(_ findings: AdviceFindings) -> Bool { (findings.machineUse ?? 0) >= full }

    private static func areStrangersStrong(_ run: BenchRun, _ findings: AdviceFindings) -> Bool {
        (run.strangersShare(cores: findings.cores) ?? 0) >= strangersAllowed
    }

    private static func loopUses(_ findings: AdviceFindings) -> [(name: String, use: Double)] {
        guard let run = findings.run else { return [] }
        return run.cost.compactMap { cost in
            let name = cost.part.dropFirst("engine/".count)
            guard cost.part.hasPrefix("engine/loop-") else { return nil }
            return (String(name), (cost.user + cost.system) / run.seconds)
        }
    }
}
