/// What the figures of a local bench mean for whoever runs it.
package enum LocalAdvice {
    /// For `BenchReport.advice`.
    package static func lines(_ report: BenchReport) -> [String] {
        [inMemory(report), sharedSyncs(report), slowSigning(report)].compactMap { $0 }
    }

    private static func inMemory(_ report: BenchReport) -> String? {
        guard report.kind == "journal" || report.kind == "campaign" else { return nil }
        guard ["tmpfs", "ramfs"].contains(report.machine.fileSystem) else { return nil }
        return
            "the folder is in memory (\(report.machine.fileSystem)), where a sync costs nothing: give --data a folder "
            + "on the disk that is meant"
    }

    /// What group commit does, from the runs with the fewest and the most records in a sync.
    private static func sharedSyncs(_ report: BenchReport) -> String? {
        guard report.kind == "journal" else { return nil }
        let shares = report.runs.compactMap { run in
            run.figures.first { $0.name == "records per sync" }.map {
                (label: run.label, records: $0.value, rate: run.rate)
            }
        }
        guard let least = shares.min(by: { $0.records < $1.records }),
            let most = shares.max(by: { $0.records < $1.records }), most.records >= least.records * 2
        else { return nil }
        return "syncs are shared: \(most.label) had \(ReportWords.figure(most.records)) records in each and "
            + "\(ReportWords.figure(most.rate)) appends/s, \(least.label) had \(ReportWords.figure(least.records)) and "
            + "\(ReportWords.figure(least.rate))"
    }

    /// RSA is what counts: Ed25519 is so cheap that hashing the message shows beside it.
    private static func slowSigning(_ report: BenchReport) -> String? {
        guard report.kind == "sign" else { return nil }
        let shares = report.runs.filter { $0.label.hasPrefix(SignBench.Algorithm.rsa.rawValue) }
            .compactMap { run in run.figures.first { $0.name == "of OpenSSL, by CPU" }?.value }
        guard let least = shares.min(), least < 85 else { return nil }
        return
            "an RSA signature reached only \(ReportWords.figure(least)) % of OpenSSL alone; 85 % and more are usual: "
            + "is the message very large, or the machine busy?"
    }
}
